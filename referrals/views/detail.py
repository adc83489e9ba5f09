"""One referral: the same page for both sides, each with its own view of the case."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from agencies import countries
from cases import timeline
from cases.choices import DataGroup, EventKind
from cases.forms import KeyedForm
from cases.models import CaseEvent
from notifications.actions import mark_read

from .. import actions, disclosure, rules, wording
from ..audience import case_workers
from ..choices import State
from ..models import Referral
from . import partners
from .acts import CHOOSE, Act, offered
from .live import etag_of, fragment
from .together import together

OFTEN, SELDOM = 3, 10  # seconds between two looks: while the portal is looking for the agency, and else


@dataclass(frozen=True)
class Attempt:
    """An act that was tried: the form as it was filled in and, if the act was refused, the sentence that says why."""

    act: Act
    form: KeyedForm
    refusal: str = ""


@dataclass(frozen=True)
class Panel:
    """An act as the page offers it."""

    act: Act
    form: KeyedForm
    opened: bool
    url: str


def load(user: User, pk: uuid.UUID) -> Referral:
    """The referral, or 404 for those who may not know of it."""
    visible = Referral.objects.visible_to(user).with_page_data()
    whole = visible.select_related(
        "case__worker__home_province",
        "case__worker__home_regency",
        "created_by",
        "accepted_by",
        "previous__case",
    )
    return get_object_or_404(whole, pk=pk)


@require_GET
@allow(Right.WORK_CASES)
def detail(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The page. Opening it at the receiver issues the receipt, and the notices that lead here count as read."""
    referral = load(request.user, pk)
    if rules.can_receive(request.user, referral):
        actions.receive(by=request.user, referral=referral)
        referral = load(request.user, pk)
    mark_read(by=request.user, path=referral.get_absolute_url())
    return page(request, referral)


@require_GET
@allow(Right.WORK_CASES)
def live(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What changes by itself on an open page: the state, what the reader may see, the timeline.

    `seen` is the state whose forms the page shows. When it is another one now, the page fetches them anew.
    """
    referral = load(request.user, pk)
    stale = request.GET.get("seen", referral.state) != referral.state

    def fresh() -> HttpResponse:
        context = _shown(request.user, referral) | {"stale": stale}
        response = render(request, "referrals/_live.html", context)
        if stale:
            response["HX-Trigger"] = "referral-changed"
        return response

    return fragment(request, _etag(request, referral, stale), fresh)


@require_GET
@allow(Right.WORK_CASES)
def acts(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The forms that fit the state the referral has now."""
    referral = load(request.user, pk)

    def fresh() -> HttpResponse:
        return render(request, "referrals/_acts.html", _offered(request, referral, None) | {"fresh": True})

    return fragment(request, _etag(request, referral), fresh)


def page(
    request: SignedInRequest, referral: Referral, *, attempt: Attempt | None = None, status: int = 200
) -> HttpResponse:
    """The whole page; after an act that was refused or not well-formed with everything typed kept in its form."""
    live_context = {
        "etag": _etag(request, referral),
        "interval": OFTEN if referral.state == State.WAITING else SELDOM,
        "stale": False,
        "fresh": False,
    }
    context = _shown(request.user, referral) | _offered(request, referral, attempt) | live_context
    return render(request, "referrals/detail.html", context, status=status)


def _etag(request: SignedInRequest, referral: Referral, stale: bool = False) -> str:
    changed = (referral.changed_at, referral.case.changed_at)
    return etag_of(request, referral.pk, changed, disclosure.is_open(referral), stale)


def _shown(user: User, referral: Referral) -> dict[str, Any]:
    """Everything but the forms."""
    as_sender = rules.is_sender(user, referral)
    told_to_us = CaseEvent.objects.filter(referral=referral).told_to(user.partner_id)
    events = list(told_to_us.select_related("actor", "partner"))
    told = events if as_sender else disclosure.events(referral, events)
    return {
        "referral": referral,
        "as_sender": as_sender,
        "move": wording.move(user, referral),
        "situation": wording.situation(user, referral, receiver_reads=_receiver_reads(referral)),
        "last_words": _last_words(referral, told),
        "why_receiver": wording.why_receiver(user, referral),
        "chosen_by": _chosen_by(events),
        "request_text": referral.request if as_sender else disclosure.request(referral),
        "is_open": as_sender or disclosure.is_open(referral),
        "sections": [] if as_sender else disclosure.sections(referral),
        "shared": [DataGroup(group).label for group in referral.consent.groups],
        "topics": [topic.name for topic in referral.case.topics.all()] if as_sender else [],
        "country": countries.name(referral.case.country) if as_sender else "",
        "worker_name": referral.case.worker.name if as_sender else disclosure.worker_name(referral),
        "timeline": timeline.tell(told),
        "follow_ups": list(referral.follow_ups.select_related("case")) if as_sender else [],
        "can_refer_again": rules.can_refer_again(user, referral),
        **together(user, referral),
    }


def _receiver_reads(referral: Referral) -> bool:
    if referral.state != State.SENT or referral.receiver is None:
        return True
    return case_workers(referral.receiver).exists()


SAID_IN = {
    State.CLARIFYING: EventKind.ASKED,
    State.DECLINED: EventKind.DECLINED,
    State.COMPLETED: EventKind.COMPLETED,
    State.WITHDRAWN: EventKind.WITHDRAWN,
}


def _last_words(referral: Referral, told: list[CaseEvent]) -> str:
    """What was written when the referral came into its state: the question to answer, the reason for declining."""
    kind = SAID_IN.get(State(referral.state))
    return next((event.text for event in reversed(told) if event.kind == kind), "")


def _chosen_by(events: list[CaseEvent]) -> str:
    """The person who chose the agency; empty when the portal did."""
    for event in reversed(events):
        if event.kind == EventKind.SENT and event.actor is not None:
            return event.actor.full_name
    return ""


def _offered(request: SignedInRequest, referral: Referral, attempt: Attempt | None) -> dict[str, Any]:
    """The forms, and what stands around them."""
    panels = [_panel(act, referral, attempt) for act in offered(request.user, referral)]
    out_of_place = attempt is not None and attempt.act not in [panel.act for panel in panels]
    context = {
        "referral": referral,
        "panels": panels,
        "attempt": attempt,
        "out_of_place": out_of_place,
        "typed": attempt.form.data.get("text", "") if attempt and out_of_place else "",
        "candidates": [],
    }
    if CHOOSE in [panel.act for panel in panels]:
        candidates = wording.ranking(referral.ranking)
        find, chosen = request.POST.get("find", ""), request.POST.get("to", "")
        context |= {"candidates": candidates}
        context |= partners.search(request.user, find, chosen=chosen, but=candidates)
    return context


def _panel(act: Act, referral: Referral, attempt: Attempt | None) -> Panel:
    tried = attempt is not None and attempt.act is act
    form = attempt.form if attempt and tried else act.make_form(referral)
    return Panel(act, form, opened=tried or act.opened, url=act.url(referral))
