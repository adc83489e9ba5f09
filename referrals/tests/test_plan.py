"""The shared plan: kept by all who take part in a case, and by nobody else."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from cases.choices import EventKind
from cases.models import CaseEvent, Consent
from notifications.models import Notification
from referrals import actions, joint
from referrals.actions import ActRefused, KeyUsed
from referrals.actions import plan as plans
from referrals.models import PlanStep
from referrals.tests.factories import make_officer, make_referral_in
from referrals.tests.test_at_once import at_once

pytestmark = pytest.mark.django_db
WHAT = "Fetch the passport from the employer"


def soon(days: int = 7) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def work():
    """A referral that was taken on, its caseworker and its officer."""
    referral, officer = make_referral_in("accepted")
    Notification.objects.all().delete()
    return referral, referral.created_by, officer


def add(by, case, partner, **fields) -> PlanStep:
    return plans.plan(by=by, case=case, partner=partner, **{"what": WHAT, "by_when": soon(), **fields})


def test_either_side_plans_for_either_and_the_one_who_has_to_do_it_is_told(work):
    referral, caseworker, officer = work
    add(caseworker, referral.case, officer.partner)
    add(officer, referral.case, caseworker.partner)
    add(officer, referral.case, officer.partner)
    told = list(Notification.objects.order_by("pk").values_list("recipient", "kind", "path"))
    page = reverse("referrals:plan", args=[referral.case.reference])
    assert told == [
        (officer.pk, "plan", referral.get_absolute_url()),
        (caseworker.pk, "plan", page),
        (caseworker.pk, "plan", page),
    ]
    events = CaseEvent.objects.filter(kind=EventKind.PLANNED)
    assert {event.referral_id for event in events} == {None}, "they stay with the case's own partner"
    assert not Notification.objects.filter(reference__contains="passport").exists()


def test_a_step_is_done_dropped_and_put_back(work):
    referral, caseworker, officer = work
    step = add(caseworker, referral.case, officer.partner)
    assert plans.done(by=officer, step=step).done_by == officer
    with pytest.raises(ActRefused, match="ticked this step off"):
        plans.drop(by=caseworker, step=step)
    assert plans.undo(by=caseworker, step=step).is_open
    with pytest.raises(ActRefused, match="in the plan already"):
        plans.undo(by=caseworker, step=step)
    assert plans.drop(by=caseworker, step=step).dropped_by == caseworker
    with pytest.raises(ActRefused, match="dropped this step"):
        plans.done(by=officer, step=step)
    kinds = ["planned", "step_done", "planned", "step_dropped"]
    events = CaseEvent.objects.filter(case=referral.case, referral=None).exclude(kind="logged")
    assert list(events.values_list("kind", flat=True)) == kinds


def test_a_double_click_is_one_step_and_one_tick(work):
    referral, caseworker, officer = work
    key, tick = uuid.uuid4(), uuid.uuid4()
    step = add(caseworker, referral.case, officer.partner, key=key)
    assert add(caseworker, referral.case, officer.partner, key=key) == step
    with pytest.raises(KeyUsed):
        add(caseworker, referral.case, officer.partner, key=key, by_when=soon(9))
    with pytest.raises(KeyUsed):
        add(caseworker, referral.case, officer.partner, key=key, what="Something else")
    for _click in range(2):
        plans.done(by=officer, step=step, key=tick)
    other = add(caseworker, referral.case, officer.partner)
    with pytest.raises(KeyUsed):
        plans.done(by=officer, step=other, key=tick)
    assert CaseEvent.objects.filter(kind=EventKind.STEP_DONE).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_tick_off_and_drop_at_once_one_wins():
    referral, officer = make_referral_in("accepted")
    step = add(referral.created_by, referral.case, officer.partner)
    results = at_once(
        lambda: plans.done(by=officer, step=step),
        lambda: plans.drop(by=referral.created_by, step=step),
    )
    assert sum(isinstance(result, ActRefused) for result in results) == 1, results
    step.refresh_from_db()
    assert (step.done_at is None) != (step.dropped_at is None)


@pytest.mark.parametrize("state", ["sent", "received", "declined", "withdrawn", "handed_over"])
def test_a_receiver_that_has_not_taken_it_on_or_has_ended_takes_no_part(state):
    referral, officer = make_referral_in(state)
    with pytest.raises(PermissionDenied):
        add(officer, referral.case, officer.partner)
    with pytest.raises(ActRefused):
        add(referral.created_by, referral.case, officer.partner)


def test_a_receiver_that_completed_its_part_reads_on_but_plans_no_more():
    referral, officer = make_referral_in("completed")
    assert joint.team(referral.case).may_read(officer)
    with pytest.raises(PermissionDenied):
        add(officer, referral.case, officer.partner)


def test_strangers_and_admins_take_no_part(work):
    referral, _caseworker, officer = work
    for person in (make_officer(), make_user(partner=officer.partner, role="partner_admin")):
        with pytest.raises(PermissionDenied):
            add(person, referral.case, officer.partner)


def test_nobody_plans_for_one_that_takes_no_part(work):
    referral, caseworker, _officer = work
    with pytest.raises(ActRefused, match="does not take part"):
        add(caseworker, referral.case, make_partner())


def test_a_step_late_is_late_until_it_is_done(work):
    referral, caseworker, officer = work
    step = add(caseworker, referral.case, officer.partner, by_when=soon(-1))
    assert step.is_late
    assert not plans.done(by=officer, step=step).is_late


# The pages ---------------------------------------------------------------------------------------


@pytest.fixture
def page(client):
    def open_(person, case, *, status: int = 200) -> str:
        person.language = "en"
        person.save()
        client.force_login(person)
        response = client.get(reverse("referrals:plan", args=[case.reference]))
        assert response.status_code == status
        return response.text

    return open_


def post(client, person, case, **data):
    client.force_login(person)
    fields = {"key": str(uuid.uuid4()), "what": WHAT, "by_when": soon().isoformat(), **data}
    return client.post(reverse("referrals:plan", args=[case.reference]), fields)


def tick(client, person, step, verb="done"):
    client.force_login(person)
    address = reverse(f"referrals:plan_{verb}", args=[step.case.reference, step.pk])
    return client.post(address, {"key": str(uuid.uuid4())})


def test_all_who_take_part_read_and_keep_the_same_plan(client, page, work):
    referral, caseworker, officer = work
    second, other = make_referral_in("accepted", case=referral.case, by=caseworker, services=["shelter"])
    assert post(client, officer, referral.case, partner=other.partner_id).status_code == 302
    step = PlanStep.objects.get()
    for person in (caseworker, officer, other):
        text = page(person, referral.case)
        assert WHAT in text
        assert str(other.partner) in text
        assert "Lead agency" in text
    assert WHAT in client.get(second.get_absolute_url()).text
    assert tick(client, other, step).status_code == 302
    assert tick(client, officer, step).status_code == 409
    assert tick(client, caseworker, step, "undo").status_code == 302
    assert tick(client, caseworker, step, "drop").status_code == 302
    assert f"Next step planned for {other.partner}" in client.get(referral.case.get_absolute_url()).text


def test_a_closed_view_shows_nothing_of_the_plan(client, page, work):
    referral, caseworker, officer = work
    add(caseworker, referral.case, officer.partner)
    _second, other = make_referral_in("accepted", case=referral.case, by=caseworker, services=["shelter"])
    actions.withdraw(by=caseworker, referral=referral, text="Solved.")
    page(officer, referral.case, status=404)
    closed = client.get(referral.get_absolute_url()).text
    assert WHAT not in closed
    assert str(other.partner) not in closed
    assert tick(client, officer, PlanStep.objects.get()).status_code == 404
    assert post(client, officer, referral.case, partner=officer.partner_id).status_code == 404


def test_a_withdrawn_consent_closes_the_plan_too(page, work):
    referral, _caseworker, officer = work
    Consent.objects.filter(pk=referral.consent_id).update(withdrawn_at=timezone.now())
    page(officer, referral.case, status=404)


def test_who_has_not_taken_it_on_finds_no_plan(client, page):
    referral, officer = make_referral_in("received")
    page(officer, referral.case, status=404)
    page(make_officer(), referral.case, status=404)
    add(referral.created_by, referral.case, referral.sender)
    client.force_login(officer)
    assert WHAT not in client.get(referral.get_absolute_url()).text
    admin = make_user(partner=officer.partner, role="partner_admin")
    page(admin, referral.case, status=403)


def test_who_completed_its_part_reads_without_buttons(page, client):
    referral, officer = make_referral_in("completed")
    step = add(referral.created_by, referral.case, referral.sender)
    text = page(officer, referral.case)
    assert WHAT in text
    assert "/done/" not in text
    assert tick(client, officer, step).status_code == 403
    assert post(client, officer, referral.case, partner=officer.partner_id).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("what", "", "This field is required."),
        ("what", "x" * 301, "at most 300 characters"),
        ("what", "x" * 1_000_000, "at most 300 characters"),
        ("what", "x\x00", "Null characters"),
        ("by_when", "", "This field is required."),
        ("by_when", "yesterday", "Enter a valid date"),
        ("by_when", (date.today() - timedelta(days=2)).isoformat(), "This day is over"),
        ("by_when", (date.today() + timedelta(days=740)).isoformat(), "two years at most"),
        ("by_when", "9999-12-31", "check the year"),
        ("partner", "", "This field is required."),
        ("partner", "99999999", "does not take part"),
        ("partner", "nonsense", "does not take part"),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_planned(client, work, field, value, sentence):
    referral, caseworker, officer = work
    caseworker.language = "en"
    caseworker.save()
    answer = post(client, caseworker, referral.case, **{"partner": officer.partner_id, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not PlanStep.objects.exists()


def test_a_partner_that_takes_no_part_is_not_offered_nor_taken(client, work):
    referral, caseworker, _officer = work
    answer = post(client, caseworker, referral.case, partner=make_partner().pk)
    assert answer.status_code == 422


def test_a_step_of_another_case_is_not_found_through_this_one(client, work):
    referral, caseworker, officer = work
    step = add(caseworker, referral.case, officer.partner)
    other, _officer = make_referral_in("accepted", by=caseworker)
    client.force_login(caseworker)
    address = reverse("referrals:plan_done", args=[other.case.reference, step.pk])
    assert client.post(address).status_code == 404
    assert client.get(address).status_code == 302


def test_the_page_takes_the_same_queries_however_long_the_plan(client, work, django_assert_num_queries):
    referral, caseworker, officer = work
    client.force_login(caseworker)
    address = reverse("referrals:plan", args=[referral.case.reference])
    client.get(address)
    for number in range(5):
        add(officer, referral.case, officer.partner, what=f"Step {number}")
        with django_assert_num_queries(9):
            client.get(address)
