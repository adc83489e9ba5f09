"""A superuser who changes one entry and makes every hash anew is found out, every time, and the entry is named.

One log of 10,000 entries serves all tests of this module; what each does to it is taken back. LOG_ENTRIES makes it shorter
for `make mutants`, which needs it hundreds of times.
"""

import base64
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from privacy import acting
from privacy.log import checkpoints, notes
from privacy.log.evidence import Database, EvidenceRefused, Files
from privacy.log.merkle import CompactRange, leaf_hash
from privacy.log.sequencer import SETTLED_AFTER
from privacy.log.serial import entry_bytes
from privacy.log.verify import LEEWAY, Finding, Result, verify
from privacy.models import LogCheckpoint, LogEntry, LogLeaf

from .logs import write

pytestmark = pytest.mark.django_db  # pytest-django makes a database only when a test says that it needs one
ENTRIES = int(os.environ.get("LOG_ENTRIES", "10000"))
SEED = random.SystemRandom().randrange(2**32)
PLACES = [
    *(0, ENTRIES // 2 - 1, ENTRIES // 2, ENTRIES - 2, ENTRIES - 1),
    *random.Random(SEED).sample(range(1, ENTRIES - 3), 3),
]


class Log:
    """The log, its numbers in order, and the folder of checkpoints that was kept elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = [entry.pk for entry in write(ENTRIES // 2)]
        checkpoints.make()
        self.numbers += [entry.pk for entry in write(ENTRIES // 2)]
        checkpoints.make()
        for row, since in zip(LogCheckpoint.objects.order_by("size"), (0, ENTRIES // 2), strict=True):
            checkpoints.write_file(folder, row, since=since)

    def proved_by_files(self) -> Finding | None:
        return verify(Files(self.folder, public_key=notes.public_key())).finding


@pytest.fixture(scope="module")
def log(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Log]:
    print(f"seed {SEED}")
    with django_db_blocker.unblock(), acting.as_portal(), transaction.atomic():
        yield Log(tmp_path_factory.mktemp("checkpoints"))
        transaction.set_rollback(True)


@contextmanager
def superuser() -> Iterator[CursorWrapper]:
    """Somebody who may do anything in the database: no trigger, no foreign key and no role stops them. Taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE; SET LOCAL session_replication_role = replica")
        yield cursor
        transaction.set_rollback(True)


def make_anew(cursor: CursorWrapper, *numbers: int) -> None:
    """Cover the tracks: the leaves of these entries, the tree over all, and no checkpoint that says otherwise."""
    for entry in LogEntry.objects.filter(pk__in=numbers):
        digest = leaf_hash(entry_bytes(entry))
        cursor.execute("UPDATE privacy_logleaf SET hash = %s WHERE entry_id = %s", [digest, entry.pk])
    tree = CompactRange()
    for leaf in LogLeaf.objects.order_by("position"):
        tree.append(bytes(leaf.hash))
    cursor.execute("UPDATE privacy_logtree SET size = %s, peaks = %s", [tree.size, tree.to_bytes()])
    cursor.execute("DELETE FROM privacy_logcheckpoint")


def shift(cursor: CursorWrapper, *, behind: int, by: int) -> None:
    """Move all leaves behind a position by one."""
    cursor.execute("UPDATE privacy_logleaf SET position = -position - 1 WHERE position > %s", [behind])
    cursor.execute("UPDATE privacy_logleaf SET position = -position - 1 + %s WHERE position < 0", [by])


def alter(cursor: CursorWrapper, log: Log, place: int) -> tuple[str, int]:
    number = log.numbers[place]
    cursor.execute("UPDATE privacy_logentry SET actor_id = 99 WHERE id = %s", [number])
    make_anew(cursor, number)
    return "altered", number


def remove(cursor: CursorWrapper, log: Log, place: int) -> tuple[str, int]:
    number = log.numbers[place]
    cursor.execute("DELETE FROM privacy_logleaf WHERE entry_id = %s", [number])
    cursor.execute("DELETE FROM privacy_logentry WHERE id = %s", [number])
    shift(cursor, behind=place, by=-1)
    make_anew(cursor)
    return ("missing" if place == ENTRIES - 1 else "removed"), number


def insert(cursor: CursorWrapper, log: Log, place: int) -> tuple[str, int]:
    [forged] = write(1)
    shift(cursor, behind=place - 1, by=1)
    LogLeaf.objects.create(position=place, entry=forged, hash=bytes(32))
    make_anew(cursor, forged.pk)
    return "inserted", forged.pk


def swap(cursor: CursorWrapper, log: Log, place: int) -> tuple[str, int]:
    """What two entries say changes places, as if the later had come first."""
    first, second = log.numbers[min(place, ENTRIES - 2)], log.numbers[min(place, ENTRIES - 2) + 1]
    columns = "at, verb, actor_id, role, partner_id, subjects, what"
    cursor.execute(
        f"UPDATE privacy_logentry e SET ({columns}) = (SELECT {columns} FROM privacy_logentry o WHERE o.id = %s + %s - e.id) "
        "WHERE e.id IN (%s, %s)",
        [first, second, first, second],
    )
    make_anew(cursor, first, second)
    return "altered", first


def reorder(cursor: CursorWrapper, log: Log, place: int) -> tuple[str, int]:
    """Two entries change places in the tree."""
    place = min(place, ENTRIES - 3)
    first, third = log.numbers[place], log.numbers[place + 2]
    cursor.execute("UPDATE privacy_logleaf SET position = -1 WHERE entry_id = %s", [first])
    cursor.execute("UPDATE privacy_logleaf SET position = %s WHERE entry_id = %s", [place, third])
    cursor.execute("UPDATE privacy_logleaf SET position = %s WHERE entry_id = %s", [place + 2, first])
    make_anew(cursor)
    return "moved", first


def unhook(cursor: CursorWrapper, log: Log, place: int) -> tuple[str, int]:
    """The entry stays where it is, outside the tree."""
    number = log.numbers[place]
    cursor.execute("DELETE FROM privacy_logleaf WHERE entry_id = %s", [number])
    shift(cursor, behind=place, by=-1)
    make_anew(cursor)
    return ("missing" if place == ENTRIES - 1 else "removed"), number


def remove_two(cursor: CursorWrapper, log: Log, place: int) -> tuple[str, int]:
    place = min(place, ENTRIES - 3)
    for number in log.numbers[place : place + 2]:
        cursor.execute("DELETE FROM privacy_logleaf WHERE entry_id = %s", [number])
        cursor.execute("DELETE FROM privacy_logentry WHERE id = %s", [number])
    shift(cursor, behind=place, by=-2)
    make_anew(cursor)
    return "removed", log.numbers[place]


def truncate(cursor: CursorWrapper, log: Log, place: int) -> tuple[str, int]:
    cursor.execute("DELETE FROM privacy_logleaf WHERE position >= %s", [place])
    cursor.execute("DELETE FROM privacy_logentry WHERE id >= %s", [log.numbers[place]])
    make_anew(cursor)
    return "missing", log.numbers[place]


def test_the_untouched_log_is_proved_to_its_end(log: Log) -> None:
    result = verify(Files(log.folder, public_key=notes.public_key()))
    assert (result.proved, result.waiting, result.finding) == (ENTRIES, 0, None)
    assert verify(Database(public_key=notes.public_key())) == result


@pytest.mark.parametrize("tamper", [alter, remove, remove_two, unhook, insert, swap, reorder, truncate])
@pytest.mark.parametrize("place", range(len(PLACES)))
def test_whoever_makes_every_hash_anew_is_found_and_the_entry_named(
    log: Log, tamper: Callable[..., tuple[str, int]], place: int
) -> None:
    with superuser() as cursor:
        expected = tamper(cursor, log, PLACES[place])
        finding = log.proved_by_files()
    assert finding is not None, SEED
    assert (finding.kind, finding.entry) == expected, SEED


@pytest.mark.parametrize("tamper", [alter, remove, insert, swap, reorder, truncate])
def test_without_files_a_signed_checkpoint_in_the_database_still_tells(
    log: Log, tamper: Callable[..., tuple[str, int]]
) -> None:
    signed = list(LogCheckpoint.objects.all())
    with superuser() as cursor:
        tamper(cursor, log, ENTRIES * 7 // 10)
        LogCheckpoint.objects.bulk_create(signed)
        with pytest.raises(EvidenceRefused):
            verify(Database(public_key=notes.public_key()))


def test_without_files_an_entry_whose_hash_was_left_alone_is_named(log: Log) -> None:
    with superuser() as cursor:
        cursor.execute("UPDATE privacy_logentry SET role = 'nobody' WHERE id = %s", [log.numbers[123]])
        finding = verify(Database(public_key=notes.public_key())).finding
    assert finding is not None
    assert (finding.kind, finding.entry, finding.position) == ("altered", log.numbers[123], 123)


def test_an_old_entry_that_never_came_into_the_tree_is_named(log: Log) -> None:
    with superuser():
        [forged] = write(1)
        finding = verify(Files(log.folder, public_key=notes.public_key())).finding
    assert finding == Finding("inserted", forged.pk, ENTRIES, "its absence from the tree")


def test_an_entry_that_is_on_its_way_into_the_tree_is_waited_for(log: Log) -> None:
    def look(age: timedelta) -> Result:
        cursor.execute("UPDATE privacy_logentry SET at = %s WHERE id = %s", [timezone.now() - age, fresh.pk])
        return verify(Files(log.folder, public_key=notes.public_key()))

    with superuser() as cursor:
        [fresh] = write(1)
        assert look(timedelta()) == Result(ENTRIES, 1, None)
        assert look(LEEWAY + SETTLED_AFTER / 2).finding is None
        assert look(LEEWAY + SETTLED_AFTER * 2).finding is not None


def test_what_proves_it_is_named(log: Log) -> None:
    with superuser() as cursor:
        alter(cursor, log, ENTRIES - 1)
        finding = log.proved_by_files()
    assert finding is not None
    assert finding.by == f"{ENTRIES:012}.checkpoint"


def test_the_command_names_the_entry_and_fails(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_log", checkpoints=log.folder)
    assert f"All {ENTRIES} entries" in capsys.readouterr().out
    with superuser() as cursor:
        alter(cursor, log, 42)
        with pytest.raises(
            CommandError, match=rf"^Entry {log.numbers[42]} was altered\. It is number 43 in order"
        ):
            call_command("verify_log", checkpoints=log.folder)


class TestEvidence:
    """Files that were tampered with prove nothing, and say so."""

    @pytest.fixture
    def copy(self, log: Log, tmp_path: Path) -> Path:
        for file in log.folder.iterdir():
            (tmp_path / file.name).write_text(file.read_text())
        return tmp_path

    def refuse(self, folder: Path, key: str | None = None) -> str:
        with pytest.raises(EvidenceRefused) as refusal:
            verify(Files(folder, public_key=key or notes.public_key()))
        return str(refusal.value)

    def test_an_altered_line(self, copy: Path) -> None:
        file = copy / f"{ENTRIES:012}.checkpoint"
        lines = file.read_text().splitlines(keepends=True)
        number = lines[100].split()[0]
        lines[100] = f"{number} {base64.b64encode(bytes(32)).decode()}\n"
        file.write_text("".join(lines))
        assert "was altered" in self.refuse(copy)

    def test_a_missing_file(self, copy: Path) -> None:
        (copy / f"{ENTRIES // 2:012}.checkpoint").unlink()
        assert "a file before it is missing" in self.refuse(copy)

    def test_an_altered_note(self, copy: Path) -> None:
        file = copy / f"{ENTRIES:012}.checkpoint"
        file.write_text(file.read_text().replace(f"\n{ENTRIES}\n", f"\n{ENTRIES - 1}\n", 1))
        assert "signature is not ours" in self.refuse(copy)

    def test_a_key_that_is_not_ours(self, copy: Path) -> None:
        assert "signature is not ours" in self.refuse(copy, base64.b64encode(bytes(31) + b"\x01").decode())

    def test_a_line_that_is_none(self, copy: Path) -> None:
        file = copy / f"{ENTRIES:012}.checkpoint"
        file.write_text(file.read_text() + "nonsense\n")
        assert "cannot be read" in self.refuse(copy)

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        assert "No checkpoint" in self.refuse(tmp_path)
