"""What is counted where the policy has no row for it, or an office is hardly ever open."""

from datetime import UTC, datetime, time

import pytest

from agencies import calendars
from agencies.calendars import Allowance, Calendar
from agencies.choices import Counting, DeadlineUnit
from agencies.loading.csvfiles import read
from agencies.tests.factories import make_partner

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("code", sorted(calendars.BY_RULE))
def test_the_law_and_emergencies_are_counted_as_the_reference_data_has_them(code):
    row = next(row for row in read("deadlines.csv") if row["code"] == code)
    assert calendars.allowance(code, None) == Allowance(int(row["value"]), row["unit"], row["counting"])


def test_who_was_told_has_72_hours_after_a_withdrawal_and_never_14_days():
    assert calendars.allowance("PDP_WITHDRAW", make_partner()) == Allowance(72, "hours")


def test_an_office_that_is_open_a_minute_a_week_still_has_a_deadline():
    partner = make_partner(opens_at=time(0), closes_at=time(0, 1), weekend=[0, 1, 2, 3, 4, 5])
    start = datetime(2026, 11, 24, tzinfo=UTC)
    allowed = Allowance(365 * 24, DeadlineUnit.HOURS, Counting.WORKING)
    end = Calendar(partner).until(start, allowed)
    assert calendars.FARTHEST < end - start < calendars.FARTHEST * 1.01
