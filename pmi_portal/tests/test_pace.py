"""Whoever asks for more than anybody at work does is slowed down, and the security log says so."""

import logging
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from agencies.tests.factories import make_partner
from cases.models import Case
from cases.tests.factories import make_case, make_user
from pmi_portal import pace
from pmi_portal.pace import Limit
from privacy.choices import Verb
from privacy.models import LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limited(settings: LazySettings) -> Iterator[None]:
    settings.PACE_LIMITED = True
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person() -> User:
    return make_user(partner=make_partner(reference_prefix="SP"))


@pytest.fixture
def browser(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def cases_of(person: User, number: int) -> list[Case]:
    return [make_case(by=person) for _case in range(number)]


def statuses(browser: Client, addresses: list[str]) -> list[int]:
    return [browser.get(address).status_code for address in addresses]


def test_whoever_opens_case_after_case_is_stopped_and_reads_no_more(
    browser: Client, person: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "security")
    monkeypatch.setattr(pace, "RECORDS", Limit(3, 3600))
    cases = cases_of(person, 4)
    pages = [f"/cases/{case.reference}/" for case in cases]
    assert statuses(browser, pages[:3] * 3) == [200] * 9
    refused = browser.get(pages[3])
    assert refused.status_code == 429
    assert "more within a short time" in refused.content.decode()
    assert cases[3].reference not in refused.content.decode()
    read = {subject for entry in LogEntry.objects.filter(verb=Verb.READ) for subject in entry.subjects}
    assert f"case:{cases[2].pk}" in read
    assert f"case:{cases[3].pk}" not in read
    [event] = [record for record in caplog.records if record.message == "throttled"]
    assert (event.__dict__["user"], event.__dict__["action"]) == (person.pk, "records")
    assert statuses(browser, [*pages[:3], "/cases/"]) == [200] * 4  # work goes on


def test_pages_of_a_list_and_searches_count_as_well(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "RECORDS", Limit(3, 3600))
    asked = [f"/cases/?q=contoh{number}" for number in range(5)]
    assert statuses(browser, asked) == [200, 200, 200, 429, 429]


def test_pages_asked_for_without_end_are_refused_and_the_way_out_stays_open(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PAGES", Limit(5, 300))
    asked = [browser.get("/cases/", headers={"x-background": "1"}).status_code for _time in range(7)]
    assert asked == [200] * 5 + [429] * 2
    assert browser.post("/accounts/logout/").status_code == 302
    assert browser.get("/cases/").status_code == 302


def test_forms_sent_without_end_write_no_more(
    browser: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "FORMS", Limit(2, 300))
    sent = [
        browser.post("/account/language/", {"language": language}).status_code
        for language in ("id", "en", "id")
    ]
    assert sent == [302, 302, 429]
    person.refresh_from_db()
    assert person.language == "en"


def test_it_counts_for_one_person_whatever_the_browser_and_for_no_other(
    browser: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PAGES", Limit(3, 300))
    second, other = Client(REMOTE_ADDR="203.0.113.7"), Client()
    second.force_login(person)
    other.force_login(make_user(partner=person.partner))
    assert statuses(browser, ["/cases/"] * 2) == [200] * 2
    assert statuses(second, ["/cases/"] * 2) == [200, 429]
    assert statuses(other, ["/cases/"] * 3) == [200] * 3


def test_later_there_is_room_again(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PAGES", Limit(2, 300))
    now = 1_795_000_200
    monkeypatch.setattr(pace.time, "time", lambda: now)
    assert [pace._count("pages", User(pk=1), pace.PAGES) for _time in range(3)] == [1, 2, 3]
    monkeypatch.setattr(pace.time, "time", lambda: now + 300)
    assert pace._count("pages", User(pk=1), pace.PAGES) == 1


def test_nobody_at_work_meets_the_limits() -> None:
    """A day of eight hours at a case a minute, with five of its pages, beside ten open tabs that refresh themselves."""
    tabs, refreshes = 10, 2 * 300 // 10
    assert pace.PAGES.most > tabs * refreshes + 5 * 5
    assert pace.RECORDS.most > 60 * 5
