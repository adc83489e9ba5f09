"""The worker's part: find the agency that is responsible, and send or ask a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies import matching
from agencies.models import Partner
from cases.choices import EventKind
from cases.models import Case
from errands import together
from errands.patience import Patience
from errands.queue import Queue

from . import moves
from .choices import DeclineReason, State
from .gathered import Gathered
from .known import Known, held
from .models import Referral

TOGETHER = 100  # referrals that are routed in one transaction


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
    return together.carry_out(QUEUE, _find_all, seconds=seconds, most=TOGETHER)


def route(referral_id: UUID) -> bool:
    """The same for one referral; whether there was anything to do. Being told twice is harmless."""
    return bool(together.carry_out(QUEUE, _find_all, most=1, of=QUEUE.due().filter(pk=referral_id)))


def _find_all(referrals: Sequence[Referral]) -> together.Done:
    return find_all([(referral.pk, referral.route_trace_id) for referral in referrals])


@transaction.atomic
def find_all(claimed: Sequence[tuple[UUID, str]]) -> together.Done:
    """Ask who is responsible for each of the claimed referrals, and send it or leave the choice to its sender.

    `claimed` are their keys, each with the id of the request in which it was made. What failed with one alone is told of
    it; one that somebody holds is left out, unless it comes alone: then it is waited for.
    """
    done = together.Done()
    requests = dict(claimed)
    ours = held(requests, wait=len(requests) == 1)
    known = Known([pk for pk in requests if pk in ours])
    gathered = Gathered(at=timezone.now(), policy=known.policy)
    answers = _answers(known, requests, done)
    known.hold(answer.clear.partner_id for answer in answers.values() if answer.clear)
    for referral in known.referrals:
        if referral.pk in done.failed:
            continue
        named = referral.consent.partner_id
        with done.noting(referral.pk, requests[referral.pk]):
            _decide(referral, answers.get(referral.pk), known, gathered)
            known.became(referral)
        if referral.pk in done.failed:
            gathered.forget(referral, named=named)
    gathered.write()
    done.left_out = set(requests) - ours
    return done


def _answers(known: Known, requests: Mapping[UUID, str], done: together.Done) -> dict[UUID, matching.Answer]:
    """Who is responsible for each that still waits under a consent that stands."""
    answers = {}
    for referral in known.referrals:
        if referral.state == State.WAITING and referral.consent.stands:
            with done.noting(referral.pk, requests[referral.pk]):
                answers[referral.pk] = known.now.ask(_question(referral, known))
    return answers


def _question(referral: Referral, known: Known) -> matching.Question:
    return _of_case(referral.case, known.topics[referral.case_id], known.declined_by(referral))


def _decide(referral: Referral, answer: matching.Answer | None, known: Known, gathered: Gathered) -> None:
    """Send one referral or leave it to its sender, into what is gathered."""
    if referral.state != State.WAITING:
        return
    if answer is None:
        _leave_to_the_sender(referral, {"code": "consent_ended", "params": {}}, gathered)
        return
    referral.ranking = ranked(answer)
    choice = pick(referral, answer, known)
    if isinstance(choice, Partner) and known.spoke_against(referral.consent, choice):
        choice = {"code": "taken_back", "params": _names(choice)}
    if isinstance(choice, Partner):
        moves.send(referral, to=choice, by=None, beside=known, into=gathered)
    else:
        _leave_to_the_sender(referral, choice, gathered)


def question(referral: Referral) -> matching.Question:
    """What matching needs to know: no person, only topics, stage, places, and whom not to ask again."""
    return ask_about(referral.case, services=referral.services)


def ask_about(case: Case, *, services: list[str]) -> matching.Question:
    """The question for a case, also before there is a referral. The case's own partner and those that declined one
    of these services are not asked; one that found documents missing may be."""
    declined = case.referrals.filter(state=State.DECLINED, services__overlap=services).exclude(
        decline_reason=DeclineReason.INCOMPLETE
    )
    topics = tuple(case.topics.values_list("code", flat=True))
    return _of_case(case, topics, declined.values_list("receiver_id", flat=True))


def _of_case(case: Case, topics: Sequence[str], declined: Iterable[int | None]) -> matching.Question:
    return matching.Question(
        topics=tuple(topics),
        stage=case.stage,
        country=case.country,
        place=case.place,
        home_province=case.worker.home_province_id,
        home_regency=case.worker.home_regency_id or "",
        exclude=frozenset({case.partner_id, *(partner for partner in declined if partner is not None)}),
    )


def ranked(answer: matching.Answer) -> list[dict[str, Any]]:
    """The ranking as it is kept on the referral: codes and names of offices, so that any language can tell it."""
    return [candidate.as_json() for candidate in answer.ranking]


def pick(
    referral: Referral, answer: matching.Answer, known: Known | None = None
) -> Partner | matching.Reason:
    """The one partner to send to without asking anybody, or the reason why a person must choose.

    It must be the clear answer, work here, have somebody who reads, and not have the same thing in hand already.
    """
    partner = first_choice(answer, partner_of=known.partner if known else _read)
    if not isinstance(partner, Partner):
        return partner
    if twin := (known or moves.Beside()).twin_at(partner, referral):
        return {"code": "twin", "params": {**_names(partner), "reference": twin}}
    return partner


def _read(partner_id: int) -> Partner:
    return Partner.objects.get(pk=partner_id)


def first_choice(
    answer: matching.Answer, *, partner_of: Callable[[int], Partner] = _read
) -> Partner | matching.Reason:
    """The same as far as it does not depend on what else is in hand."""
    if answer.clear is None:
        return answer.reasons[0]
    partner = partner_of(answer.clear.partner_id)
    if not answer.clear.reachable:
        return {"code": "no_accounts", "params": _names(partner)}
    return partner


def _names(partner: Partner) -> dict[str, str]:
    return {"partner_id": partner.name_id, "partner_en": partner.name_en}


def _leave_to_the_sender(referral: Referral, why: matching.Reason, gathered: Gathered | None = None) -> None:
    referral.why_unrouted, referral.why_params = why["code"], why["params"]
    moves.finish(referral, State.UNROUTED, EventKind.UNROUTED, by=None, into=gathered, why=why["code"])
