"""Who is told of what."""

import pytest

from accounts.tests.factories import make_user
from cases.choices import EventKind
from notifications.choices import Kind
from notifications.models import Email, Notification
from referrals import actions
from referrals.choices import DeclineReason
from referrals.tests.factories import make_officer, make_referral, make_referral_in

pytestmark = pytest.mark.django_db


def told_by(act) -> list[tuple[str, str]]:
    """The e-mail addresses and kinds of the messages that an act causes."""
    Notification.objects.all().delete()
    act()
    return sorted(Notification.objects.values_list("recipient__email", "kind"))


@pytest.fixture
def pair():
    """A referral that was opened, its caseworker, and two officers of the receiver."""
    referral, officer = make_referral_in("received")
    colleague = make_officer(officer.partner)
    make_officer(officer.partner, is_active=False)
    make_user(partner=officer.partner, role="partner_admin")
    make_user(partner=referral.sender)
    return referral, referral.created_by, officer, colleague


def test_what_the_receiver_does_is_told_to_the_caseworker(pair):
    referral, caseworker, officer, _colleague = pair
    told = told_by(lambda: actions.accept(by=officer, referral=referral))
    assert told == [(caseworker.email, Kind.REFERRAL_ACCEPTED)]


def test_what_the_sender_does_is_told_to_everybody_who_works_at_the_receiver(pair):
    referral, caseworker, officer, colleague = pair
    told = told_by(lambda: actions.withdraw(by=caseworker, referral=referral, text="Solved."))
    assert told == sorted((person.email, Kind.REFERRAL_WITHDRAWN) for person in (officer, colleague))


def test_nobody_is_told_of_what_they_did_themselves(pair):
    referral, caseworker, officer, _colleague = pair
    steps = [
        (officer, lambda: actions.ask(by=officer, referral=referral, text="Which month?")),
        (caseworker, lambda: actions.answer(by=caseworker, referral=referral, text="May.")),
        (officer, lambda: actions.accept(by=officer, referral=referral)),
        (officer, lambda: actions.report(by=officer, referral=referral, text="We called.")),
        (caseworker, lambda: actions.report(by=caseworker, referral=referral, text="She called.")),
        (
            officer,
            lambda: actions.decline(by=officer, referral=referral, reason=DeclineReason.OTHER, text="No."),
        ),
    ]
    for actor, act in steps:
        told = told_by(act)
        assert told
        assert actor.email not in [address for address, _kind in told]


def test_when_the_caseworker_has_gone_the_whole_team_is_told(pair):
    referral, caseworker, officer, _colleague = pair
    caseworker.is_active = False
    caseworker.save()
    supervisor = make_user(partner=referral.sender, role="supervisor")
    told = told_by(lambda: actions.accept(by=officer, referral=referral))
    assert (supervisor.email, Kind.REFERRAL_ACCEPTED) in told
    assert len(told) == 2
    assert caseworker.email not in dict(told)


def test_who_was_never_sent_the_referral_is_told_nothing():
    referral = make_referral()
    assert told_by(lambda: actions.withdraw(by=referral.created_by, referral=referral, text="No.")) == []


def test_each_reads_it_in_their_own_language(pair):
    referral, caseworker, officer, _colleague = pair
    caseworker.language = "id"
    caseworker.save()
    Email.objects.all().delete()
    actions.accept(by=officer, referral=referral)
    assert referral.reference in Email.objects.get().subject


def test_messages_hold_a_reference_and_a_link_and_nothing_personal(pair):
    referral, caseworker, officer, _colleague = pair
    secret = "Melati is hiding in Batam, phone 0812-999"
    actions.ask(by=officer, referral=referral, text=secret)
    actions.answer(by=caseworker, referral=referral, text=secret)
    actions.accept(by=officer, referral=referral)
    actions.report(by=officer, referral=referral, text=secret)
    actions.withdraw(by=caseworker, referral=referral, text=secret)
    worker = referral.case.worker
    private = [secret, worker.name, "Batam", "Mediation", referral.case.chronology, referral.request, "0812"]
    assert Email.objects.count() >= 5
    for email in Email.objects.all():
        whole = f"{email.subject}\n{email.body}"
        assert referral.reference in email.subject
        assert f"http://localhost:8000/referrals/{referral.pk}/" in email.body
        assert not [word for word in private if word in whole]
    for notification in Notification.objects.all():
        whole = f"{notification.title} {notification.path}"
        assert not [word for word in private if word in whole]


def test_event_data_holds_codes_only(pair):
    referral, _caseworker, officer, _colleague = pair
    actions.decline(by=officer, referral=referral, reason=DeclineReason.NO_CAPACITY, text="Melati, no.")
    assert referral.events.get(kind=EventKind.DECLINED).data == {"reason": "no_capacity"}
