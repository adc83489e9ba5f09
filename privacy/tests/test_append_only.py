"""What the database itself refuses to do to the access log."""

import pytest
from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction

from privacy import log
from privacy.choices import Verb
from privacy.log import checkpoints
from privacy.models import LogEntry

pytestmark = pytest.mark.django_db

REFUSED = [
    "UPDATE privacy_logentry SET what = 'other'",
    "DELETE FROM privacy_logentry",
    "UPDATE privacy_logleaf SET hash = 'x'",
    "DELETE FROM privacy_logleaf",
    "UPDATE privacy_logcheckpoint SET note = 'x'",
    "UPDATE privacy_logcheckpoint SET size = size + 1",
    "DELETE FROM privacy_logcheckpoint",
]
EMPTYING = [
    f"TRUNCATE privacy_{table} CASCADE" for table in ("logentry", "logleaf", "logcheckpoint", "logtree")
]


@pytest.fixture
def logged() -> None:
    log.add(Verb.READ, by=None, subjects=["case:1"], what="detail")
    assert checkpoints.make() is not None


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("statement", REFUSED + EMPTYING)
def test_the_role_of_web_and_worker_may_only_add_to_it(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("statement", REFUSED)
def test_a_trigger_stops_the_tables_owner(statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(f"RESET ROLE; {statement}")


INSERT = """
INSERT INTO privacy_logentry (at, verb, role, what, reason, owners, subjects)
VALUES (now(), 'read', %s, 'detail', '', '{}', %s)
"""
DRAFT = "draft:0d8f5f0c-8f5e-4a60-9b3b-6f1a2c3d4e5f"


@pytest.mark.parametrize(
    ("role", "subjects"),
    [
        ("caseworker", ["Melati"]),
        ("caseworker", ["case:1", "case:Melati"]),
        ("caseworker", ["case:1 Melati"]),
        ("caseworker", ["case:1", "draft:melati"]),
        ("caseworker", ["case:1", ""]),
        ("caseworker", ["case:1\nMelati"]),
        ("Melati", ["case:1"]),
        ("melati@example.org", ["case:1"]),
    ],
)
def test_a_plain_insert_of_a_name_is_refused(role: str, subjects: list[str]) -> None:
    with pytest.raises(IntegrityError, match="log_holds_"), transaction.atomic():
        connection.cursor().execute(INSERT, [role, subjects])


@pytest.mark.parametrize("subjects", [[], ["case:1"], ["case:1", "case:42", DRAFT]])
def test_a_plain_insert_of_numbers_is_taken(subjects: list[str]) -> None:
    connection.cursor().execute(INSERT, ["protection_officer", subjects])
    assert LogEntry.objects.get().subjects == subjects


@pytest.mark.parametrize("text", ["Melati was beaten", "MELATI", "+62812", "melati@example.org", "a" * 61])
def test_no_sentence_and_no_name_gets_into_the_log(text: str) -> None:
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        log.add(Verb.READ, by=None, subjects=["case:1"], what=text)
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        log.add(Verb.READ, by=None, subjects=["case:1"], reason=text)
