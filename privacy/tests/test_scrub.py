"""What of a text reaches the log, and what of an exception."""

import errno
import logging
import uuid
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from accounts.models import User
from accounts.tests.factories import make_portal_admin
from privacy import logs, scrub

PERSONAL = [
    ("sent to siti.aminah@contoh.example now", "sent to [e-mail] now"),
    ("NIK 3507011234567890.", "NIK [NIK]."),
    ("NIK 3507 0112 3456 7890", "NIK [NIK]"),
    ("paspor C1234567 hilang", "paspor [passport] hilang"),
    ("paspor AB 1234567 hilang", "paspor [passport] hilang"),
    ("telepon +62 812-3456-789", "telepon [phone]"),
    ("telepon 0812 3456 7890", "telepon [phone]"),
    ("telepon 00974 5555 1234", "telepon [phone]"),
    ("kartu 123456789012", "kartu [number]"),
    ("GET /cases/?q=Siti&page=2 came", "GET /cases/ came"),
    ("to https://siti:geheim@mail.example/box?key=Siti#frag", "to mail.example/box"),
    ("/letter/8d1c2e30-6f2b-4f0e-9c57-5a1f3b0f6a11/abc/", "/letter/…"),
    ("/partners/invitation/xyzzy-token/ opened", "/partners/invitation/<str:token>/ opened"),
    ("file /srv/portal/documents/Paspor-Siti.pdf lost", "file /srv/… lost"),
    ("insert failed\nDETAIL:  Key (email)=(siti) already exists.", "insert failed\\n"),
]


@pytest.mark.parametrize(("said", "told"), PERSONAL)
def test_what_looks_personal_is_left_out(said: str, told: str) -> None:
    assert scrub.text(said) == told


@pytest.mark.parametrize(
    "said",
    [
        "referral 123456 could not be routed",
        "e-mail 42 was not sent (try 3): SMTPServerDisconnected",
        "Task cases.tasks.sweep[8d1c2e30-6f2b-4f0e-9c57-5a1f3b0f6a11] succeeded in 0.0123456s: 0",
        "Task returns in 0.0004567891234s",
        "SP-2026-000042 at 2026-11-25 03:14:28",
        "Booting worker with pid: 123456",
    ],
)
def test_numbers_of_rows_references_and_times_stay(said: str) -> None:
    assert scrub.text(said) == said


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b", "\x00", "\u2028", "\u202e", "\x85", "\u200b"])
def test_nobody_writes_a_line_of_the_log(sign: str) -> None:
    told = scrub.text(f"a{sign}2026-11-25 ERROR forged")
    assert sign not in told
    assert told.startswith("a\\")


def test_what_another_library_quotes_is_left_out() -> None:
    assert scrub.foreign("Invalid HTTP_HOST header: 'siti.example'. You may") == (
        "Invalid HTTP_HOST header: '…'. You may"
    )
    assert scrub.foreign("worker couldn't start; don't wait") == "worker couldn't start; don't wait"


class Sealed:
    def __str__(self) -> str:
        return "Siti Aminah"

    __repr__ = __str__


def record(message: Any, *args: Any, name: str = "cases.clocks", **extra: Any) -> logging.LogRecord:
    return logging.getLogger(name).makeRecord(name, logging.INFO, "", 0, message, args, None, extra=extra)


@pytest.mark.parametrize("given", [Sealed(), User(full_name="Siti Aminah"), {"name": Sealed()}, [Sealed()]])
def test_an_object_is_named_by_its_kind_alone(given: Any) -> None:
    assert "Siti" not in logs.message_of(record("about %s", given))


def test_an_exception_as_an_argument_or_as_the_message_says_what_kind_it_is() -> None:
    error = ValueError("Siti Aminah")
    assert logs.message_of(record("failed: %s", error)) == "failed: ValueError"
    assert logs.message_of(record(error)) == "ValueError"


def test_a_message_with_the_wrong_arguments_is_told_without_them() -> None:
    assert logs.message_of(record("%d left", "Siti")) == "%d left"


def test_what_celery_tells_of_a_task_is_hidden_but_its_name_and_id() -> None:
    context = {
        "name": "t",
        "id": "1",
        "exc": "ValueError('Siti')",
        "args": "('Siti',)",
        "return_value": "Siti",
    }
    said = logs.message_of(
        record("Task %(name)s[%(id)s] %(exc)s %(args)s %(return_value)s", context, name="celery.app.trace")
    )
    assert said == "Task t[1] … … …"


def test_extra_fields_are_plain_and_looked_through() -> None:
    fields = logs.fields_of(record("x", user=3, why="siti@contoh.example", request=Sealed(), size=1.5))
    assert fields == {"user": 3, "why": "[e-mail]", "size": 1.5}


def broken(name: str) -> None:
    try:
        raise KeyError(name)
    except KeyError as error:
        raise RuntimeError(f"no {name}") from error


def test_an_exception_is_told_by_its_kind_and_its_way_through_the_code() -> None:
    with pytest.raises(RuntimeError) as caught:
        broken("Siti Aminah")
    first, cause = scrub.story(caught.value)
    assert first.startswith("RuntimeError at privacy/tests/test_scrub.py:")
    assert " broken < privacy/tests/test_scrub.py:" in first
    assert cause.startswith("KeyError at ")
    assert "Siti" not in first + cause


def test_an_error_of_the_disk_is_told_without_the_name_of_the_file() -> None:
    assert scrub.kind(FileNotFoundError(errno.ENOENT, "No such file", "Paspor Siti.pdf")) == (
        "FileNotFoundError(ENOENT)"
    )


@pytest.mark.django_db
def test_an_error_of_the_database_names_what_was_broken_and_no_value() -> None:
    person, other = make_portal_admin(), make_portal_admin()
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        User.objects.filter(pk=other.pk).update(email=person.email)
    told = scrub.kind(caught.value)
    assert told.startswith("IntegrityError(23505 ")
    assert person.email not in told
    with (
        pytest.raises(DataError, match="Siti") as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 'Siti Aminah'::int")
    assert scrub.kind(refused.value) == "DataError(22P02)"


def test_an_exception_that_is_its_own_cause_ends() -> None:
    error = ValueError("a")
    error.__cause__ = error
    assert len(scrub.story(error)) == 1


def test_a_plain_value_stays_what_it_is() -> None:
    number = uuid.uuid4()
    assert [scrub.value(given) for given in (1, "a", None, number)] == [1, "a", None, number]
