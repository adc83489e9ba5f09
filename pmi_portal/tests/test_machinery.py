"""The state of the portal's own machinery, as a portal admin reads it."""

import json
import time
from collections.abc import Iterator

import pytest
import redis
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from accounts import resets
from accounts.roles import Caseworker, PartnerAdmin, Role
from accounts.tasks import send_resets
from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner
from errands.queue import QUEUES
from notifications import actions
from notifications.choices import EmailState
from notifications.models import Email
from notifications.tasks import deliver
from pmi_portal import machinery, sweeps

pytestmark = pytest.mark.django_db

SEND_RESETS = "accounts.tasks.send_resets"


@pytest.fixture(autouse=True)
def noted(settings: LazySettings) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.delete(sweeps.KEY)
        yield broker
        broker.delete(sweeps.KEY)


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(make_portal_admin())
    return client


def sweep(settings: LazySettings, task: str) -> sweeps.Sweep:
    name = next(name for name, entry in settings.CELERY_BEAT_SCHEDULE.items() if entry["task"] == task)
    return next(found for found in sweeps.all_sweeps() if found.name == str(sweeps.NAMES[name]))


def test_every_sweep_of_beat_has_a_name(settings: LazySettings) -> None:
    assert set(sweeps.NAMES) == set(settings.CELERY_BEAT_SCHEDULE)
    assert all(sweep.at is None for sweep in sweeps.all_sweeps())


def test_a_sweep_that_ran_is_noted(settings: LazySettings) -> None:
    send_resets.apply()
    found = sweep(settings, SEND_RESETS)
    assert not found.needs_somebody
    assert found.at is not None
    assert timezone.now() >= found.at


def test_a_sweep_that_failed_is_noted_as_such(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> int:
        raise RuntimeError

    monkeypatch.setattr(resets, "send_due", fail)
    send_resets.apply()
    found = sweep(settings, SEND_RESETS)
    assert not found.went_well
    assert found.needs_somebody


def test_a_task_that_is_no_sweep_is_not_noted(noted: redis.Redis) -> None:
    deliver.apply()
    assert noted.hgetall(sweeps.KEY) == {}


@pytest.mark.parametrize(
    ("ago", "late"), [(40, False), (46, True)]
)  # every 5 s: three times, and 30 s of slack
def test_a_sweep_that_stays_away_is_late(
    settings: LazySettings, noted: redis.Redis, ago: int, late: bool
) -> None:
    noted.hset(sweeps.KEY, SEND_RESETS, json.dumps({"at": time.time() - ago, "well": True, "seconds": 0.1}))
    assert sweep(settings, SEND_RESETS).is_late is late


def test_a_broker_that_is_away_costs_a_sweep_nothing_and_the_page_says_so(
    settings: LazySettings, page: Client
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    send_resets.apply(throw=True)
    text = page.get("/machinery/").content.decode()
    assert "Nobody can tell while the message queue is away" in text
    assert "does not answer" in text


def waiting_emails() -> machinery.Waiting:
    return next(row for row in machinery.state()["waiting"] if row.name == "E-mails to be sent")


def test_what_waits_is_counted_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machinery, "MOST", 2)
    first = actions.send_email(to="a@example.org", subject="Hello", body="Text.")
    emails = waiting_emails()
    assert (emails.count, emails.since, emails.is_more) == (1, first.next_at, False)
    for _number in range(3):
        actions.send_email(to="a@example.org", subject="Hello", body="Text.")
    emails = waiting_emails()
    assert (emails.count, emails.is_more) == (3, True)
    Email.objects.update(state=EmailState.SENT)
    assert waiting_emails().count == 0


def test_a_corner_of_another_page_gets_the_tables_alone(page: Client) -> None:
    assert "<html" in page.get("/machinery/").content.decode()
    corner = page.get("/machinery/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in corner
    assert "Database" in corner


def test_a_corner_names_the_sweeps_that_need_somebody_and_no_other(page: Client, noted: redis.Redis) -> None:
    def corner() -> str:
        return page.get("/machinery/?short=1", headers={"HX-Request": "true"}).content.decode()

    assert "failed or is late" not in corner()
    noted.hset(sweeps.KEY, SEND_RESETS, json.dumps({"at": time.time() - 60, "well": True, "seconds": 0.1}))
    assert "Send links for a new password" in corner()
    assert "Sign the access log" not in corner()


class TestGivenUp:
    """What was tried for a day stands on the page until somebody has it tried again, with one click."""

    AGAIN = "/machinery/email/again/"

    def park(self, count: int = 1) -> None:
        for number in range(count):
            actions.send_email(to=f"{number}@example.org", subject="Hello", body="Text.")
        Email.objects.update(state=EmailState.PARKED, attempts=20, next_at=None, error="Refused")

    def test_nothing_is_said_while_nothing_is(self, page: Client) -> None:
        actions.send_email(to="a@example.org", subject="Hello", body="Text.")
        assert "Given up" not in page.get("/machinery/").content.decode()

    def test_one_click_has_it_all_tried_again(self, page: Client) -> None:
        self.park(3)
        before = list(Email.objects.order_by("pk").values_list("message_id", flat=True))
        text = page.get("/machinery/").content.decode()
        assert "Given up" in text
        assert f'action="{self.AGAIN}"' in text
        answer = page.post(self.AGAIN, follow=True)
        assert "3 are tried again." in answer.content.decode()
        assert "Given up" not in answer.content.decode()
        rows = Email.objects.order_by("pk")
        assert [row.state for row in rows] == [EmailState.DUE] * 3
        assert [(row.attempts, row.error) for row in rows] == [(0, "")] * 3
        assert [row.message_id for row in rows] == before, "its receiver can tell"
        assert len(QUEUES["email"].claim(5)) == 3

    def test_a_second_click_finds_nothing_more(self, page: Client) -> None:
        self.park()
        page.post(self.AGAIN)
        Email.objects.update(attempts=4)
        assert "nothing more" in page.post(self.AGAIN, follow=True).content.decode()
        assert Email.objects.get().attempts == 4

    def test_the_first_page_of_admins_says_so(self, page: Client) -> None:
        self.park()
        corner = page.get("/machinery/?short=1", headers={"HX-Request": "true"}).content.decode()
        assert "given up" in corner
        assert "E-mails to be sent" in corner

    def test_every_queue_has_the_address_and_nothing_else_has(self, page: Client) -> None:
        for name in QUEUES:
            assert page.post(f"/machinery/{name}/again/").status_code == 302
        assert page.post("/machinery/nothing/again/").status_code == 404
        assert page.get(self.AGAIN).status_code == 405

    @pytest.mark.parametrize("role", [Caseworker, PartnerAdmin])
    def test_nobody_else_has_it_tried(self, client: Client, role: type[Role]) -> None:
        self.park()
        client.force_login(make_user(partner=make_partner(), role=role.code))
        assert client.post(self.AGAIN).status_code == 403
        assert Email.objects.get().state == EmailState.PARKED
