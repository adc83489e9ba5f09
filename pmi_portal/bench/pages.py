"""What is measured: who asks for which page, and which page of the floor stands beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from cases.searches import KEPT

from . import names, world
from .complaint import COMPLAINT
from .load import Request

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FORMS = 1_000  # more than are answered in one measurement: the same form twice is answered once
OTHERS = 50  # cases, referrals or words that are asked for in turn


@dataclass(frozen=True)
class Page:
    """`target` is how often the floor's p50 it may take at a million cases, at one connection."""

    name: str
    client: Client
    requests: Callable[[], Sequence[Request]]  # anew for each measurement, since a form is sent once
    floor: str
    target: float
    statements: int

    @property
    def cookies(self) -> str:
        return "; ".join(f"{name}={morsel.value}" for name, morsel in self.client.cookies.items())


class Pages:
    """Somebody of the largest NGO and somebody of the agency that gets most, who have signed in."""

    def __init__(self, size: int, people: world.People) -> None:
        self.numbers = world.numbers_of_the_largest(size, OTHERS)
        self.people = people
        self.caseworker = _signed_in(people.caseworkers[0][0])
        self.officer = _signed_in(people.officers[0])

    def all(self) -> list[Page]:
        cases, inbox, sent = reverse("cases:list"), reverse("referrals:inbox"), reverse("referrals:sent")
        return [
            self._page("my cases", self.caseworker, [f"{cases}?tab=mine"], "rows", 2.5),
            self._page("the team's cases", self.caseworker, [f"{cases}?tab=team"], "rows", 2.5),
            self._page("inbox", self.officer, [inbox], "rows", 2.5),
            self._page("sent referrals", self.caseworker, [sent], "rows", 2.5),
            self._page("case", self.caseworker, [*map(self._case, self.numbers)], "detail", 3),
            self._page("referral", self.officer, [*self._referrals()], "detail", 3),
            self._submitted(),
            self._searched("search: NIK", [*map(names.nik, self.numbers)], 2),
            self._searched("search: common name", list(names.COMMON), 3),
            self._searched("search: full name", [f"{one} {names.NAMES[0]}" for one in names.NAMES[1:]], 3),
        ]

    def _page(self, name: str, client: Client, paths: list[str], floor: str, target: float) -> Page:
        return Page(
            name, client, lambda: [*map(Request, paths)], floor, target, _statements(client.get, paths[-1])
        )

    def _case(self, number: int) -> str:
        return reverse("cases:detail", args=[world.reference(number)])

    def _referrals(self) -> list[str]:
        """Live ones that this officer's agency has."""
        agency = self.people.officers[0]
        found = [
            UUID(int=(number << 2) + place + 1)
            for number in self.numbers
            for place in range(world.REFERRALS)
            if self.people.officer(number, place) == agency and world.state(number, place) == "accepted"
        ]
        return [reverse("referrals:detail", args=[pk]) for pk in found]

    def _submitted(self) -> Page:
        """A complaint is logged: sealed, with its entry in the log and its first event."""
        client, path, chance = _signed_in(self.people.caseworkers[0][0]), reverse("cases:new"), Random()
        found = TOKEN.search(client.get(path).content.decode())
        assert found

        def form() -> dict[str, str]:
            name = names.unheard_of(chance)
            return COMPLAINT | {"name": name, "csrfmiddlewaretoken": found[1], "key": str(uuid4())}

        def requests() -> list[Request]:
            return [Request(path, "POST", urlencode(form()), status=302) for _each in range(FORMS)]

        return Page(
            "submit a complaint", client, requests, "create", 2.5, _statements(client.post, path, form())
        )

    def _searched(self, name: str, words: list[str], target: float) -> Page:
        """The list that a search leads to; the words stay in the session."""
        paths, client = [], _signed_in(self.people.caseworkers[0][0])
        for word in words[:KEPT]:
            sent = client.post(reverse("cases:search"), {"q": word, "tab": "team"})
            paths.append(sent.headers["Location"])
        return self._page(name, client, paths, "rows", target)


def _signed_in(person: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="id")
    client.force_login(person)
    return client


def _statements(ask: Callable[..., Any], path: str, *form: dict[str, str]) -> int:
    if not form:
        ask(path)  # what is kept once asked for is not counted
    with CaptureQueriesContext(connection) as caught:
        answer = ask(path, *form)
    assert answer.status_code == (302 if form else 200), (path, answer.status_code)
    return len([query for query in caught.captured_queries if query["sql"] not in ("BEGIN", "COMMIT")])
