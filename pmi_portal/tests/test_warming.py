"""A worker's processes find what is slow to load loaded."""

from agencies import calendars
from pmi_portal import warming


def test_the_calendars_of_all_countries_are_there_before_the_first_referral() -> None:
    calendars._known.cache_clear()
    warming.warm_up()
    assert calendars._known.cache_info().currsize == 1
