"""Held e-mails: one digest at its hour, quiet hours kept, each notice told of once whatever the sweep does."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actions import set_preferences
from accounts.choices import EmailChoice
from accounts.models import User
from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from notifications import actions, digests, tasks, writing
from notifications.choices import Kind
from notifications.models import Email, Notification

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # Monday 23:00 in Jakarta
MORNING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # Tuesday 07:00 in Jakarta
QUIET = {"quiet_from": time(22), "quiet_until": time(6)}


class Clock:
    """What time it is, until the test says otherwise."""

    now = EVENING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> Clock:
    watch = Clock()
    monkeypatch.setattr(timezone, "now", watch)
    return watch


def somebody(choice: str = EmailChoice.DAILY, **fields: Any) -> User:
    return make_user(partner=make_partner(), email_choice=choice, **fields)


def tell(
    *people: User, about: str = "SP-2026-000001/R1", kind: Kind = Kind.REFERRAL_ACCEPTED, **options: Any
) -> None:
    path = f"/referrals/{about}/"
    actions.notify(people, kind=kind, reference=about, path=path, **options)


def choose(person: User, **fields: Any) -> None:
    mine = {"full_name": person.full_name, "language": person.language, "time_zone": person.time_zone}
    set_preferences(by=person, **{**mine, **fields})


def waiting() -> list[datetime]:
    return sorted(row.email_at for row in Notification.objects.all() if row.email_at)


class TestQuietHours:
    def test_hold_the_e_mail_but_not_the_inbox(self):
        person = somebody(EmailChoice.AT_ONCE, **QUIET)
        tell(person)
        assert Notification.objects.visible_to(person).unread().count() == 1
        assert not Email.objects.exists()
        assert waiting() == [MORNING - timedelta(hours=1)]

    def test_what_waited_alone_is_told_as_if_it_came_when_they_end(self, clock):
        person = somebody(EmailChoice.AT_ONCE, **QUIET)
        tell(person)
        clock.now = MORNING - timedelta(hours=1, seconds=1)
        assert digests.write_due() == 0
        clock.now += timedelta(seconds=1)
        assert digests.write_due() == 1
        email = Email.objects.get()
        assert email.subject == "[Portal PMI] SP-2026-000001/R1 was accepted"
        assert "http://localhost:8000/referrals/SP-2026-000001/R1/" in email.body
        row = Notification.objects.get()
        assert (row.email_at, row.email) == (None, email)

    def test_what_waited_together_is_one_e_mail(self, clock):
        person = somebody(EmailChoice.AT_ONCE, **QUIET)
        tell(person)
        tell(person, about="SP-2026-000002/R1")
        clock.now = MORNING
        assert digests.write_due() == 1
        email = Email.objects.get()
        assert "Notices that waited for the end of your quiet hours (2)" in email.subject
        assert "SP-2026-000001/R1" in email.body
        assert "SP-2026-000002/R1" in email.body

    def test_an_emergency_passes_them(self):
        tell(somebody(EmailChoice.AT_ONCE, **QUIET), somebody(EmailChoice.WEEKLY, **QUIET), urgent=True)
        assert Email.objects.count() == 2
        assert waiting() == []

    def test_one_tells_two_people_each_by_their_own_choice(self):
        now, later = somebody(EmailChoice.AT_ONCE), somebody(EmailChoice.AT_ONCE, **QUIET)
        tell(now, later)
        assert [email.to for email in Email.objects.all()] == [now.email]
        assert Notification.objects.get(recipient=now).email == Email.objects.get()
        assert len(waiting()) == 1

    def test_a_late_sweep_does_not_wake_anybody(self, clock):
        person = somebody(EmailChoice.DAILY, **QUIET)
        tell(person)
        clock.now = MORNING + timedelta(hours=17)  # the workers were away all day; it is midnight
        assert digests.write_due() == 0
        assert waiting() == [MORNING + timedelta(hours=23)]
        clock.now = MORNING + timedelta(hours=23)
        assert digests.write_due() == 1


class TestDigest:
    def test_is_one_e_mail_at_its_hour_with_references_and_links(self, clock):
        person = somebody(full_name="Contoh Ani")
        tell(person)
        tell(person)
        tell(person, kind=Kind.REFERRAL_PROGRESS)
        tell(person, about="SP-2026-000002/R1", kind=Kind.REFERRAL_ASKED)
        assert digests.write_due() == 0
        clock.now = MORNING
        assert digests.write_due() == 1
        email = Email.objects.get()
        assert email.to == person.email
        assert email.subject == "[Portal PMI] Daily digest: notices (4)"
        assert email.body.rstrip().splitlines() == [
            "Dear Contoh Ani,",
            "",
            "Daily digest: notices (4)",
            "",
            "- SP-2026-000001/R1 was accepted (2×)",
            "- Progress on SP-2026-000001/R1",
            "  http://localhost:8000/referrals/SP-2026-000001/R1/",
            "",
            "- There is a question about SP-2026-000002/R1",
            "  http://localhost:8000/referrals/SP-2026-000002/R1/",
            "",
            "All notices:",
            "http://localhost:8000/notifications/",
            "",
            "For the safety of the worker, this e-mail holds no personal data. Please sign in to read more.",
            "",
            "You choose here when notices come by e-mail:",
            "http://localhost:8000/account/preferences/#emails",
        ]

    def test_is_in_the_readers_language(self, clock):
        english, indonesian = somebody(), somebody(language="id")
        tell(english, indonesian)
        clock.now = MORNING
        digests.write_due()
        assert "SP-2026-000001/R1 was accepted" in Email.objects.get(to=english.email).body
        theirs = Email.objects.get(to=indonesian.email).body
        assert "was accepted" not in theirs
        assert "Yth." in theirs
        assert "SP-2026-000001/R1" in theirs

    def test_of_the_week_comes_on_monday(self, clock):
        tell(somebody(EmailChoice.WEEKLY))
        clock.now = MORNING + timedelta(days=5)
        assert digests.write_due() == 0
        clock.now = MORNING + timedelta(days=6)
        assert digests.write_due() == 1
        assert Email.objects.get().subject == "[Portal PMI] Weekly digest: notices (1)"

    def test_comes_at_seven_in_each_persons_zone(self, clock):
        for zone in ("Asia/Jayapura", "Asia/Makassar", "Asia/Jakarta"):
            tell(somebody(time_zone=zone))
        clock.now = MORNING - timedelta(hours=2)
        assert [digests.write_due(), digests.write_due()] == [1, 0]
        clock.now = MORNING
        assert digests.write_due() == 2

    def test_leaves_out_what_was_read_first(self, clock):
        person = somebody()
        tell(person)
        tell(person, about="SP-2026-000002/R1")
        actions.mark_read(by=person, path="/referrals/SP-2026-000001/R1/")
        clock.now = MORNING
        assert digests.write_due() == 1
        assert "SP-2026-000001" not in Email.objects.get().body
        read = Notification.objects.exclude(read_at=None).get()
        assert (read.email_at, read.email) == (None, None)

    def test_of_nothing_is_not_sent(self, clock):
        person = somebody()
        tell(person)
        actions.mark_read(by=person)
        clock.now = MORNING
        assert digests.write_due() == 0
        assert not Email.objects.exists()
        assert waiting() == []

    def test_an_emergency_does_not_wait_for_it_and_is_not_in_it(self, clock):
        person = somebody()
        tell(person, about="SP-2026-000001/R1", urgent=True)
        tell(person, about="SP-2026-000002/R1")
        assert Email.objects.get().subject.endswith("SP-2026-000001/R1 was accepted")
        clock.now = MORNING
        digests.write_due()
        assert "SP-2026-000001" not in Email.objects.latest("pk").body

    def test_names_so_many_pages_and_says_that_there_are_more(self, clock, monkeypatch):
        monkeypatch.setattr(writing, "PAGES", 2)
        person = somebody()
        for number in range(3):
            tell(person, about=f"SP-2026-00000{number}/R1")
        clock.now = MORNING
        digests.write_due()
        body = Email.objects.get().body
        assert "This is not all; the rest is in the portal." in body
        assert "SP-2026-000002" not in body
        assert waiting() == []


class TestTheSweep:
    def test_run_twice_writes_once(self, clock):
        tell(somebody(), somebody())
        clock.now = MORNING
        assert [digests.write_due(), digests.write_due()] == [2, 0]

    def test_a_day_late_makes_one_of_two_digests(self, clock):
        person = somebody()
        tell(person)
        clock.now = MORNING + timedelta(hours=1)  # no sweep came by
        tell(person, about="SP-2026-000002/R1")
        assert len(set(waiting())) == 2
        clock.now = MORNING + timedelta(days=3)
        assert digests.write_due() == 1
        assert Email.objects.get().subject.endswith("(2)")

    def test_what_comes_after_the_digest_is_in_the_next(self, clock):
        person = somebody()
        tell(person)
        clock.now = MORNING
        digests.write_due()
        tell(person, about="SP-2026-000002/R1")
        assert digests.write_due() == 0
        clock.now = MORNING + timedelta(days=1)
        assert digests.write_due() == 1
        assert "SP-2026-000001" not in Email.objects.latest("pk").body

    def test_writes_and_marks_together_or_not_at_all(self, clock, monkeypatch, caplog):
        broken, well = somebody(), somebody()
        tell(broken, well)
        clock.now = MORNING
        about_held = digests.about_held

        def fail(person: User, *rest: Any) -> Email:
            if person == broken:
                raise LookupError("a kind of yesterday")
            return about_held(person, *rest)

        with monkeypatch.context() as patch:
            patch.setattr(digests, "about_held", fail)
            assert digests.write_due() == 1, "the others get theirs"
        assert [email.to for email in Email.objects.all()] == [well.email]
        assert f"held e-mail to person {broken.pk} was not written: LookupError" in caplog.text
        assert broken.email not in caplog.text
        assert digests.write_due() == 1, "the row was still due"

    def test_goes_on_batch_after_batch(self, clock, monkeypatch):
        monkeypatch.setattr(digests, "BATCH", 2)
        tell(*[somebody() for _number in range(5)])
        clock.now = MORNING
        assert digests.write_due() == 5

    def test_takes_so_many_queries_for_a_batch(self, clock, django_assert_num_queries):
        tell(*[somebody() for _number in range(3)])
        clock.now = MORNING
        # savepoint, people, rows, release; for each: savepoint, e-mail, two marks, release; then nobody is left
        with django_assert_num_queries(4 + 3 * 5 + 3):
            digests.write_due()

    def test_tells_the_delivery_only_when_it_wrote(self, clock, monkeypatch):
        told: list[object] = []
        monkeypatch.setattr(tasks.nudges, "publish", told.append)
        tell(somebody())
        assert tasks.write_held() == 0
        assert told == []
        clock.now = MORNING
        assert tasks.write_held() == 1
        assert told == [tasks.deliver]

    def test_comes_by_every_minute(self, settings):
        (entry,) = [
            entry
            for entry in settings.CELERY_BEAT_SCHEDULE.values()
            if entry["task"] == tasks.write_held.name
        ]
        assert entry["schedule"] == 60


class TestAnotherChoice:
    def test_lets_go_what_waited_for_a_digest(self, clock):
        person = somebody(EmailChoice.WEEKLY)
        tell(person)
        choose(person, email_choice=EmailChoice.AT_ONCE)
        assert digests.write_due() == 1
        person.refresh_from_db()
        assert not person.choice_is_new
        assert digests.write_due() == 0

    def test_of_another_digest_plans_what_waits_anew(self, clock):
        person = somebody(EmailChoice.WEEKLY)
        tell(person)
        choose(person, email_choice=EmailChoice.DAILY, digest_at=time(8))
        assert digests.write_due() == 0
        assert waiting() == [MORNING + timedelta(hours=1)]

    def test_of_another_zone_plans_what_waits_anew(self):
        person = somebody()
        tell(person)
        choose(person, time_zone="Asia/Jayapura")
        digests.write_due()
        assert waiting() == [MORNING - timedelta(hours=2)]

    def test_does_not_put_off_what_is_due_already(self, clock):
        person = somebody(EmailChoice.DAILY)
        tell(person)
        clock.now = MORNING
        choose(person, email_choice=EmailChoice.WEEKLY)
        assert digests.write_due() == 1

    def test_of_the_name_alone_plans_nothing(self):
        person = somebody()
        choose(person, full_name="Contoh Baru")
        person.refresh_from_db()
        assert not person.choice_is_new


class TestWhoIsSuspended:
    def test_gets_nothing(self):
        tell(somebody(EmailChoice.AT_ONCE, is_active=False), urgent=True)
        assert not Notification.objects.exists()
        assert not Email.objects.exists()

    def test_gets_no_digest_of_what_waited(self, clock):
        person = somebody()
        tell(person)
        User.objects.update(is_active=False)
        clock.now = MORNING
        assert digests.write_due() == 0
        assert not Email.objects.exists()
        assert waiting() == []


def test_a_notice_either_waits_or_is_e_mailed():
    tell(somebody(EmailChoice.AT_ONCE))
    with pytest.raises(IntegrityError), transaction.atomic():
        Notification.objects.update(email_at=MORNING)


def test_when_the_act_is_undone_so_is_what_was_told():
    with transaction.atomic():
        tell(somebody(), somebody(EmailChoice.AT_ONCE))
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert not Email.objects.exists()


def at_once(number: int, act: Callable[[], int]) -> list[Any]:
    """What the act returned or raised in each of so many threads that begin at the same moment."""
    results: list[Any] = [None] * number
    ready = threading.Barrier(number)

    def run(place: int) -> None:
        try:
            ready.wait(timeout=10)
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.mark.django_db(transaction=True)
def test_ten_sweeps_at_once_write_each_notice_once(clock):
    people = [somebody() for _number in range(5)]
    for number in range(4):
        tell(*people, about=f"SP-2026-00000{number}/R1")
    clock.now = MORNING
    results = at_once(10, digests.write_due)
    assert sum(results) == 5, results
    assert sorted(Email.objects.values_list("to", flat=True)) == sorted(person.email for person in people)
    assert Notification.objects.exclude(email=None).count() == 20


@pytest.mark.django_db(transaction=True)
def test_while_somebody_else_holds_the_row_the_sweep_does_not_wait(clock):
    person = somebody()
    tell(person)
    clock.now = MORNING
    with transaction.atomic():
        actions.mark_read(by=person)  # not committed yet
        assert at_once(1, digests.write_due) == [0]
    assert digests.write_due() == 0
    assert not Email.objects.exists(), "it was read first"
