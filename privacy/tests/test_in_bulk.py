"""Many rows opened at once say what each says by itself, and nothing that was altered or moved says anything."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from cases.models import Worker
from cases.tests.factories import make_case
from privacy import keys
from privacy.in_bulk import Opener
from privacy.sealing import KeyDestroyed, SealBroken

pytestmark = pytest.mark.django_db

NAMES = ("name", "nik", "contact", "home_village")


@pytest.fixture
def worker() -> Worker:
    return make_case(worker={"name": "Contoh Sedap Malam 😊", "nik": "3578014506900003"}).worker


def columns(worker: Worker) -> tuple[int, UUID, bytes, str, list[bytes]]:
    """The row as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(NAMES)}, k.id, wrapped, wrapped_by FROM cases_worker w "
            "JOIN privacy_datakey k ON k.id = w.data_key_id WHERE w.id = %s",
            [worker.pk],
        )
        *values, key_id, wrapped, by = cursor.fetchone()
    return worker.pk, key_id, bytes(wrapped), by, [bytes(value) for value in values]


def test_a_row_says_what_it_says_by_itself(worker: Worker) -> None:
    by_itself = [getattr(Worker.objects.get(pk=worker.pk), name) for name in NAMES]
    assert Opener(Worker, NAMES).texts(*columns(worker)) == by_itself
    assert by_itself[2:] == ["", ""]


def altered(place: int, new: Any, worker: Worker) -> list[Any]:
    row: list[Any] = list(columns(worker))
    row[place] = new(row[place])
    return row


@pytest.mark.parametrize(
    ("place", "new"),
    [
        (0, lambda number: number + 1),  # another row's
        (1, lambda _key: uuid4()),  # another key's
        (2, lambda wrapped: wrapped[:-1] + bytes([wrapped[-1] ^ 1])),
        (3, lambda _name: "gone"),
        (4, lambda values: [values[1], values[0], *values[2:]]),  # another column's
        (4, lambda values: [values[0][:-1] + bytes([values[0][-1] ^ 1]), *values[1:]]),
        (4, lambda values: [values[0][:20], *values[1:]]),
        (4, lambda values: [b"\x02" + values[0][1:], *values[1:]]),
        (4, lambda values: [b"x", *values[1:]]),
    ],
)
def test_what_was_altered_or_moved_is_refused_and_told(
    worker: Worker, place: int, new: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(SealBroken):
        Opener(Worker, NAMES).texts(*altered(place, new, worker))
    assert f"row {columns(worker)[0] + (place == 0)}" in caplog.text
    assert "Contoh" not in caplog.text


def test_what_was_erased_says_so(worker: Worker) -> None:
    row = columns(worker)
    keys.destroy([row[1]])
    with pytest.raises(KeyDestroyed):
        Opener(Worker, NAMES).texts(*columns(worker))
