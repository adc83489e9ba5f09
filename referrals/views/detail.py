"""One referral: the same page for both sides, each with its own view of the case."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import prepared
from accounts.models import User
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from agencies import countries
from cases import access_log, timeline
from cases.choices import DataGroup, EventKind
from cases.forms import KeyedForm
from cases.models import CaseEvent
from cases.models.event import CaseEventQuerySet
from cases.standing import chains
from notifications import unread

from .. import actions, disclosure, lateness, on_duty, rules, wording
from ..choices import WITH_RECEIVER, State
from ..models import Referral, ReferralQuerySet
from . import conversation, door, partners, recording
from .acts import CHOOSE, HAND_OVER, Act, offered
from .acts import talk as talking
from .live import etag_of, fragment
from .next_agencies import hand_over_candidates, next_agencies
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
    """The referral, or what `door` says to those who may not know of it."""
    referral = door.found(user, pk, ReferralQuerySet.with_whole_case)
    if referral.case.partner_id == referral.sender_id:
        referral.case.partner = referral.sender
    return referral


@require_GET
@allow(Right.WORK_CASES)
def detail(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The page. Opening it at the receiver issues the receipt, and the notices that lead here count as read."""
    referral = load(request.user, pk)
    if rules.can_receive(request.user, referral):
        actions.receive(by=request.user, referral=referral)
        referral = load(request.user, pk)
    unread.read_at(request, referral.get_absolute_url())
    return page(request, referral)


