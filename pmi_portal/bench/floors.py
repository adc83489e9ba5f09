"""The floor as it is measured beside the portal's referrals: rows of its worker."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import environ
import psycopg
from celery import Celery
from django.conf import settings

from .arriving import Form
from .floor import sign_in
from .sides import Side

NAME = "pmi_portal.bench.floor.celery"
IN_INBOX = """
    SELECT reference FROM floor_case JOIN floor_event ON floor_event.case_id = floor_case.id
    WHERE kind = 'sent' AND reference = ANY(%s)
"""


class Floor(Side):
    def __init__(self, address: str) -> None:
        super().__init__(address, sign_in(address))
        self.database = environ.Env.db_url_config(os.environ["FLOOR_URL"])
        self.tasks = Celery("floor's", broker=settings.CELERY_BROKER_URL, set_as_current=False)

    def connect(self) -> psycopg.Connection[Any]:
        found = self.database
        return psycopg.connect(host=found["HOST"], user=found["USER"], dbname=found["NAME"], autocommit=True)

    def forms(self, count: int) -> list[Form]:
        keys = [uuid4().hex for _form in range(count)]
        typed = {"name": "Contoh", "country": "TW", "chronology": "Gaji tidak dibayar."}
        return [Form(key, "/refer/", urlencode(typed | {"reference": key})) for key in keys]

    def arrived(self, connection: psycopg.Connection[Any], keys: list[str]) -> list[str]:
        return [reference for (reference,) in connection.execute(IN_INBOX, [keys])]

    def forget(self) -> None:
        with self.connect() as connection:
            connection.execute("DELETE FROM floor_errand")
            connection.execute("DELETE FROM floor_event WHERE kind = 'sent'")
            connection.execute("VACUUM ANALYZE floor_event, floor_errand")

    def put(self, count: int, *, due: bool) -> None:
        with self.connect() as connection:
            connection.execute(
                "INSERT INTO floor_errand (case_id, due_at) SELECT id, now() FROM floor_case ORDER BY id LIMIT %s",
                [count],
            )

    def let_come(self) -> None:
        with self.connect() as connection:
            for (pk,) in connection.execute("SELECT id FROM floor_errand").fetchall():
                connection.execute("UPDATE floor_errand SET due_at = now() WHERE id = %s", [pk])
                self.tasks.send_task(f"{NAME}.move", args=[pk], queue="floor")

    def nudge(self) -> None:
        for _process in range(2):
            self.tasks.send_task(f"{NAME}.move_all", queue="floor")

    def left(self, connection: psycopg.Connection[Any]) -> int:
        row = connection.execute("SELECT count(*) FROM floor_errand").fetchone()
        assert row
        return int(row[0])
