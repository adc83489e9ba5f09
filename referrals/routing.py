"""The worker's part: find the agency that is responsible, and send or ask a person.

A row is claimed by moving its `route_at` to the next try, in a transaction of its own: should the worker die or fail
on it, the row comes up again later and meanwhile holds up nobody.
"""

import logging
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agencies import matching
from agencies.models import Partner
from cases.choices import EventKind
from cases.models import Case

from . import moves, rules
from .choices import DeclineReason, State
from .models import Referral

logger = logging.getLogger(__name__)

BATCH = 100
FIRST_BACKOFF = timedelta(seconds=10)
LAST_BACKOFF = timedelta(minutes=10)
MAX_ATTEMPTS = 6  # after which (some five minutes) a person chooses; nothing waits for the portal for ever


def route_due() -> int:
    """Route every referral whose time has come, most urgent first; how many were tried.

    One that fails is put off and never holds up the others.
    """
    due = Referral.objects.due_for_routing().order_by("urgency_rank", "route_at")
    ids = list(due.values_list("pk", flat=True)[:BATCH])
    return sum(route(referral_id) for referral_id in ids)


def route(referral_id: UUID) -> bool:
    """Try to find the agency for one waiting referral; whether there was anything to do.

    Does nothing when another worker has it or it does not wait any more: being told twice is harmless.
    """
    if not claim(referral_id):
        return False
    try:
        find(referral_id)
    except Exception:
        logger.exception("referral %s could not be routed", referral_id)
    return True


@transaction.atomic
def claim(referral_id: UUID) -> bool:
    """Take the referral if it is due and nobody holds it: its next try is put off until the backoff has passed."""
    due = Referral.objects.due_for_routing().filter(pk=referral_id)
    referral = (
        due.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .only("pk", "route_attempts")
        .first()
    )
    if referral is None:
        return False
    tries = referral.route_attempts + 1
    Referral.objects.filter(pk=referral_id).update(
        route_attempts=tries, route_at=timezone.now() + backoff(tries)
    )
    return True


def backoff(tries: int) -> timedelta:
    """How long to wait after this many tries: doubling, capped, with jitter so that retries spread out."""
    return min(FIRST_BACKOFF * 2 ** min(tries - 1, 10), LAST_BACKOFF) * random.uniform(0.75, 1.0)


@transaction.atomic
def find(referral_id: UUID) -> None:
    """Ask who is responsible for a claimed referral, and send it or leave the choice to its sender."""
    referral = moves.lock(Referral(pk=referral_id))
    if referral.state != State.WAITING:
        return
    if referral.route_attempts > MAX_ATTEMPTS:
        _leave_to_the_sender(referral, {"code": "failed", "params": {}})
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
