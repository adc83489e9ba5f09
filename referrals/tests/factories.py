"""Referrals for tests, brought into their state by the same actions that the pages call."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.roles import Officer
from accounts.tests.factories import make_user
from agencies.choices import PartnerKind
from agencies.models import Partner
from agencies.tests.factories import make_mandate, make_outcome, make_partner
from cases.choices import DataGroup
from cases.models import Case
from cases.tests.factories import make_case
from referrals import actions
from referrals.choices import DeclineReason, State
from referrals.models import Referral


def consent_fields(**fields: Any) -> dict[str, Any]:
    return {
        "groups": DataGroup.values,
        "given_by": "Contoh Melati",
        "method": "spoken",
        "given_on": timezone.localdate(),
        **fields,
    }


def make_officer(partner: Partner | None = None, **fields: Any) -> User:
    partner = partner or make_partner(kind=PartnerKind.MISSION)
    return make_user(partner=partner, role=Officer.code, **fields)


def make_referral(
    *,
    by: User | None = None,
    case: Case | None = None,
    to: Partner | None = None,
    consent: dict[str, Any] | None = None,
    **fields: Any,
) -> Referral:
    """A new referral; with `to` it is sent there, else it waits for the worker."""
    case = case or make_case(by=by)
    return actions.create(
        by=by or case.created_by,
        case=case,
        services=fields.pop("services", ["mediation"]),
        request=fields.pop("request", "Please speak with the employer."),
        consent=consent_fields(**(consent or {})),
        to=to,
        **fields,
    )


def make_referral_in(state: str, *, officer: User | None = None, **fields: Any) -> tuple[Referral, User]:
    """A referral in this state, and an officer of its receiver, reached by the acts that lead there."""
    officer = officer or make_officer()
    assert officer.partner is not None
    if state == State.WAITING:
        return make_referral(**fields), officer
    if state == State.UNROUTED:
        referral = make_referral(**fields)
        referral.state = State.UNROUTED
        referral.save()
        return referral, officer
    referral = make_referral(to=officer.partner, **fields)
    if state == State.SENT:
        return referral, officer
    if state == State.RECEIVED:
        return actions.receive(by=officer, referral=referral), officer
    if state == State.CLARIFYING:
        return actions.ask(by=officer, referral=referral, text="Which month?"), officer
    if state == State.DECLINED:
        return actions.decline(
            by=officer, referral=referral, reason=DeclineReason.WRONG_DISTRICT, text="Please ask Penang."
        ), officer
    if state == State.WITHDRAWN:
        return actions.withdraw(by=referral.created_by, referral=referral, text="Solved at home."), officer
    referral = actions.accept(by=officer, referral=referral)
    if state == State.COMPLETED:
        referral = actions.complete(
            by=officer, referral=referral, outcome=make_outcome(), text="She is home again."
        )
    elif state == State.HANDED_OVER:
        referral = actions.hand_over(by=officer, referral=referral, to=make_partner(), text="Theirs.")
    return referral, officer


def make_responsible(*, read: bool = True, **partner: Any) -> Partner:
    """A mission responsible for workers in Malaysia (where `make_case` happens); with `read` somebody works there."""
    mission = make_partner(kind=PartnerKind.MISSION, country="MY", **partner)
    make_mandate(partner=mission, country="MY", stage="during")
    if read:
        make_officer(mission)
    return mission
