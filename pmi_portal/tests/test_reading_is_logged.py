"""Every route as every role: whatever shows a worker's data has written an entry of the access log that says who read whom.

A page shows data when its body holds anything that the world's case says (CANARIES), or when it is a file.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from agencies.models.staff import hash_of
from cases.models import CaseEvent, IntakeDraft
from cases.tests.files import add as add_document
from pmi_portal.tests.test_routes import METHODS, ROUTES, ROWS, UNNAMED, WHO, Visitors
from pmi_portal.tests.world import World, make_world
from privacy import keys
from privacy.choices import Verb
from privacy.models import LogEntry
from referrals.models import Letter

NAME, NIK, PHONE = "Canary Kenanga", "3578014506900003", "+6281200000001"
REPORTER, STORY, WANTED = "Canary Pelapor", "Canary story of what happened", "Canary wish for wages"
TYPED = "Canary Draft"
ASKED, FILE = "Please speak with the employer", "kontrak.pdf"  # what the world says by itself
CANARIES = (NAME, NIK, PHONE, REPORTER, STORY, WANTED, TYPED, ASKED, FILE)

# What shows data to somebody in this world, so that the walk cannot pass by showing nothing to anybody.
SHOWING = {
    *(
        "cases:list",
        "cases:detail",
        "cases:live",
        "cases:edit",
        "cases:documents",
        "cases:document",
        "cases:new",
    ),
    *("cases:close", "referrals:refer", "referrals:consents", "referrals:change_consent"),
    *("referrals:inbox", "referrals:sent", "referrals:detail", "referrals:live", "referrals:letter"),
    *("referrals:documents", "referrals:document"),
}


OF_NOBODY = {  # files that tell of no worker: the log itself, which names nobody, tables of reference data and accounts, an empty one
    *("cases:log_csv", "cases:log_xlsx"),
    "imports:template",
    *("agencies:import_example", "agencies:reference_download", "agencies:unconfirmed_download"),
}


class Readers(Visitors):
    """The routes' world with data that can be recognised, a document, and a draft."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        case = world.case
        worker = case.worker
        worker.name, worker.nik, worker.contact = NAME, NIK, PHONE
        worker.save()
        case.reporter_name, case.chronology, case.demands = REPORTER, STORY, WANTED
        case.save()
        self.document = add_document(case)
        self.draft = IntakeDraft.objects.create(
            owner=world.people["caseworker"], data_key=keys.make(), fields={"name": TYPED}
        )
        self.world = make_again(world)

    def arguments(self, route: str) -> dict[str, Any]:
        values = super().arguments(route)
        if "document" in values:
            values["document"] = self.document.pk
        if route.startswith("cases:document"):
            values |= {"pk": self.document.pk} if "pk" in values else {}
        return values

    def read(self, who: str, method: str, address: str) -> tuple[bool, list[LogEntry]]:
        """Whether the answer showed data, and what was written down of it; then it has not happened."""
        with transaction.atomic():
            before = LogEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            response = self.client(who).generic(
                method, address, content_type="application/x-www-form-urlencoded"
            )
            body = response.getvalue()
            entries = list(LogEntry.objects.filter(pk__gt=before))
            transaction.set_rollback(True)
        is_file = (
            "attachment" in response.headers.get("Content-Disposition", "")
            and resolve(address.partition("?")[0]).view_name not in OF_NOBODY
        )
        return is_file or any(canary.encode() in body for canary in CANARIES), entries


def make_again(world: World) -> World:
    """The world with its rows as the database has them now."""
    for row in (world.case, world.referral):
        row.refresh_from_db()
    return world


@pytest.fixture(scope="module")
def readers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Readers]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Readers(make_world())
        transaction.set_rollback(True)


def may_show(route: str, method: str, who: str) -> bool:
    """Whether the answer can have a page of somebody: redirects and refusals have none. The table of routes knows
    (with a document that is nobody's and without a draft, so these are tried by all)."""
    return "document" in route or route == "cases:new" or ROWS[route, method][who] in ("200", "409", "422")


def walked(route: str, readers: Readers) -> list[str]:
    """Addresses of a route; the intake form also with a draft, what was sent also where it all stands."""
    address = reverse(route, kwargs=readers.arguments(route))
    also = {"cases:new": f"?draft={readers.draft.pk}", "referrals:sent": "?tab=all"}.get(route)
    return [address, address + also] if also else [address]


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(set(ROUTES) - UNNAMED))
def test_whoever_is_shown_a_workers_data_is_in_the_log(route: str, readers: Readers) -> None:
    showed = False
    for address in walked(route, readers):
        for who in WHO:
            for method in METHODS:
                if not may_show(route, method, who):
                    continue
                shows, entries = readers.read(who, method, address)
                if shows:
                    showed = True
                    assert_written(readers, who, method, route, entries)
    assert showed or route not in SHOWING, f"{route} shows nobody anything in this world"


def assert_written(readers: Readers, who: str, method: str, route: str, entries: list[LogEntry]) -> None:
    about = {f"case:{readers.world.case.pk}", f"draft:{readers.draft.pk}"}
    person = readers.world.people.get(who)
    read = [
        entry
        for entry in entries
        if entry.verb in (Verb.READ, Verb.LISTED, Verb.FOUND, Verb.DOWNLOADED) and about & set(entry.subjects)
    ]
    assert read, f"{method} {route} showed {who} data and wrote nothing down"
    assert {entry.actor_id for entry in read} == {person.pk if person else None}
    assert len(read) == 1, "one entry a page"


@pytest.mark.django_db
def test_every_event_of_a_case_is_an_entry(readers: Readers) -> None:
    """CaseEvent is written in one place, so what is written there is written everywhere."""
    events = CaseEvent.objects.filter(case=readers.world.case)
    wrote = LogEntry.objects.filter(verb=Verb.WROTE, subjects=[f"case:{readers.world.case.pk}"])
    assert sorted(entry.what.split(":")[1] for entry in wrote) == sorted(event.kind for event in events)
    assert all(entry.owners == [readers.world.ngo.pk] for entry in wrote)


@pytest.mark.django_db
def test_the_letters_link_is_read_by_nobody_known(readers: Readers) -> None:
    with transaction.atomic():
        Letter.objects.filter(pk=readers.world.letter.pk).update(
            link_hash=hash_of("token"), link_until=timezone.now() + timedelta(days=1)
        )
        client = Client()
        client.get(reverse("referrals:letter_link", args=["token"]))
        answer = client.post(reverse("referrals:letter_page"))
        entry = LogEntry.objects.filter(verb=Verb.DOWNLOADED).latest("pk")
        transaction.set_rollback(True)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert (entry.actor_id, entry.what) == (None, "letter_link:1")
    assert entry.subjects == [f"case:{readers.world.case.pk}"]
