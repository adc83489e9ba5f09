"""Deadlines of referrals in two calendars, against tables worked out by hand; the clock of the test is the portal's."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.tests.factories import make_user
from agencies.choices import Counting, DeadlineUnit
from agencies.loading.codes import load_deadlines, load_reminders
from agencies.models import Deadline, Partner, PartnerDeadline
from agencies.tests.factories import make_partner
from cases.tests.factories import make_case
from referrals import actions, deadlines
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral

pytestmark = pytest.mark.django_db

Clock = Callable[[datetime], None]
JAKARTA, RIYADH, TAIPEI, LONDON = "Asia/Jakarta", "Asia/Riyadh", "Asia/Taipei", "Europe/London"


@pytest.fixture(autouse=True)
def policy(db):
    load_deadlines()
    load_reminders()


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """Sets what time it is."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


def at(zone: str, moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))


def agency(country: str, zone: str) -> Partner:
    return make_partner(kind="mission", country=country, time_zone=zone, opens_at=time(8), closes_at=time(16))


def sent(to: Partner | None, urgency: str = "normal") -> Referral:
    """A referral of an NGO in Jakarta that is open from 08:00 to 16:00."""
    return make_referral(to=to, case=make_case(urgency=urgency))


# 14 working days of eight hours; an agency that gets it in the middle of a day has until that hour of the 15th.
NORMAL = {
    # 9-13 March: 5, 16-17: 7, 18-24 closed (Nyepi and Idul Fitri with joint leave), 25-27: 10, 30 March-2 April: 14
    "Lebaran week at BP3MI": ("ID", JAKARTA, "2026-03-09 08:00", "2026-04-02 16:00"),
    # Sun 7-Thu 11 June: 5, Sun 14-Mon 15: 7, Tue 16 is Indonesia's Islamic new year, 17-18: 9, Sun 21-Thu 25: 14
    "a Friday in Riyadh": ("SA", RIYADH, "2026-06-05 10:00", "2026-06-25 16:00"),
    # Thu 11-Fri 12: 2, Mon 15: 3, Tue 16 Indonesia, 17-18: 5, Fri 19 Dragon Boat, 22-26: 10, 29 June-2 July: 14
    "Taipei at night": ("TW", TAIPEI, "2026-06-10 22:30", "2026-07-02 16:00"),
    # Fri 27 March 12-16: half a day; clocks change on the 29th; 30 March-2 April: 4.5; 3 April Good Friday (Easter Monday
    # is a holiday in a part of the country only, and so in no calendar of it); 6-10: 9.5; 13-16: 13.5; Fri 17: half a day
    "the clocks change in London": ("GB", LONDON, "2026-03-27 12:00", "2026-04-17 12:00"),
}


@pytest.mark.parametrize(("country", "zone", "start", "end"), NORMAL.values(), ids=NORMAL.keys())
def test_a_normal_referral_counts_the_working_time_of_its_receiver(clock, country, zone, start, end):
    clock(at(zone, start))
    referral = sent(agency(country, zone))
    assert (referral.due_at, referral.counting) == (at(zone, end), Counting.WORKING)
    assert referral.clock_from == at(zone, start)
    assert referral.escalation_level == 0


@pytest.mark.parametrize(
    ("urgency", "end"), [("emergency", "2026-03-21 10:00"), ("urgent", "2026-03-23 10:00")]
)
def test_what_is_urgent_does_not_wait_for_lebaran_to_end(clock, urgency, end):
    clock(at(JAKARTA, "2026-03-20 10:00"))
    referral = sent(agency("ID", JAKARTA), urgency)
    assert (referral.due_at, referral.counting) == (at(JAKARTA, end), Counting.CLOCK)


@pytest.mark.parametrize(
    ("urgency", "end"),
    [
        ("emergency", "2026-06-06 10:00"),  # a day, also on a Saturday
        ("urgent", "2026-06-08 10:00"),  # three days
        # Fri 5 10-16: 6 h, 8-12: 5 days, 15: 6, 16 closed, 17-19: 9, 22-25: 13, Fri 26: 2 h
        ("normal", "2026-06-26 10:00"),
    ],
)
def test_an_agency_that_took_it_on_reports_in_time(clock, urgency, end):
    clock(at(JAKARTA, "2026-06-04 10:00"))
    officer = make_officer(agency("ID", JAKARTA))
    referral = sent(officer.partner, urgency)
    clock(at(JAKARTA, "2026-06-05 10:00"))
    accepted = actions.accept(by=officer, referral=referral)
    assert accepted.due_at == at(JAKARTA, end)
    clock(at(JAKARTA, "2026-06-05 12:00"))
    reported = actions.report(by=officer, referral=referral, text="We called.")
    assert reported.clock_from == at(JAKARTA, "2026-06-05 12:00")


def test_a_partners_own_deadline_holds_for_it_alone(clock):
    clock(at(JAKARTA, "2026-06-08 08:00"))
    ours, other = agency("ID", JAKARTA), agency("ID", JAKARTA)
    normal = Deadline.objects.get(code="REFERRAL_NORMAL")
    PartnerDeadline.objects.create(
        partner=ours, deadline=normal, value=3, unit=DeadlineUnit.DAYS, counting=Counting.WORKING
    )
    assert sent(ours).due_at == at(JAKARTA, "2026-06-10 16:00")  # 8, 9, 10
    assert sent(other).due_at == at(JAKARTA, "2026-06-26 16:00")  # 8-12: 5, 15, 17-19: 9, 22-26: 14


