"""What is measured: who asks for which page, and which page of the floor stands beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from cases.models import Worker
from cases.searches import KEPT
from privacy.acting import as_portal

from . import names, world
from .complaint import COMPLAINT
from .load import Request

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FORMS = 1_000  # more than are answered in one measurement: the same form twice is answered once
OTHERS = 50  # cases, referrals or words that are asked for in turn


@dataclass(frozen=True)
class Asked:
    """What one request asks of PostgreSQL: so many statements, answered in so many milliseconds (95 of 100 requests)."""

    statements: int
    milliseconds: float


@dataclass(frozen=True)
class Page:
    """`target` is how often the floor's p50 it may take at a million cases, at one connection."""

    name: str
    client: Client
    requests: Callable[[], Sequence[Request]]  # anew for each measurement, since a form is sent once
    floor: str
    target: float
    asked: Asked

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
            self._hinted(),
        ]

    def _page(self, name: str, client: Client, paths: list[str], floor: str, target: float) -> Page:
        requests = [*map(Request, paths)]
        return Page(name, client, lambda: requests, floor, target, _asked(client, requests))

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
            "submit a complaint", client, requests, "create", 2.5, _asked(client, requests()[:OTHERS])
        )

    def _hinted(self) -> Page:
        """What is found while a complaint is typed of somebody who is known: by number, or by name, year and home."""
        client, path = _signed_in(self.people.caseworkers[0][0]), reverse("cases:alike")
        found = TOKEN.search(client.get(reverse("cases:new")).content.decode())
        assert found
        with as_portal():
            workers = list(
                Worker.objects.select_related("data_key").filter(pk__in=[one + 1 for one in self.numbers])
            )
        home = self.people.regencies[0]
        typed = [
            {"name": worker.name, "nik": worker.nik}
            if nth % 2
            else {
                "name": worker.name,
                "birth_date": f"{world.born(worker.pk - 1):%d-%m-%Y}",
                "home_province": home.province_id,
                "home_regency": home.pk,
            }
            for nth, worker in enumerate(workers)
        ]
        forms = [urlencode(one | {"csrfmiddlewaretoken": found[1]}) for one in typed]
        requests = [Request(path, "POST", form) for form in forms]
        return Page("hints while typing", client, lambda: requests, "rows", 3, _asked(client, requests))

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


def _asked(client: Client, requests: Sequence[Request]) -> Asked:
    """Of the last of the requests the statements; what is kept once asked for is not counted."""
    took = []
    for request in [requests[0], *requests]:
        with CaptureQueriesContext(connection) as caught:
            answer = client.generic(
                request.method, request.path, request.body, content_type="application/x-www-form-urlencoded"
            )
        assert answer.status_code == request.status, (request.path, answer.status_code)
        took.append(sum(float(query["time"]) for query in caught.captured_queries))
    asked = [query for query in caught.captured_queries if query["sql"] not in ("BEGIN", "COMMIT")]
    return Asked(len(asked), 1000 * sorted(took)[int(0.95 * (len(took) - 1))])
