"""What happens to an emergency is e-mailed at once, whatever a person chose; the rest keeps to their choice."""

import pytest

from accounts.choices import EmailChoice
from accounts.tests.factories import make_user
from agencies.choices import Urgency
from cases import actions as case_actions
from cases.tests.factories import make_case
from notifications.models import Email, Notification
from referrals import actions
from referrals.tests.factories import make_officer, make_referral

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("urgency", "at_once"), [(Urgency.EMERGENCY, True), (Urgency.URGENT, False), (Urgency.NORMAL, False)]
)
def test_only_emergencies_pass_a_weekly_digest(urgency, at_once):
    officer = make_officer(email_choice=EmailChoice.WEEKLY)
    make_referral(to=officer.partner, case=make_case(urgency=urgency))
    assert Email.objects.filter(to=officer.email).exists() is at_once
    row = Notification.objects.get(recipient=officer)
    assert (row.email is not None, row.email_at is None) == (at_once, at_once)


def test_the_caseworker_hears_at_once_of_an_emergency_only():
    officer = make_officer()
    for urgency in (Urgency.NORMAL, Urgency.EMERGENCY):
        case = make_case(urgency=urgency)
        case.created_by.email_choice = EmailChoice.WEEKLY
        case.created_by.save()
        referral = make_referral(case=case, to=officer.partner)
        actions.accept(by=officer, referral=referral)
        told = Email.objects.filter(to=case.created_by.email).exists()
        assert told is (urgency == Urgency.EMERGENCY)


def test_a_case_that_is_an_emergency_is_given_to_a_colleague_at_once():
    for urgency in (Urgency.NORMAL, Urgency.EMERGENCY):
        case = make_case(urgency=urgency)
        supervisor = make_user(partner=case.partner, role="supervisor")
        colleague = make_user(partner=case.partner, email_choice=EmailChoice.DAILY)
        case_actions.assign(by=supervisor, case=case, to=colleague)
        assert Email.objects.filter(to=colleague.email).exists() is (urgency == Urgency.EMERGENCY)