@require_GET
@allow(Right.WORK_CASES)
def live(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What changes by itself on an open page: the state, what the reader may see, the timeline.

    `seen` is the state (`_seen`) whose forms the page shows. When it is another one now, the page fetches them anew.
    """
    referral = load(request.user, pk)
    seen = _seen(referral)
    stale = request.GET.get("seen", seen) != seen

    def fresh() -> HttpResponse:
        _log(request.user, referral, refresh=True)
        events = list(_events(request.user, referral).with_names())
        context = _shown(request.user, referral, events) | {"stale": stale}
        response = render(request, "referrals/_live.jinja", context)
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
        _log(request.user, referral, refresh=True)
        return render(request, "referrals/_acts.jinja", _offered(request, referral, None) | {"fresh": True})

    return fragment(request, _etag(request, referral), fresh)


@require_GET
@allow(Right.WORK_CASES)
def talk(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The forms in which this reader may speak about the referral now."""
    referral = load(request.user, pk)

    def fresh() -> HttpResponse:
        return render(request, "referrals/talk/_forms.jinja", _speaking(request.user, referral, None))

    return fragment(request, _etag(request, referral), fresh)


def page(
    request: SignedInRequest, referral: Referral, *, attempt: Attempt | None = None, status: int = 200
) -> HttpResponse:
    """The whole page; after an act that was refused or not well-formed with everything typed kept in its form."""
    _log(request.user, referral)
    events = prepared.rows(
        "events of a referral", None, _named, referral=referral.pk, partner=request.user.partner_id
    )
    newest = max((event.pk for event in events), default=None)
    live_context = {
        "etag": _etag_of(request, referral, newest),
        "interval": OFTEN if referral.state == State.WAITING else SELDOM,
        "stale": False,
        "fresh": False,
    }
    forms = _offered(request, referral, attempt) | _speaking(request.user, referral, attempt)
    context = _shown(request.user, referral, events) | forms | live_context
    return render(request, "referrals/detail.jinja", context, status=status)


def _log(user: User, referral: Referral, *, refresh: bool = False) -> None:
    access_log.read(user, referral.case, f"referral:{referral.number}", refresh=refresh)


def _etag(request: SignedInRequest, referral: Referral, stale: bool = False) -> str:
    newest = _events(request.user, referral).aggregate(models.Max("pk"))["pk__max"]
    return _etag_of(request, referral, newest, stale)


def _etag_of(request: SignedInRequest, referral: Referral, newest: int | None, stale: bool = False) -> str:
    """`newest` is the last event told to the reader: a note of one's own people changes nothing else."""
    changed = (referral.changed_at, referral.case.changed_at, newest)
    view = (referral.consent_id, referral.consent.withdrawn_at, disclosure.is_open(referral))
    return etag_of(request, referral.pk, changed, view, stale, _late(request.user, referral))


def _late(user: User, referral: Referral) -> str:
    return lateness.of(referral) if rules.is_sender(user, referral) else ""


def _seen(referral: Referral) -> str:
    """The state, and whether consent was withdrawn since: both decide which forms fit."""
    return f"{referral.state}-stop" if referral.consent.withdrawn_at else referral.state


def _events(user: User, referral: Referral) -> CaseEventQuerySet:
    return CaseEvent.objects.filter(referral=referral).told_to(user.partner_id)


def _named(referral: uuid.UUID, partner: int) -> Any:
    return CaseEvent.objects.filter(referral=referral).told_to(partner).with_names()


def _shown(user: User, referral: Referral, events: list[CaseEvent]) -> dict[str, Any]:
    """Everything but the forms; of what happened, `events` are told to the reader."""
    as_sender = rules.is_sender(user, referral)
    told = events if as_sender else disclosure.events(referral, events)
    sections = [] if as_sender else disclosure.sections(referral, files=False)
    return {
        "referral": referral,
        "as_sender": as_sender,
        "move": wording.move(user, referral),
        "situation": wording.situation(user, referral, receiver_reads=_receiver_reads(user, referral)),
        "late": _late(user, referral),
        "last_words": _last_words(referral, told),
        "why_receiver": wording.why_receiver(user, referral),
        **_chosen_by(events),
        "handed_over_by": _handed_over_by(referral),
        "request_text": referral.request if as_sender else disclosure.request(referral),
        "is_open": as_sender or disclosure.is_open(referral),
        "restricted": referral.case.is_restricted and (as_sender or disclosure.is_open(referral)),
        "sections": sections,
        "not_shared": [section for section in sections if not section.shared],
        "shared": [DataGroup(group).label for group in referral.consent.groups],
        "topics": [topic.name for topic in referral.case.topics.all()] if as_sender else [],
        "country": countries.name(referral.case.country) if as_sender else "",
        "worker_name": referral.case.worker.name if as_sender else disclosure.worker_name(referral),
        "timeline": timeline.tell(event for event in told if event.kind not in conversation.SAID),
        "lines": conversation.lines(user, referral, told),
        "follow_ups": list(referral.follow_ups.select_related("case")) if as_sender else [],
        "chains": _chains(referral) if as_sender else [],
        "on_duty": on_duty.at_receiver(referral) if as_sender else [],
        "can_refer_again": rules.can_refer_again(user, referral),
        "can_agree": rules.can_agree(user, referral),
        **together(user, referral),
    }


def _receiver_reads(user: User, referral: Referral) -> bool:
    """Whether somebody at the receiver reads the portal; asked while it matters, and for the sender alone."""
    if referral.state not in WITH_RECEIVER or not rules.is_sender(user, referral):
        return True
    return referral.receiver_has_accounts


SAID_IN = {
    State.CLARIFYING: EventKind.ASKED,
    State.DECLINED: EventKind.DECLINED,
    State.COMPLETED: EventKind.COMPLETED,
    State.WITHDRAWN: EventKind.WITHDRAWN,
    State.HANDED_OVER: EventKind.HANDED_OVER,
}


def _last_words(referral: Referral, told: list[CaseEvent]) -> str:
    """What was written when the referral came into its state: the question to answer, the reason for declining."""
    kind = SAID_IN.get(State(referral.state))
    return next((event.text for event in reversed(told) if event.kind == kind), "")


def _chosen_by(events: list[CaseEvent]) -> dict[str, str]:
    """The person who chose the agency, and where they work; empty when the portal did."""
    for event in reversed(events):
        if event.kind == EventKind.SENT and event.actor is not None:
            partner = event.partner.name if event.partner else ""
            return {"chosen_by": event.actor.full_name, "chosen_by_partner": partner}
    return {"chosen_by": "", "chosen_by_partner": ""}


def _handed_over_by(referral: Referral) -> str:
    """The agency that handed this over; of others that were asked before, the receiver learns nothing."""
    before = referral.previous
    return before.receiver.name if before and before.receiver and before.state == State.HANDED_OVER else ""


def _chains(referral: Referral) -> list[list[Referral]]:
    """The ways of the case from agency to agency that lead through this referral, for its sender."""
    if referral.previous_id is None and referral.is_live:
        return []
    lines = chains(list(referral.case.referrals.select_related("case", "receiver")))
    return [line for line in lines if referral in line]


def _offered(request: SignedInRequest, referral: Referral, attempt: Attempt | None) -> dict[str, Any]:
    """The forms, and what stands around them."""
    panels = [_panel(act, referral, attempt) for act in offered(request.user, referral)]
    records = [_panel(act, referral, attempt) for act in recording.recordable(request.user, referral)]
    here = [panel.act for panel in panels + records] + talking(request.user, referral)
    out_of_place = attempt is not None and attempt.act not in here
    context = {
        "referral": referral,
        "seen": _seen(referral),
        "panels": panels,
        "records": records,
        "attempt": attempt,
        "out_of_place": out_of_place,
        "typed": attempt.form.data.get("text", "") if attempt and out_of_place else "",
        "candidates": [],
        **next_agencies(request.user, referral),
    }
    if any(act in here for act in (CHOOSE, HAND_OVER, recording.HAND_OVER)):
        ranked = wording.ranking(referral.ranking) if CHOOSE in here else hand_over_candidates(referral)
        find, chosen = request.POST.get("find", ""), request.POST.get("to", "")
        context |= {"candidates": ranked}
        context |= partners.search(request.user, find, chosen=chosen, but=ranked)
    return context


def _speaking(user: User, referral: Referral, attempt: Attempt | None) -> dict[str, Any]:
    """The forms of the conversation: a message to the other side, a note for one's own."""
    other = referral.receiver if rules.is_sender(user, referral) else referral.sender
    return {
        "referral": referral,
        "talk_panels": [_panel(act, referral, attempt) for act in talking(user, referral)],
        "other_side": other.name if other else "",
    }


def _panel(act: Act, referral: Referral, attempt: Attempt | None) -> Panel:
    tried = attempt is not None and attempt.act is act
    form = attempt.form if attempt and tried else act.make_form(referral)
    return Panel(act, form, opened=tried or act.opened, url=act.url(referral))
