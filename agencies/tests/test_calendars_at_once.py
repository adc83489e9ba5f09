"""A double click of a portal admin: one day of the calendar, one set of reminders, and no error."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import close_old_connections, connection

from accounts.tests.factories import make_portal_admin
from agencies import actions
from agencies.actions.deadlines import reminders_mark
from agencies.models import CalendarDay, EscalationStep

from .factories import make_partner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("whose", ["a country", "a partner"])
def test_a_day_entered_twice_at_once_is_one_day(whose):
    by = make_portal_admin()
    scope: dict[str, Any] = {"country": "MY"} if whose == "a country" else {"partner": make_partner()}
    day: dict[str, Any] = {"day": date(2027, 1, 5), "name": "Flood", "is_working": False}
    results = twice_at_once(lambda: actions.add_day(by=by, **day, **scope))
    assert all(isinstance(result, CalendarDay) for result in results), results
    assert CalendarDay.objects.count() == 1


def test_reminders_sent_twice_at_once_are_kept_once():
    by, seen = make_portal_admin(), reminders_mark()
    steps = [(50, ["mover"]), (100, ["portal"])]
    assert twice_at_once(lambda: actions.set_reminders(by=by, steps=steps, seen=seen)) == [None, None]
    assert EscalationStep.objects.count() == 2


def twice_at_once(act: Callable[[], Any]) -> list[Any]:
    results: list[Any] = []
    ready = threading.Barrier(2)

    def run() -> None:
        close_old_connections()
        try:
            ready.wait(timeout=10)
            results.append(act())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _click in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results
