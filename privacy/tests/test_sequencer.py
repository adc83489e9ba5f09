"""New entries come into the tree in order, each once, however many work at it."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from django.db import DatabaseError, connection, transaction

from privacy.log import sequencer
from privacy.log.merkle import CompactRange, leaf_hash
from privacy.log.serial import entry_bytes
from privacy.models import LogEntry, LogLeaf, LogTree

from .logs import write


def expected_root() -> bytes:
    tree = CompactRange()
    for entry in LogEntry.objects.order_by("pk"):
        tree.append(leaf_hash(entry_bytes(entry)))
    return tree.root


def current_root() -> bytes:
    head = LogTree.objects.get()
    return CompactRange.from_bytes(head.size, bytes(head.peaks)).root


@pytest.mark.django_db
def test_every_entry_comes_into_the_tree_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "BATCH", 10)
    write(25)
    assert sequencer.append_new() == 25
    write(5)
    assert (sequencer.append_new(), sequencer.append_new()) == (5, 0)
    assert list(LogLeaf.objects.order_by("position").values_list("position", flat=True)) == list(range(30))
    assert current_root() == expected_root()


@pytest.mark.django_db
def test_one_that_was_committed_late_is_not_passed_over() -> None:
    late, *others = write(3)
    with transaction.atomic():
        LogEntry.objects.filter(pk=late.pk).select_for_update()
        numbers = [entry.pk for entry in others]
        assert numbers == sorted(numbers)
    sequencer.append_new()
    [newer] = write(1)
    sequencer.append_new()
    assert LogLeaf.objects.get(entry=newer).position == 3


@pytest.mark.django_db(transaction=True)
def test_many_sequencers_at_once_append_each_entry_once() -> None:
    write(40)

    def work(_number: int) -> int:
        try:
            return sequencer.append_new()
        finally:
            connection.close()

    contexts = [copy_context() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda pair: pair[1].run(work, pair[0]), enumerate(contexts)))
    done += sequencer.append_new()
    assert done == 40
    assert current_root() == expected_root()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE privacy_logentry SET what = 'nothing'",
        "DELETE FROM privacy_logentry",
        "UPDATE privacy_logleaf SET position = position + 1",
        "DELETE FROM privacy_logleaf",
        "DELETE FROM privacy_logcheckpoint",
        "UPDATE privacy_logcheckpoint SET size = 1",
    ],
)
def test_the_database_refuses_to_change_what_was_logged(statement: str) -> None:
    from privacy.log import checkpoints

    write(2)
    checkpoints.make()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
