"""How long it takes from the caseworker's submit until the officer has it, with the real worker; and without it."""

import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import APIRequestContext, Page, expect

from referrals.choices import WITH_RECEIVER

from .conftest import CASEWORKER, JOHOR, Visit
from .stack import Stack, wait_until
from .steps import log_complaint

pytestmark = pytest.mark.clocked
RUNS = 20
AGENCY, PLACE = (
    "KDEI_TAIPEI",
    {"country": "TW", "place": "Taipei"},
)  # so many would push others off the first page
Form = dict[str, str | float | bool]
INBOX = """
    SELECT referral.id FROM referrals_referral referral
    JOIN agencies_partner partner ON partner.id = referral.receiver_id
    JOIN cases_case on cases_case.id = referral.case_id
    WHERE partner.code = %s AND referral.state = ANY(%s) AND referral.sent_at IS NOT NULL
      AND cases_case.reference = %s
    ORDER BY referral.urgency_rank, referral.due_at, referral.id LIMIT 25
"""


def opened_form(request: APIRequestContext, address: str) -> Form:
    """What the refer form would send once it is filled in."""
    form = request.get(address).text()
    fields: Form = dict(re.findall(r'type="hidden" name="(csrfmiddlewaretoken|key)" value="([^"]+)"', form))
    today = re.search(r'name="given_on" value="([\d-]+)"', form)
    assert today is not None
    return fields | {
        "services": "mediation",
        "request": "Mohon dampingi pekerja menagih gajinya.",
        "given_by": "Contoh Kenanga",
        "method": "spoken",
        "witness": "Contoh Saksi",
        "given_on": today[1],
        "groups": "case",
        "to": "",
    }


def in_inbox(stack: Stack, case: str) -> bool:
    with stack.connect() as connection:
        found = connection.execute(INBOX, [AGENCY, list(WITH_RECEIVER), case]).fetchone()
    return found is not None


def measured(page: Page, stack: Stack, runs: int) -> list[float]:
    """Seconds from submit until the referral stands in the inbox, for so many referrals one after the other."""
    seconds = []
    with stack.connect() as connection:
        for _run in range(runs):
            case = log_complaint(page, **PLACE)
            address = f"/cases/{case}/refer/"
            form = opened_form(page.request, address)
            started = time.perf_counter()
            assert page.request.post(address, form=form, max_redirects=0).status == 302
            arguments = [AGENCY, list(WITH_RECEIVER), case]
            end = started + 30
            while connection.execute(INBOX, arguments).fetchone() is None:
                assert time.perf_counter() < end, "the referral did not arrive"
            seconds.append(time.perf_counter() - started)
    return seconds


def said(capsys: pytest.CaptureFixture[str], when: str, seconds: list[float]) -> float:
    """Print p50 and p95; p95."""
    p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    with capsys.disabled():
        print(
            f"\nfrom submit to the officer's inbox, {when}, {len(seconds)} runs: "
            f"p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms"
        )
    return p95


def test_a_referral_stands_in_the_inbox_within_two_seconds(
    visit: Visit, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = measured(visit(CASEWORKER), stack, RUNS)
    assert said(capsys, "idle", seconds) < 2


CROWD = """
    WITH model AS (
        SELECT * FROM referrals_referral referral JOIN agencies_partner partner ON partner.id = referral.sender_id
        WHERE partner.code = 'RUMAH_MIGRAN_CONTOH' AND referral.receiver_id IS NOT NULL ORDER BY referral.id LIMIT 1
    )
    INSERT INTO referrals_referral (
        id, case_id, number, sender_id, consent_id, services, request, register_number, urgency, state, ranking,
        why_unrouted, why_params, route_at, route_attempts, created_by_id, created_at, changed_at, is_lead, counting,
        kept_counting, kept_level, escalation_level, decline_reason, currency
    )
    SELECT gen_random_uuid(), case_id, 1000 + n, sender_id, consent_id, services, '', '', 'normal', 'waiting', '[]',
           '', '{}', now(), 0, created_by_id, now(), now(), false, counting, kept_counting, 0, 0, '', ''
    FROM model, generate_series(1, %s) n
"""
WAITING = "SELECT count(*) FROM referrals_referral WHERE state = 'waiting'"


def test_an_urgent_referral_is_there_within_seconds_while_another_partner_has_many_thousands_waiting(
    visit: Visit, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    page = visit(CASEWORKER)
    with stack.connect() as connection:
        connection.execute(CROWD, [30_000])
        seconds = measured(page, stack, RUNS)
        left = connection.execute(WAITING).fetchone()
        assert left is not None
        connection.execute("DELETE FROM referrals_referral WHERE state = 'waiting' AND number > 1000")
    p95 = said(capsys, f"{left[0]} others still waiting at the end", seconds)
    assert left[0] > 5_000, "the crowd waited all the while"
    assert p95 < 5


def test_an_open_inbox_shows_a_new_referral_by_itself(
    visit: Visit, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    officer, caseworker = visit(JOHOR), visit(CASEWORKER)
    case = log_complaint(caseworker)
    address = f"/cases/{case}/refer/"
    form = opened_form(caseworker.request, address)
    officer.goto("/inbox/")
    started = time.perf_counter()
    caseworker.request.post(address, form=form, max_redirects=0)
    expect(officer.locator("tr", has_text=case)).to_be_visible(timeout=15_000)
    with capsys.disabled():
        print(f"\nan open inbox page showed the new referral after {time.perf_counter() - started:.1f} s")


@contextmanager
def stopped(stack: Stack, name: str) -> Iterator[None]:
    stack.kill(name)
    try:
        yield
    finally:
        stack.start(name)


@pytest.mark.parametrize("name", ["worker", "broker", "beat"])
def test_nothing_is_lost_while_a_part_is_away(
    name: str, visit: Visit, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    page = visit(CASEWORKER)
    case = log_complaint(page, **PLACE)
    address = f"/cases/{case}/refer/"
    form = opened_form(page.request, address)
    with stopped(stack, name):
        started = time.perf_counter()
        status = page.request.post(address, form=form, max_redirects=0).status
        answered = time.perf_counter() - started
        assert status == 302
        if name != "beat":
            assert not in_inbox(stack, case)
            assert stack.health()[name] != "ok"
    back = time.perf_counter()
    wait_until(lambda: in_inbox(stack, case), "the referral arrived", seconds=60)
    arrived = time.perf_counter() - back
    wait_until(stack.healthy, "the portal is healthy again")
    with capsys.disabled():
        print(
            f"\n{name} away: the page answered after {answered:.2f} s; arrived {arrived:.1f} s after it came back"
        )
    assert answered < 5
