"""The portal as it is measured: referrals are submitted at its form, and wait for its worker."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from pmi_portal.backup import postgres
from privacy.acting import as_portal
from referrals import tasks
from referrals.choices import WITH_RECEIVER

from . import waiting, world
from .arriving import Form
from .sides import Side

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
REFERRAL = [
    ("services", "legal_aid"),
    ("request", "Mohon dampingi pekerja menagih gajinya."),
    ("given_by", "Contoh Kenanga"),
    ("method", "spoken"),
    ("witness", "Contoh Saksi"),
    ("groups", "case"),
    ("to", ""),
]
SERVICES = ("legal_aid", "shelter", "medical", "document")  # one after the other asked for beside each case
IN_INBOX = """
    SELECT reference FROM cases_case JOIN referrals_referral referral ON referral.case_id = cases_case.id
    WHERE reference = ANY(%s) AND number > %s AND state = ANY(%s) AND receiver_id IS NOT NULL AND sent_at IS NOT NULL
"""


class Portal(Side):
    def __init__(self, address: str) -> None:
        self.cases = waiting.settle()
        with as_portal():
            first = world.settle().caseworkers[0][0]
            theirs = Case.objects.filter(pk__in=self.cases, partner=first.partner, restricted_at=None)
            self.references = list(theirs.order_by("pk").values_list("reference", flat=True))
        client = Client(HTTP_ACCEPT_LANGUAGE="id")
        client.force_login(first)
        form = client.get(reverse("cases:new")).content.decode()
        found = TOKEN.search(form)
        assert found
        self.token, self.used = found[1], 0
        super().__init__(
            address, "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        )

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(**postgres.parameters(), autocommit=True)

    def forms(self, count: int) -> list[Form]:
        chosen = self.references[self.used : self.used + count]
        assert len(chosen) == count, "more forms than cases to refer"
        self.used += count
        return [
            Form(
                reference,
                reverse("referrals:refer", args=[reference]),
                urlencode(
                    [
                        *REFERRAL,
                        ("given_on", timezone.localdate().isoformat()),
                        ("csrfmiddlewaretoken", self.token),
                        ("key", str(uuid4())),
                    ]
                ),
            )
            for reference in chosen
        ]

    def arrived(self, connection: psycopg.Connection[Any], keys: list[str]) -> list[str]:
        found = connection.execute(IN_INBOX, [keys, waiting.OLD, sorted(WITH_RECEIVER)])
        return [reference for (reference,) in found]

    def forget(self) -> None:
        waiting.take_away()
        self.used = 0

    def put(self, count: int, *, due: bool) -> None:
        for number, service in enumerate(SERVICES):
            some = self.cases[: max(count - number * len(self.cases), 0)]
            waiting.put(some, service=service, number=waiting.OLD + 1 + number, due=due)
            if (number + 1) * len(self.cases) >= count:
                return
        raise AssertionError("more referrals than cases to put them beside")

    def let_come(self) -> None:
        with self.connect() as connection:
            found = connection.execute(
                "SELECT id FROM referrals_referral WHERE number > %s", [waiting.OLD]
            ).fetchall()
            for (pk,) in found:
                connection.execute(waiting.COMES, [pk])
                tasks.route.delay()

    def nudge(self) -> None:
        for _process in range(2):
            tasks.route.delay()

    def left(self, connection: psycopg.Connection[Any]) -> int:
        row = connection.execute("SELECT count(*) FROM referrals_referral WHERE state = 'waiting'").fetchone()
        assert row
        return int(row[0])
