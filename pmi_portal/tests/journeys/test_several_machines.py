"""Two webs, two workers and two timers on one PostgreSQL and one Redis: one of each may fall away in the middle of the work."""

import mailbox
import os
import re
import urllib.request
from collections.abc import Iterator
from signal import SIGKILL

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from prometheus_client.parser import text_string_to_metric_families

from .conftest import CASEWORKER, JOHOR, Visit
from .stack import Stack, answers, free_port, wait_until
from .steps import act, agree, expect_state, fill_complaint, log_complaint, refer


@pytest.fixture
def second(stack: Stack) -> Iterator[str]:
    """The address of the second web, beside a second worker and a second timer."""
    port = free_port()
    web = ("gunicorn", "-c", "python:pmi_portal.web", "--bind", f"127.0.0.1:{port}", "--no-control-socket")
    celery = ("celery", "-A", "pmi_portal")
    worker = ("worker", "-n", "second@%h", "-c", "2", "--without-mingle", "--without-gossip")
    address = f"http://127.0.0.1:{port}"
    with (
        stack.beside("second-web", *web, "pmi_portal.wsgi"),
        stack.beside("second-worker", *celery, *worker),
        stack.beside("second-beat", *celery, "beat"),
    ):
        wait_until(lambda: answers(f"{address}/readyz"), "the second web is ready")
        wait_until(lambda: "ready" in log(stack, "second-worker"), "the second worker is ready")
        yield address
        for name in ("web", "worker"):
            if stack.children[name].process is None:
                stack.start(name)
        wait_until(stack.healthy, "all is well again")


def log(stack: Stack, name: str) -> str:
    return (stack.folder / f"{name}.log").read_text()


def at(context: BrowserContext, address: str, page: Page) -> Page:
    """The same person's page as another web shows it."""
    other = context.new_page()
    other.goto(address + page.url.removeprefix(page.url[: page.url.index("/", 8)]))
    return other


def draft_at(page: Page, address: str, name: str) -> bool:
    """Open the draft that was typed at the first web, in the same session; whether its last field is there already."""
    page.goto(f"{address}/cases/")
    page.locator("a[href*='draft=']", has_text=name).first.click()
    page.wait_for_load_state()
    return bool(page.locator("[name=demands]").input_value())


def test_one_of_each_falls_away_and_nobody_notices(visit: Visit, stack: Stack, second: str) -> None:
    page = visit(CASEWORKER)
    fill_complaint(page, name="Contoh Seroja")
    expect(page.locator("[data-draft-status]")).to_contain_text(re.compile(r"\d\d[.:]\d\d"), timeout=15_000)
    other = page.context.new_page()
    wait_until(lambda: draft_at(other, second, "Seroja"), "the second has all of the draft")

    stack.kill("web")
    other.click("button[name=then][value=case]")
    other.wait_for_url("**/cases/*-*-*/")
    other.goto(f"{other.url}refer/")
    stack.kill("worker")
    address = refer(other)
    sent = other.locator("#referral-status .state-sent")
    expect(sent).to_be_visible(
        timeout=60_000
    )  # by the second; chaos and crash points kill one that has it in hand
    stack.kill("second-beat")

    officer = visit(JOHOR, address=second)
    officer.goto(address)
    act(officer, "accept")
    expect_state(other, "accepted")
    stack.start("web")
    wait_until(lambda: answers(f"{stack.address}/readyz"), "the first web is back")
    back = at(other.context, stack.address, other)
    expect(back.locator("#referral-status .state-accepted")).to_be_visible()

    referral = address.rstrip("/").rpartition("/")[2]
    with stack.connect() as connection:
        said = connection.execute(
            "SELECT kind, count(*) FROM cases_caseevent WHERE referral_id = %s GROUP BY kind", [referral]
        ).fetchall()
    assert {kind: count for kind, count in said if kind in ("referred", "sent", "received", "accepted")} == {
        "referred": 1,
        "sent": 1,
        "received": 1,
        "accepted": 1,
    }


def test_a_form_that_went_to_two_webs_is_one_act(visit: Visit, stack: Stack, second: str) -> None:
    page = visit(CASEWORKER)
    log_complaint(page, name="Contoh Teratai")
    note = page.locator("form[action$='/note/']")
    note.locator("[name=text]").fill("Ditulis sekali.")
    form = note.evaluate("form => Object.fromEntries(new FormData(form))")
    path = note.get_attribute("action")
    headers = {"Referer": page.url}
    for address in (stack.address, second):
        answer = page.request.post(
            f"{address}{path}", form=form, headers={**headers, "Origin": address}, max_redirects=0
        )
        assert answer.status == 302
    page.reload()
    expect(page.get_by_text("Ditulis sekali.", exact=True)).to_have_count(1)


def test_what_several_processes_of_a_web_count_is_one_sum_also_after_one_was_killed(stack: Stack) -> None:
    port, token = free_port(), "a token of tests"
    web = ("gunicorn", "-c", "python:pmi_portal.web", "--bind", f"127.0.0.1:{port}", "--no-control-socket")
    address = f"http://127.0.0.1:{port}"
    settings = {"METRICS_TOKEN": token, "PROMETHEUS_MULTIPROC_DIR": str(stack.folder / "counts")}

    def counted() -> dict[str, float]:
        asked = urllib.request.Request(f"{address}/metrics", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            families = {it.name: it for it in text_string_to_metric_families(answer.read().decode())}
        return {
            sample.labels["route"]: sample.value
            for sample in families["portal_http_requests"].samples
            if sample.labels["status"] == "200"
        }

    def processes() -> set[int]:
        files = (stack.folder / "counts").glob("counter_*.db")
        return {int(file.stem.removeprefix("counter_")) for file in files}

    with stack.beside("counting-web", *web, "--workers", "2", "pmi_portal.wsgi", **settings):
        wait_until(lambda: answers(f"{address}/livez"), "it answers")
        wait_until(lambda: answers(f"{address}/livez") and len(processes()) == 2, "both have answered")
        known = counted()["livez"]
        for _ in range(10):
            assert answers(f"{address}/livez")
        assert [counted()["livez"] for _ in range(5)] == [known + 10] * 5
        os.kill(min(processes()), SIGKILL)
        wait_until(lambda: answers(f"{address}/livez"), "the other goes on")
        assert counted()["livez"] >= known + 10


def test_one_id_leads_from_the_request_through_web_and_worker_to_the_e_mail(
    visit: Visit, stack: Stack, second: str
) -> None:
    page = visit(CASEWORKER)
    log_complaint(page, name="Contoh Kemuning")
    page.goto(f"{page.url}refer/")
    page.check("[name=services][value=mediation]")
    page.fill("[name=request]", "Mohon dampingi pekerja.")
    agree(page)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.click("main .submit-bar button")
    known = answered.value.headers["x-request-id"]
    expect_state(page, "sent")

    assert f"request_id={known}" in log(stack, "web")

    def told() -> list[str]:
        box = mailbox.Maildir(stack.folder / "mail", create=False)
        return [message["To"] for message in box if message["X-Request-ID"] == known]

    wait_until(told, "the e-mail bears the id of the request")
    wait_until(
        lambda: known in log(stack, "worker") + log(stack, "second-worker"), "so do the lines of a worker"
    )
