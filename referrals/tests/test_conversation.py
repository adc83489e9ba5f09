"""Messages that both sides read, and notes that the other side never does."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from cases.choices import EventKind
from cases.models import CaseEvent, Consent
from notifications.models import Email, Notification
from referrals import actions
from referrals.actions import ActRefused, KeyUsed
from referrals.choices import DeclineReason
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in, make_responsible
from referrals.tests.test_at_once import at_once

pytestmark = pytest.mark.django_db
NOTE = "Rahasia dapur kami."


def fields_of(referral):
    return Referral.objects.filter(pk=referral.pk).values("state", "due_at", "time_left", "escalate_at").get()


@pytest.mark.parametrize("state", ["sent", "received", "clarifying", "accepted", "completed"])
def test_both_sides_talk_and_nothing_moves(state):
    referral, officer = make_referral_in(state)
    before = fields_of(referral)
    actions.message(by=referral.created_by, referral=referral, text="Is there a bed tonight?")
    actions.message(by=officer, referral=referral, text="There is.")
    assert fields_of(referral) == before
    told = Notification.objects.filter(kind="message").values_list("recipient", flat=True)
    assert sorted(told) == sorted([officer.pk, referral.created_by.pk])
    assert not Email.objects.filter(body__contains="bed tonight").exists()


@pytest.mark.parametrize("state", ["waiting", "unrouted", "declined", "handed_over", "withdrawn"])
def test_nobody_talks_before_it_is_sent_or_after_it_ended_without_result(state):
    referral, officer = make_referral_in(state)
    with pytest.raises(ActRefused):
        actions.message(by=referral.created_by, referral=referral, text="Hello?")
    with pytest.raises((ActRefused, PermissionDenied)):
        actions.message(by=officer, referral=referral, text="Hello?")


def test_a_completed_referral_is_talked_about_for_thirty_days():
    referral, officer = make_referral_in("completed")
    Referral.objects.filter(pk=referral.pk).update(ended_at=timezone.now() - timedelta(days=30, minutes=1))
    for person in (officer, referral.created_by):
        with pytest.raises(ActRefused):
            actions.message(by=person, referral=referral, text="One more thing.")


def test_once_the_consent_does_not_stand_nobody_writes_what_the_other_may_not_read():
    referral, officer = make_referral_in("accepted")
    Consent.objects.filter(pk=referral.consent_id).update(withdrawn_at=timezone.now())
    for person in (officer, referral.created_by):
        with pytest.raises(ActRefused):
            actions.message(by=person, referral=referral, text="About her.")
    with pytest.raises(ActRefused):
        actions.internal(by=officer, referral=referral, text="About her.")


@pytest.mark.parametrize("act", ["message", "internal"])
def test_strangers_and_admins_say_nothing(act):
    referral, officer = make_referral_in("accepted")
    for person in (make_officer(), make_user(partner=officer.partner, role="partner_admin")):
        with pytest.raises(PermissionDenied):
            getattr(actions, act)(by=person, referral=referral, text="Hello.")


@pytest.mark.parametrize("act", ["message", "internal"])
def test_a_double_click_says_it_once_and_other_words_under_the_same_key_are_told(act):
    referral, officer = make_referral_in("accepted")
    key = uuid.uuid4()
    say = getattr(actions, act)
    for _click in range(2):
        say(by=officer, referral=referral, text="Once.", key=key)
    with pytest.raises(KeyUsed):
        say(by=officer, referral=referral, text="Twice.", key=key)
    assert CaseEvent.objects.filter(key=key).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_at_once_says_it_once():
    referral, officer = make_referral_in("accepted")
    key = uuid.uuid4()
    at_once(*[lambda: actions.message(by=officer, referral=referral, text="Once.", key=key)] * 3)
    assert CaseEvent.objects.filter(kind=EventKind.MESSAGE).count() == 1


def test_nobody_writes_to_an_agency_where_nobody_reads():
    referral = make_referral(to=make_partner())
    with pytest.raises(ActRefused):
        actions.message(by=referral.created_by, referral=referral, text="Hello?")
    actions.internal(by=referral.created_by, referral=referral, text="Called them: no answer.")


def test_a_note_leaves_no_trace_for_the_other_side():
    referral, officer = make_referral_in("accepted")
    before, count = Referral.objects.values().get(), Notification.objects.count()
    changed = type(referral.case).objects.values("changed_at").get()
    actions.internal(by=officer, referral=referral, text=NOTE)
    assert Referral.objects.values().get() == before
    assert type(referral.case).objects.values("changed_at").get() == changed
    assert Notification.objects.count() == count


# The pages ---------------------------------------------------------------------------------------


def everywhere(client, person, referral) -> str:
    """All that this person can get at."""
    client.force_login(person)
    pages = [
        referral.get_absolute_url(),
        *(reverse(f"referrals:{name}", args=[referral.pk]) for name in ("live", "acts", "talk")),
        referral.case.get_absolute_url(),
        reverse("cases:live", args=[referral.case.reference]),
        reverse("referrals:plan", args=[referral.case.reference]),
        reverse("cases:list"),
        reverse("referrals:inbox"),
        reverse("referrals:sent"),
        reverse("notifications:list"),
    ]
    return "".join(client.get(page).text for page in pages)


@pytest.mark.parametrize("writer", ["sender", "receiver"])
@pytest.mark.parametrize("state", ["accepted", "completed"])
def test_a_note_is_read_by_ones_own_people_and_nowhere_by_anybody_else(client, writer, state):
    referral, officer = make_referral_in(state)
    caseworker = referral.created_by
    ours, theirs = (caseworker, officer) if writer == "sender" else (officer, caseworker)
    actions.internal(by=ours, referral=referral, text=NOTE)
    colleague = make_user(partner=ours.partner, role=ours.role)
    assert NOTE in everywhere(client, ours, referral)
    assert NOTE in everywhere(client, colleague, referral)
    for other in (theirs, make_user(partner=theirs.partner, role=theirs.role), make_officer()):
        assert NOTE not in everywhere(client, other, referral)
    assert "is-internal" not in everywhere(client, theirs, referral), "not even that there is one"


def test_a_note_of_the_first_agency_is_not_told_to_the_next_one(client):
    referral, officer = make_referral_in("accepted", consent={"onward": True})
    actions.internal(by=officer, referral=referral, text=NOTE)
    actions.message(by=officer, referral=referral, text="Between us two.")
    to = make_responsible()
    reader = make_officer(to)
    actions.hand_over(by=officer, referral=referral, to=to, text="Theirs.")
    second = Referral.objects.get(previous=referral)
    page = everywhere(client, reader, second)
    assert NOTE not in page
    assert "Between us two." not in page
    assert NOTE not in everywhere(client, officer, referral), "its view is closed"


def test_once_the_view_is_closed_the_receiver_reads_no_words_any_more(client):
    referral, officer = make_referral_in("accepted")
    actions.message(by=officer, referral=referral, text="She is called Kenanga.")
    actions.internal(by=officer, referral=referral, text="Kenanga again.")
    actions.withdraw(by=referral.created_by, referral=referral, text="Solved.")
    assert "Kenanga" not in everywhere(client, officer, referral)
    assert "She is called Kenanga." in everywhere(client, referral.created_by, referral)


def test_whose_words_they_are_is_said_in_words(client):
    referral, officer = make_referral_in("accepted")
    actions.message(by=officer, referral=referral, text="There is a bed.")
    actions.internal(by=referral.created_by, referral=referral, text=NOTE)
    for person in (officer, referral.created_by):
        person.language = "en"
        person.save()
    client.force_login(referral.created_by)
    page = client.get(referral.get_absolute_url()).text
    assert f"<strong>{officer.partner}</strong>" in page
    assert page.count("There is a bed.") == 1, "in the conversation, not in the timeline as well"
    assert "Internal note" in page
    client.force_login(officer)
    assert "<strong>From us</strong>" in client.get(referral.get_absolute_url()).text


def post(client, person, name, referral, **data):
    client.force_login(person)
    address = reverse(f"referrals:{name}", args=[referral.pk])
    return client.post(address, {"key": str(uuid.uuid4()), **data})


@pytest.mark.parametrize("name", ["message", "internal"])
def test_the_two_forms_are_two_addresses_and_keep_what_was_typed(client, name):
    referral, officer = make_referral_in("accepted")
    for bad in ("", "x\x00", "x" * 1_000_000):
        assert post(client, officer, name, referral, text=bad).status_code == 422
    assert post(client, officer, name, referral, text="Good evening.").status_code == 302
    actions.withdraw(by=referral.created_by, referral=referral, text="Solved.")
    late = post(client, officer, name, referral, text="Too late.")
    assert late.status_code == 409
    assert "Too late.</textarea>" in late.text
    assert post(client, make_officer(), name, referral, text="Hello.").status_code == 404
    assert CaseEvent.objects.filter(kind=name).count() == 1


def test_the_refresh_swaps_the_lines_and_never_the_forms(client):
    referral, officer = make_referral_in("accepted")
    client.force_login(referral.created_by)
    address = reverse("referrals:live", args=[referral.pk])
    etag = client.get(address)["ETag"]
    actions.message(by=officer, referral=referral, text="There is a bed.")
    fresh = client.get(address, headers={"If-None-Match": etag})
    assert 'id="talk-lines" hx-swap-oob' in fresh.text
    assert "There is a bed." in fresh.text
    assert "<textarea" not in fresh.text


def test_a_colleagues_note_shows_up_on_the_open_page_of_ones_own_side_alone(client):
    referral, officer = make_referral_in("accepted")
    address, etags = reverse("referrals:live", args=[referral.pk]), {}
    colleague = make_officer(officer.partner)
    for person in (colleague, referral.created_by):
        client.force_login(person)
        etags[person] = client.get(address)["ETag"]
    actions.internal(by=officer, referral=referral, text=NOTE)
    for person, status in ((colleague, 200), (referral.created_by, 304)):
        client.force_login(person)
        assert client.get(address, headers={"If-None-Match": etags[person]}).status_code == status


def test_the_forms_are_those_that_fit_now(client):
    referral, officer = make_referral_in("accepted")
    client.force_login(officer)
    address = reverse("referrals:talk", args=[referral.pk])
    assert "/message/" in client.get(address).text
    actions.decline(by=officer, referral=referral, reason=DeclineReason.OTHER, text="No.")
    closed = client.get(address).text
    assert "/message/" not in closed
    assert "/internal/" not in closed
