"""Reminders: to whom, when, and each of them once."""

import threading
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from accounts.roles import Supervisor
from accounts.tests.factories import make_portal_admin, make_user
from agencies.choices import Recipients
from agencies.loading.codes import load_deadlines, load_reminders
from agencies.models import EscalationStep
from agencies.tests.factories import make_partner
from cases.choices import EventKind
from cases.models import CaseEvent
from cases.tests.factories import make_case
from errands.models import Trouble
from notifications.choices import Kind
from notifications.models import Notification
from privacy.acting import as_portal
from referrals import actions, escalation, tasks
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in

pytestmark = pytest.mark.django_db

NUDGES = (Kind.REFERRAL_HALF_TIME, Kind.REFERRAL_OVERDUE, Kind.REFERRAL_LONG_OVERDUE)


@pytest.fixture(autouse=True)
def reminders(db):
    with transaction.atomic():
        load_deadlines()
        load_reminders()


def pass_time(referral: Referral, **span: float) -> Referral:
    """Let so much time go by for an emergency, whose deadline counts by the clock: 24 hours."""
    current, back = Referral.objects.get(pk=referral.pk), timedelta(**span)
    for field in ("clock_from", "due_at", "escalate_at"):
        if moment := getattr(current, field):
            setattr(current, field, moment - back)
    current.save()
    return current


def emergency() -> tuple[Referral, User]:
    return make_referral_in("sent", case=make_case(urgency="emergency"))


def nudges() -> list[tuple[str, User]]:
    """Every reminder that was given, in order."""
    rows = Notification.objects.filter(kind__in=NUDGES).order_by("pk")
    return [(row.kind, row.recipient) for row in rows.select_related("recipient")]


def levels(referral: Referral) -> list[int]:
    events = CaseEvent.objects.filter(referral=referral, kind=EventKind.ESCALATED).order_by("pk")
    return [event.data["level"] for event in events]


def test_before_half_time_nobody_is_reminded():
    referral, _officer = emergency()
    pass_time(referral, hours=11)
    assert tasks.escalate() == 0
    assert nudges() == []


def test_at_half_time_the_inbox_of_the_agency_is_nudged():
    referral, officer = emergency()
    pass_time(referral, hours=12)
    tasks.escalate()
    assert nudges() == [(Kind.REFERRAL_HALF_TIME, officer)]
    row = Notification.objects.get(kind=Kind.REFERRAL_HALF_TIME)
    assert (row.reference, row.path) == (referral.reference, referral.get_absolute_url())


def test_at_the_deadline_its_supervisors_and_the_sender_are_told():
    referral, officer = emergency()
    boss = make_user(partner=officer.partner, role=Supervisor.code)
    pass_time(referral, hours=12)
    tasks.escalate()
    pass_time(referral, hours=12)
    tasks.escalate()
    late = [person for kind, person in nudges() if kind == Kind.REFERRAL_OVERDUE]
    assert late == [boss, referral.created_by]
    event = CaseEvent.objects.filter(kind=EventKind.ESCALATED).last()
    assert event is not None
    assert (event.actor, event.data) == (None, {"level": 2, "percent": 100})


def test_an_agency_without_a_supervisor_hears_of_it_all_together():
    referral, officer = emergency()
    colleague = make_officer(officer.partner)
    pass_time(referral, hours=24)
    tasks.escalate()
    late = {person for kind, person in nudges() if kind == Kind.REFERRAL_OVERDUE}
    assert late == {officer, colleague, referral.created_by}


def test_half_as_long_again_after_it_the_portal_is_told_and_may_open_what_it_is_told_of(client):
    referral, _officer = emergency()
    admin = make_portal_admin()
    pass_time(referral, hours=36)
    tasks.escalate()
    assert nudges()[-1] == (Kind.REFERRAL_LONG_OVERDUE, admin)
    path = Notification.objects.get(recipient=admin).path
    assert path == reverse("referrals:overdue")
    client.force_login(admin)
    assert client.get(path).status_code == 200


def test_after_a_day_down_each_step_comes_once_and_in_order():
    referral, _officer = emergency()
    make_portal_admin()
    pass_time(referral, hours=48)
    tasks.escalate()
    kinds = [kind for kind, _person in nudges()]
    assert kinds == sorted(kinds, key=NUDGES.index)
    assert set(kinds) == set(NUDGES)
    assert levels(referral) == [1, 2, 3]
    referral.refresh_from_db()
    assert (referral.escalation_level, referral.escalate_at) == (3, None)


def test_sweeps_run_ten_times_over_give_every_nudge_once():
    referral, _officer = emergency()
    make_portal_admin()
    for _quarter in range(8):
        pass_time(referral, hours=6)
        for _again in range(10):
            tasks.escalate()
    assert levels(referral) == [1, 2, 3]
    assert len(nudges()) == len(set(nudges())) == 1 + 2 + 1


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_give_every_nudge_once():
    referrals = [emergency()[0] for _ in range(6)]
    for referral in referrals:
        pass_time(referral, hours=48)
    ready = threading.Barrier(4)

    @as_portal()
    def sweep() -> None:
        ready.wait(timeout=10)
        try:
            escalation.escalate_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    tasks.escalate()
    assert [levels(referral) for referral in referrals] == [[1, 2, 3]] * 6


