"""Every route as every role and as nobody, against the committed table routes.csv. A new route needs its rows there.

The NGO's people own the case and its referral, the officer is at the agency that received it: so a caseworker's 200 on
the case and the officer's 404 on it stand side by side in the table. The stranger is a caseworker of another NGO.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts.roles import ROLES
from agencies.loading.codes import load_deadlines
from directory.tests.factories import make_service
from notifications.choices import EmailState
from notifications.models import Email
from pmi_portal.tests.visiting import METHODS, ROUTES, knock, parameters, session_of, visitor
from pmi_portal.tests.world import World, make_world
from rights.tests.factories import make_breach

TABLE = Path(__file__).with_name("routes.csv")
WHO = ["nobody", *ROLES, "stranger"]
UNNAMED = {
    "admin:(unnamed (?P<url>.*)$)",
    "admin:(unnamed <path:object_id>/)",
}  # Django's admin: 404, a redirect

with TABLE.open(newline="") as file:
    ROWS = {(row["route"], row["method"]): row for row in csv.DictReader(file)}


class Visitors:
    """A small world and a signed-in session for everybody in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        load_deadlines()
        self.breach = make_breach(by=world.people["portal_admin"])
        self.parked = Email.objects.get(to=world.invitation.email)
        Email.objects.filter(pk=self.parked.pk).update(state=EmailState.PARKED)
        self.service = make_service(partner=world.ngo)
        self.breaches = [route for route in ROUTES if route.startswith("rights:breach")]
        self.sessions = {who: session_of(world.people[who]) for who in WHO[1:]}

    def answers(self, route: str, method: str) -> dict[str, str]:
        """The status for each of WHO; a redirect to the sign-in page is written "login"."""
        address = reverse(route, kwargs=self.arguments(route))
        return {who: knock(self.sessions.get(who), method, address).outcome for who in WHO}

    def client(self, who: str) -> Client:
        return visitor(self.sessions.get(who))

    def arguments(self, route: str) -> dict[str, Any]:
        """A value for each parameter of the route: our own objects where there are any."""
        world, converters = self.world, ROUTES[route].pattern.converters
        keys = {
            "notifications:open": world.notification.pk,
            "agencies:invitation_resend": world.invitation.pk,
            "agencies:invitation_revoke": world.invitation.pk,
            "administration:send_again": self.parked.pk,
            "administration:agreement_paper": world.referral.pk,  # none of ours: its own tests tell
            "referrals:change_consent": world.referral.consent_id,
            "referrals:withdraw_consent": world.referral.consent_id,
            "referrals:review_override": world.referral.consent_id,
        }
        known = {
            "reference": world.case.reference,
            "code": "resolved" if route == "rights:rule" else world.ngo.code,
            "pk": keys.get(route, world.people["caseworker"].pk),
            "kind": "partner",
            "letter": world.letter.pk,
            "notice": None,
            "upload": None,
            "export": None,
            "document": world.referral.pk,  # none of ours: what documents answer stands in their own tests
            "row": world.ngo.pk,
            "deadline": "REFERRAL_NORMAL",
            "table": "topic",
            "queue": "email",
            "entry": world.topic.pk,
            "token": "no-such-token",
            "key": "no-such-key",
            "uidb36": "1",
            "object_id": "0",
            "content_type_id": 1,
            "app_label": "accounts",
        }
        values = {name: known[name] for name in parameters(route)}
        uuids = [name for name in converters if type(converters[name]).__name__ == "UUIDConverter"]
        ours = {"letter": world.letter.pk, "notice": self.breach.notices.all()[0].pk}
        if route in self.breaches:
            ours["pk"] = self.breach.pk
        if route.startswith("directory:"):
            ours["pk"] = self.service.pk
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
