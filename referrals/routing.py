"""The worker's part: find the agency that is responsible, and send or ask a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agencies import matching
from agencies.models import Partner
from cases.choices import EventKind
from cases.models import Case
from errands.patience import Patience
from errands.queue import Queue

from . import moves, rules
from .choices import DeclineReason, State
from .models import Referral


def _leave_to_a_person(referral: Referral) -> None:
    """What becomes of a referral that was tried too often: nothing waits for the portal for ever."""
    with transaction.atomic():
        current = moves.lock(referral)
        if current.state == State.WAITING:
            _leave_to_the_sender(current, {"code": "failed", "params": {}})


QUEUE = Queue(
    name="route",
    title=_("Referrals to be sent"),
    model=Referral,
    waiting={"state": State.WAITING},
    give_up=_leave_to_a_person,
    only=lambda rows: rows.may_be_routed(),
    prefix="route_",
    rank="urgency_rank",
    share="sender",
    patience=Patience(timedelta(seconds=10), timedelta(minutes=10), most=6),  # some five minutes
)


def route_due(*, seconds: float = 20) -> int:
    """Route every referral whose time has come, the most urgent first and each partner in turn; how many were tried."""
    return QUEUE.carry_out(_find, seconds=seconds)


def route(referral_id: UUID) -> bool:
    """The same for one referral; whether there was anything to do. Being told twice is harmless."""
    return bool(QUEUE.carry_out(_find, of=QUEUE.due().filter(pk=referral_id)))


def _find(referral: Referral) -> None:
    find(referral.pk)


@transaction.atomic
def find(referral_id: UUID) -> None:
    """Ask who is responsible for a claimed referral, and send it or leave the choice to its sender."""
    referral = moves.lock(Referral(pk=referral_id))
    if referral.state != State.WAITING:
        return
    if not referral.consent.stands:
        _leave_to_the_sender(referral, {"code": "consent_ended", "params": {}})
        return
    moves.hold(referral.case)
    answer = matching.ask(question(referral))
    referral.ranking = ranked(answer)
    choice = pick(referral, answer)
    if isinstance(choice, Partner) and rules.spoke_against(
        referral.consent, choice, since=referral.consent.recorded_at
    ):
        choice = {"code": "taken_back", "params": _names(choice)}
    if isinstance(choice, Partner):
        moves.send(referral, to=choice, by=None)
    else:
        _leave_to_the_sender(referral, choice)


def question(referral: Referral) -> matching.Question:
    """What matching needs to know: no person, only topics, stage, places, and whom not to ask again."""
    return ask_about(referral.case, services=referral.services)


def ask_about(case: Case, *, services: list[str]) -> matching.Question:
    """The question for a case, also before there is a referral. The case's own partner and those that declined one
    of these services are not asked; one that found documents missing may be."""
    declined = case.referrals.filter(state=State.DECLINED, services__overlap=services).exclude(
        decline_reason=DeclineReason.INCOMPLETE
    )
    return matching.Question(
        topics=tuple(case.topics.values_list("code", flat=True)),
        stage=case.stage,
        country=case.country,
        place=case.place,
        home_province=case.worker.home_province_id,
        home_regency=case.worker.home_regency_id or "",
        exclude=frozenset({case.partner_id, *declined.values_list("receiver_id", flat=True)}),
    )


def ranked(answer: matching.Answer) -> list[dict[str, Any]]:
    """The ranking as it is kept on the referral: codes and names of offices, so that any language can tell it."""
    return [candidate.as_json() for candidate in answer.ranking]


def pick(referral: Referral, answer: matching.Answer) -> Partner | matching.Reason:
    """The one partner to send to without asking anybody, or the reason why a person must choose.

    It must be the clear answer, work here, have somebody who reads, and not have the same thing in hand already.
    """
    partner = first_choice(answer)
    if not isinstance(partner, Partner):
        return partner
    if twin := moves.twin_at(partner, referral):
        return {"code": "twin", "params": {**_names(partner), "reference": twin.reference}}
    return partner


def first_choice(answer: matching.Answer) -> Partner | matching.Reason:
    """The same as far as it does not depend on what else is in hand."""
    if answer.clear is None:
        return answer.reasons[0]
    partner = Partner.objects.get(pk=answer.clear.partner_id)
    if not answer.clear.reachable:
        return {"code": "no_accounts", "params": _names(partner)}
    return partner


def _names(partner: Partner) -> dict[str, str]:
    return {"partner_id": partner.name_id, "partner_en": partner.name_en}


def _leave_to_the_sender(referral: Referral, why: matching.Reason) -> None:
    referral.why_unrouted, referral.why_params = why["code"], why["params"]
    moves.finish(referral, State.UNROUTED, EventKind.UNROUTED, by=None, why=why["code"])