def test_an_act_begins_a_new_deadline_with_its_own_reminders():
    referral, officer = emergency()
    pass_time(referral, hours=24)
    tasks.escalate()
    actions.accept(by=officer, referral=referral)
    tasks.escalate()
    assert levels(referral) == [1, 2]
    pass_time(referral, hours=12)
    tasks.escalate()
    assert levels(referral) == [1, 2, 1]


def test_what_the_receiver_was_told_before_its_question_is_not_told_again_after_the_answer():
    referral, officer = emergency()
    pass_time(referral, hours=23)
    tasks.escalate()
    asked = actions.ask(by=officer, referral=referral, text="Where is she?")
    assert (asked.escalation_level, asked.kept_level) == (0, 1)
    pass_time(referral, hours=13)
    tasks.escalate()  # half of the sender's time
    assert nudges()[-1] == (Kind.REFERRAL_HALF_TIME, referral.created_by)
    actions.answer(by=referral.created_by, referral=referral, text="Here.")
    tasks.escalate()
    assert levels(referral) == [1, 1]
    pass_time(referral, hours=1)
    tasks.escalate()
    assert levels(referral) == [1, 1, 2]


@pytest.mark.parametrize("state", ["completed", "declined", "withdrawn", "handed_over", "waiting"])
def test_nobody_is_reminded_of_what_has_ended_or_not_begun(state):
    referral, _officer = make_referral_in(state)
    assert referral.escalate_at is None
    tasks.escalate()
    assert nudges() == []


def test_when_nobody_at_the_agency_reads_the_portal_the_sender_is_reminded():
    referral = make_referral(to=make_partner(kind="other"), case=make_case(urgency="emergency"))
    pass_time(referral, hours=12)
    tasks.escalate()
    assert nudges() == [(Kind.REFERRAL_HALF_TIME, referral.created_by)]


def test_admins_decide_on_steps_and_recipients():
    EscalationStep.objects.exclude(level=1).delete()
    EscalationStep.objects.update(percent=80, recipients=[Recipients.MOVER, Recipients.OTHER_SIDE])
    referral, officer = emergency()
    pass_time(referral, hours=20)
    tasks.escalate()
    assert nudges() == [
        (Kind.REFERRAL_HALF_TIME, officer),
        (Kind.REFERRAL_HALF_TIME, referral.created_by),
    ]
    referral.refresh_from_db()
    assert referral.escalate_at is None


def test_one_that_fails_is_put_off_and_holds_up_no_other(monkeypatch):
    bad, good = emergency()[0], emergency()[0]
    for referral in (bad, good):
        pass_time(referral, hours=12)
    bad.refresh_from_db()
    due, remind = bad.escalate_at, escalation._remind

    def broken(referral: Referral, *rest: object) -> None:
        if referral.pk == bad.pk:
            raise RuntimeError("no")
        remind(referral, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(escalation, "_remind", broken)
    assert tasks.escalate() == 1
    assert (levels(bad), levels(good)) == ([], [1])
    bad.refresh_from_db()
    assert bad.escalate_at == due, "its own time means something"
    monkeypatch.undo()
    assert tasks.escalate() == 0, "it waits"
    Trouble.objects.update(next_at=Now())
    tasks.escalate()
    assert levels(bad) == [1]


def test_a_suspended_officer_is_not_reminded():
    referral, officer = emergency()
    User.objects.filter(pk=officer.pk).update(is_active=False)
    pass_time(referral, hours=12)
    tasks.escalate()
    assert officer not in [person for _kind, person in nudges()]


def test_an_event_of_a_reminder_says_nothing_personal():
    referral, _officer = emergency()
    pass_time(referral, hours=12)
    tasks.escalate()
    event = CaseEvent.objects.get(kind=EventKind.ESCALATED)
    assert (event.text, set(event.data)) == ("", {"level", "percent"})


@pytest.mark.parametrize("state", ["sent", "accepted", "clarifying"])
def test_referrals_from_before_get_their_clock_and_their_reminders(state):
    referral, _officer = make_referral_in(state, case=make_case(urgency="emergency"))
    Referral.objects.update(clock_from=None, escalate_at=None)
    migration = import_module("referrals.migrations.0004_clocks_of_live_referrals")
    with connection.cursor() as cursor:
        cursor.execute(migration.FILL)
    row = Referral.objects.get()
    assert row.clock_from == (row.accepted_at or row.sent_at)
    assert row.escalate_at is not None
    pass_time(referral, hours=25)
    tasks.escalate()
    assert levels(referral) == [1, 2]