def test_a_new_policy_leaves_running_deadlines_alone(clock):
    clock(at(JAKARTA, "2026-06-08 08:00"))
    officer = make_officer(agency("ID", JAKARTA))
    referral = sent(officer.partner)
    Deadline.objects.filter(code="REFERRAL_NORMAL").update(value=1)
    opened = actions.receive(by=officer, referral=referral)
    assert opened.due_at == at(JAKARTA, "2026-06-26 16:00")
    assert deadlines.step_at(opened, 50, deadlines.Policy()) == at(JAKARTA, "2026-06-17 16:00")  # the 7th day


class TestAQuestion:
    """BP3MI got a normal referral on Mon 4 May 2026 at 08:00: 4-8: 5, 11-13: 8 (14 and 15 are holidays), 18-22: 13,
    so its time ends on Mon 25 May at 16:00."""

    @pytest.fixture(autouse=True)
    def begin(self, clock):
        clock(at(JAKARTA, "2026-05-04 08:00"))
        self.clock = clock
        self.officer = make_officer(agency("ID", JAKARTA))
        self.referral = sent(self.officer.partner)
        assert self.referral.due_at == at(JAKARTA, "2026-05-25 16:00")

    def ask(self, moment: str) -> Referral:
        self.clock(at(JAKARTA, moment))
        return actions.ask(by=self.officer, referral=self.referral, text="Which month?")

    def answer(self, moment: str) -> Referral:
        self.clock(at(JAKARTA, moment))
        return actions.answer(by=self.referral.created_by, referral=self.referral, text="May.")

    @pytest.mark.parametrize(
        ("answered", "due"),
        [
            ("2026-05-26 15:00", "2026-05-26 16:00"),  # a day later: the hour that was left
            # half an hour on Tuesday; Idul Adha on the 27th, joint leave on the 28th; half an hour on Friday
            ("2026-05-26 15:30", "2026-05-29 08:30"),
            ("2026-05-26 21:00", "2026-05-29 09:00"),
        ],
    )
    def test_asked_an_hour_before_the_deadline_leaves_that_hour(self, answered, due):
        asked = self.ask("2026-05-25 15:00")
        assert asked.time_left == timedelta(hours=1)
        assert asked.time_used == timedelta(hours=8 * 14 - 1)
        resumed = self.answer(answered)
        assert resumed.due_at == at(JAKARTA, due)
        assert (resumed.time_left, resumed.time_used) == (None, None)
        assert resumed.counting == Counting.WORKING

    def test_the_sender_has_its_own_time_to_answer(self):
        """Mon 25 15-16: 1 h, 26: 9, 29: 17, 1 June closed, 2-5: 49, 8-12: 89, 15: 97, 16 closed, 17: 105, 18: 7 h."""
        asked = self.ask("2026-05-25 15:00")
        assert asked.due_at == at(JAKARTA, "2026-06-18 15:00")
        assert asked.mover == asked.sender

    def test_an_agency_abroad_gets_back_its_own_kind_of_time(self):
        """The sender answers on Friday; Riyadh goes on with its two hours on Sunday."""
        self.clock(at(RIYADH, "2026-06-02 08:00"))
        officer = make_officer(agency("SA", RIYADH))
        referral = sent(officer.partner)  # 2-4: 3, 7-11: 8, 14-15: 10, 17-18: 12, 21-22: 14
        assert referral.due_at == at(RIYADH, "2026-06-22 16:00")
        self.clock(at(RIYADH, "2026-06-22 14:00"))
        actions.ask(by=officer, referral=referral, text="Which month?")
        self.clock(at(RIYADH, "2026-06-26 09:00"))
        resumed = actions.answer(by=referral.created_by, referral=referral, text="May.")
        assert resumed.due_at == at(RIYADH, "2026-06-28 10:00")

    def test_who_is_late_is_late_again_by_as_much_working_time(self):
        """Asked four hours late; answered on Friday at 10:00: four hours before are 10-8 and Tue 26 16-14."""
        asked = self.ask("2026-05-26 12:00")
        assert asked.time_left == -timedelta(hours=4)
        assert self.answer("2026-05-29 10:00").due_at == at(JAKARTA, "2026-05-26 14:00")

    def test_an_emergency_rests_by_the_clock(self):
        self.clock(at(JAKARTA, "2026-06-05 18:00"))
        referral = sent(self.officer.partner, "emergency")  # until Saturday 18:00
        self.clock(at(JAKARTA, "2026-06-06 17:00"))
        actions.ask(by=self.officer, referral=referral, text="Where is she?")
        self.clock(at(JAKARTA, "2026-06-07 17:00"))
        resumed = actions.answer(by=referral.created_by, referral=referral, text="Here.")
        assert resumed.due_at == at(JAKARTA, "2026-06-07 18:00")

    def test_a_question_while_it_works_on_it_rests_the_time_to_report(self):
        self.clock(at(JAKARTA, "2026-06-04 08:00"))
        actions.accept(by=self.officer, referral=self.referral)
        until = deadlines.due(Referral.objects.get(), since=timezone.now())
        self.ask("2026-06-04 08:00")
        assert self.answer("2026-06-04 08:00").due_at == until


def test_a_colleague_of_the_sender_chooses_within_the_senders_time(clock):
    """Unrouted on Fri 5 June at 12:00; by the sender's calendar: 4 h, 8-12: 5.5 days, 15, 17-19: 9.5, 22-25: 13.5, 26."""
    by = make_user(partner=make_partner())
    referral = make_referral(case=make_case(by=by), by=by)
    referral.state = "unrouted"
    assert deadlines.due(referral, since=at(JAKARTA, "2026-06-05 12:00")) == at(JAKARTA, "2026-06-26 12:00")
