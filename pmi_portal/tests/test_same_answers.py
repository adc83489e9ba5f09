"""What is somebody else's is answered like what is not there: the same status and the same page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import User
from accounts.roles import DataProtectionOfficer, Supervisor
from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from cases import access
from cases.tests.restricted import GLASS, Team, browser, make_team
from referrals import actions
from referrals.choices import LetterKind
from referrals.models import Letter, Referral
from referrals.tests.factories import make_officer, make_referral
from rights import actions as rights
from rights.tests.factories import make_breach, make_granted, make_protection_officer

from .test_routes import ROUTES

NOWHERE = {
    "reference": "P0-2026-999999",
    "pk": UUID(int=0),
    "letter": UUID(int=0),
    "document": UUID(int=0),
    "export": UUID(int=0),
    "notice": UUID(int=0),
}
OBJECTS = sorted(
    route
    for route, pattern in ROUTES.items()
    if route.partition(":")[0] in ("cases", "referrals", "rights")
    and ({"reference", "pk"} & {*pattern.pattern.converters})
)
METHODS = ("get", "post")


class Others:
    """A restricted case with a referral, and people who have nothing to do with it."""

    def __init__(self) -> None:
        self.team: Team = make_team()
        self.officer = make_officer()
        self.referral: Referral = make_referral(case=self.team.case, to=self.officer.partner)
        self.letter: Letter = actions.issue(
            by=self.team.caseworker, referral=self.referral, kind=LetterKind.LETTER
        )
        opened = access.break_glass(by=self.team.colleague, case=self.team.case, **GLASS)
        assert opened is not None
        self.opened = opened.pk
        self._make_rights()
        stranger = make_partner()
        self.people: dict[str, User] = {
            "a caseworker of another partner": make_user(partner=stranger),
            "a supervisor of another partner": make_user(partner=stranger, role=Supervisor.code),
            "an officer of another agency": make_officer(),
            "a data protection officer of another partner": make_user(
                partner=stranger, role=DataProtectionOfficer.code
            ),
        }
        self.clients: dict[str, Client] = {who: browser(person) for who, person in self.people.items()}

    def _make_rights(self) -> None:
        """A request with its copy, a hold, and a breach of the partner's own with a letter."""
        case, caseworker = self.team.case, self.team.caseworker
        self.request, _officer = make_granted(case=case, by=caseworker)
        self.export = rights.ask_export(by=caseworker, request=self.request, key=uuid4())
        self.hold = rights.hold(
            by=self.team.supervisor,
            case=case,
            key=uuid4(),
            reason="A lawsuit.",
            review_on=timezone.localdate(),
        )
        theirs = make_protection_officer(case)
        self.breach = make_breach(by=theirs, partner=self.team.partner)
        rights.add_notices(by=theirs, breach=self.breach, cases=[(case.reference, self.team.partner)])
        self.notice = self.breach.notices.all()[0]

    def _pk(self, route: str) -> UUID:
        if not route.startswith("rights:"):
            return self.referral.pk
        if route == "rights:lift_hold":
            return self.hold.pk
        return self.breach.pk if route.startswith("rights:breach") else self.request.pk

    def address(self, route: str, *, there: bool) -> str:
        """The route with the ids of what is there, or with ids that nothing has."""
        pattern = ROUTES[route].pattern
        numbers = {"cases:revoke": self.opened, "cases:review": self.opened}
        known: dict[str, Any] = {
            "reference": self.team.case.reference,
            "pk": numbers.get(route, self.referral.consent_id),
            "letter": self.letter.pk,
            "document": self.letter.pk,
            "export": self.export.pk,
            "notice": self.notice.pk,
        }
        values = {}
        for name, converter in pattern.converters.items():
            is_uuid = type(converter).__name__ == "UUIDConverter"
            if not there:
                values[name] = NOWHERE[name] if is_uuid or name != "pk" else 999_999_999
            else:
                values[name] = self._pk(route) if is_uuid and name == "pk" else known[name]
        return reverse(route, kwargs=values)


@pytest.fixture(scope="module")
def others(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Others]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Others()
        transaction.set_rollback(True)


def page(text: str, address: str) -> str:
    """The page without what differs each time: tokens and keys of forms, and the address that was asked for."""
    text = re.sub(r'name="(csrfmiddlewaretoken|key)" value="[\w-]+"', "", text).replace(address, "ADDRESS")
    return re.sub(r'nonce="[^"]+"', "", text)


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("route", OBJECTS)
def test_not_yours_is_answered_like_not_there(route: str, method: str, others: Others) -> None:
    theirs, nowhere = others.address(route, there=True), others.address(route, there=False)
    for who, client in others.clients.items():
        with transaction.atomic():
            first = getattr(client, method)(theirs)
            second = getattr(client, method)(nowhere)
            transaction.set_rollback(True)
        assert first.status_code == second.status_code, who
        assert first.status_code in (403, 404, 405), who
        assert page(first.text, theirs) == page(second.text, nowhere), who


def test_the_routes_above_are_those_of_cases_referrals_and_rights() -> None:
    assert len(OBJECTS) > 80
    assert {
        "cases:detail",
        "cases:break_glass",
        "referrals:detail",
        "referrals:letter",
        "rights:export_pdf",
    } <= set(OBJECTS)
