"""Every route as every role and as nobody, against the committed table routes.csv. A new route needs its rows there.

The NGO's people own the case and its referral, the officer is at the agency that received it: so a caseworker's 200 on
the case and the officer's 404 on it stand side by side in the table. The stranger is a caseworker of another NGO.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from accounts.roles import ROLES
from agencies.loading.codes import load_deadlines
from pmi_portal.tests.world import World, make_world

TABLE = Path(__file__).with_name("routes.csv")
WHO = ["nobody", *ROLES, "stranger"]
METHODS = ["GET", "POST"]
UNNAMED = {
    "admin:(unnamed (?P<url>.*)$)",
    "admin:(unnamed <path:object_id>/)",
}  # Django's admin: 404, a redirect


def names(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern.url_patterns, space)
        elif pattern.name:
            yield f"{prefix}{pattern.name}", pattern
        else:
            yield f"{prefix}(unnamed {pattern.pattern})", pattern


ROUTES = dict(names(get_resolver().url_patterns))
with TABLE.open(newline="") as file:
    ROWS = {(row["route"], row["method"]): row for row in csv.DictReader(file)}


class Visitors:
    """A small world and a signed-in session for everybody in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        load_deadlines()
        self.sessions: dict[str, str] = {}
        for who in WHO[1:]:
            client = Client()
            client.force_login(world.people[who])
            self.sessions[who] = client.cookies[settings.SESSION_COOKIE_NAME].value

    def client(self, who: str) -> Client:
        client = Client(raise_request_exception=False)
        if who != "nobody":
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return client

    def answers(self, route: str, method: str) -> dict[str, str]:
        """The status for each of WHO; a redirect to the sign-in page is written "login"."""
        address = reverse(route, kwargs=self.arguments(route))
        return {who: self.answer(who, method, address) for who in WHO}

    def answer(self, who: str, method: str, address: str) -> str:
        with transaction.atomic():
            form = "application/x-www-form-urlencoded"
            response = self.client(who).generic(method, address, content_type=form)
            transaction.set_rollback(True)
        to_login = response.status_code == 302 and "/login/" in response.headers["Location"]
        return "login" if to_login else str(response.status_code)

    def arguments(self, route: str) -> dict[str, Any]:
        """A value for each parameter of the route: our own objects where there are any."""
        pattern, world = ROUTES[route].pattern, self.world
        keys = {
            "notifications:open": world.notification.pk,
            "agencies:invitation_resend": world.invitation.pk,
            "agencies:invitation_revoke": world.invitation.pk,
            "referrals:change_consent": world.referral.consent_id,
            "referrals:withdraw_consent": world.referral.consent_id,
            "referrals:review_override": world.referral.consent_id,
        }
        known = {
            "reference": world.case.reference,
            "code": world.ngo.code,
            "pk": keys.get(route, world.people["caseworker"].pk),
            "kind": "partner",
            "letter": world.letter.pk,
            "document": world.referral.pk,  # none of ours: what documents answer stands in their own tests
            "row": world.ngo.pk,
            "deadline": "REFERRAL_NORMAL",
            "token": "no-such-token",
            "key": "no-such-key",
            "uidb36": "1",
            "object_id": "0",
            "content_type_id": 1,
            "app_label": "accounts",
        }
        converters = pattern.converters
        values = {name: known[name] for name in {*converters, *pattern.regex.groupindex}}
        uuids = [name for name in converters if type(converters[name]).__name__ == "UUIDConverter"]
        ours = {"letter": world.letter.pk}
        return values | {name: ours.get(name, world.referral.pk) for name in uuids}


@pytest.fixture(scope="module")
def visitors(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Visitors]:
    """One world for all routes; each answer is rolled back, and the world at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Visitors(make_world())
        transaction.set_rollback(True)


def test_the_table_names_every_route_and_no_other() -> None:
    needed = {(route, method) for route in ROUTES if route not in UNNAMED for method in METHODS}
    assert needed == set(ROWS)


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "method"), sorted(ROWS))
def test_a_route_answers_each_role_as_the_table_says(route: str, method: str, visitors: Visitors) -> None:
    assert visitors.answers(route, method) == {who: ROWS[route, method][who] for who in WHO}


def test_no_route_breaks() -> None:
    broken = [row for row in ROWS.values() if any(row[who].startswith("5") for who in WHO)]
    assert [row["route"] for row in broken] == ["healthz"]  # no worker and no beat run beside this test
