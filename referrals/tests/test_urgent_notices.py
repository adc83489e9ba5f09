"""What waits for no digest and no quiet hours: whatever happens in an emergency, and a withdrawn consent."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.choices import EmailChoice
from accounts.models import User
from accounts.roles import Supervisor
from accounts.tests.factories import make_user
from agencies.choices import ServiceKind
from agencies.tests.factories import make_partner
from cases import clocks
from cases.choices import ClockCode
from cases.models import Clock, Consent
from cases.tests.factories import make_case
from notifications.models import Notification
from referrals import actions, consent_ends
from referrals.actions import plan
from referrals.models import Referral

from .consenting import TODAY
from .factories import consent_fields, make_officer, make_referral_in

pytestmark = pytest.mark.django_db

CODE = ClockCode.DOCS_INCOMPLETE


def accepted(urgency: str) -> tuple[Referral, User]:
    """Both sides chose a digest."""
    referral, officer = make_referral_in("accepted", case=make_case(urgency=urgency))
    Notification.objects.all().delete()
    User.objects.update(email_choice=EmailChoice.DAILY)
    return Referral.objects.get(pk=referral.pk), User.objects.get(pk=officer.pk)


def say(referral: Referral, officer: User) -> None:
    actions.message(by=officer, referral=referral, text="Hello.")


def start(referral: Referral, officer: User) -> None:
    actions.start_clock(by=officer, referral=referral, code=CODE, text="The contract.")


def provide(referral: Referral, officer: User) -> None:
    start(referral, officer)
    Notification.objects.all().delete()
    actions.provide(by=referral.created_by, referral=referral, code=CODE, text="Here.")


def time_is_short(referral: Referral, officer: User) -> None:
    start(referral, officer)
    Notification.objects.all().delete()
    clocks.look_at_due(Clock.objects.get().warn_at)


def add_step(referral: Referral, officer: User) -> None:
    plan.plan(by=officer, case=referral.case, what="Call.", partner=referral.sender, by_when=TODAY)


def change(referral: Referral, officer: User) -> None:
    grant = consent_fields(groups=["case"], onward=False, witness="", until=None)
    actions.change_consent(by=referral.created_by, consent=referral.consent, grant=grant)


def consent_ends_soon(referral: Referral, officer: User) -> None:
    Consent.objects.filter(pk=referral.consent_id).update(until=TODAY + timedelta(days=1))
    consent_ends.tell_all()


@pytest.mark.parametrize(("urgency", "waits"), [("emergency", False), ("normal", True)])
@pytest.mark.parametrize("act", [say, start, provide, time_is_short, add_step, change, consent_ends_soon])
def test_in_an_emergency_nothing_waits(act: Any, urgency: str, waits: bool) -> None:
    act(*accepted(urgency))
    row = Notification.objects.get()
    assert (row.email_at is not None) is waits
    assert (row.email is None) is waits


@pytest.mark.parametrize("state", ["live", "ended"])
def test_that_a_consent_is_withdrawn_waits_for_nothing(state: str) -> None:
    referral, _officer = accepted("normal")
    if state == "ended":
        Referral.objects.update(state="declined", ended_at=timezone.now(), is_lead=False)
    actions.withdraw_consent(by=referral.created_by, case=referral.case, text="She fears for her family.")
    row = Notification.objects.get(kind="consent_withdrawn")
    assert row.email is not None


def test_a_decision_without_the_worker_is_put_before_the_others_at_once() -> None:
    case = make_case(urgency="emergency", by=make_user(partner=make_partner(), role=Supervisor.code))
    other = make_user(partner=case.partner, role=Supervisor.code, email_choice=EmailChoice.WEEKLY)
    grant = consent_fields(method="override", override_reason="Locked in, and bleeding.")
    actions.create(
        by=case.created_by,
        case=case,
        services=[ServiceKind.SHELTER],
        request="",
        consent=grant,
        to=make_officer().partner,
    )
    assert Notification.objects.get(recipient=other, kind="override").email is not None
