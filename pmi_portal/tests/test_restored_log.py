"""The access log of a backup is proved against checkpoints that outlived the portal: what is lost is told, what was cut is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.utils import timezone

from pmi_portal.backup import log
from pmi_portal.backup.manifest import Manifest
from pmi_portal.backup.trouble import Trouble
from privacy.log import checkpoints, sequencer
from privacy.log.merkle import CompactRange, leaf_hash
from privacy.log.serial import entry_bytes
from privacy.models import LogCheckpoint, LogEntry, LogLeaf, LogTree
from privacy.tests.logs import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.LOG_CHECKPOINTS_DIR = str(tmp_path / "kept")
    return tmp_path / "kept"


@pytest.fixture
def kept(folder: Path) -> Manifest:
    """Six entries, each third with a checkpoint in the folder, were backed up now."""
    for _time in range(2):
        write(3)
        sign()
    return backed_up()


def sign() -> None:
    checkpoints.make()
    checkpoints.send_off()


def backed_up() -> Manifest:
    head = LogTree.objects.get()
    return Manifest(
        made_at=timezone.now().isoformat(),
        migrations=[],
        tables={},
        files={},
        documents=0,
        ledger=0,
        log={"size": head.size, "peaks": bytes(head.peaks).hex()},
    )


def lose(*counts: int) -> None:
    """The portal goes on, signs, files and is lost; the files are left."""
    with transaction.atomic():
        for count in counts:
            write(count)
            sign()
        transaction.set_rollback(True)


def superuser(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE; SET LOCAL session_replication_role = replica")
        cursor.execute(statement)


def make_tree_anew() -> None:
    """As somebody who covers the tracks before the backup is made."""
    tree = CompactRange()
    with connection.cursor() as cursor:
        for leaf in LogLeaf.objects.select_related("entry").order_by("position"):
            digest = leaf_hash(entry_bytes(leaf.entry))
            tree.append(digest)
            cursor.execute(
                "UPDATE privacy_logleaf SET hash = %s WHERE position = %s", [digest, leaf.position]
            )
        cursor.execute("UPDATE privacy_logtree SET size = %s, peaks = %s", [tree.size, tree.to_bytes()])
        cursor.execute("DELETE FROM privacy_logcheckpoint")


def test_what_came_back_is_proved_by_every_checkpoint(kept: Manifest, folder: Path) -> None:
    assert log.prove(kept) == f"6 entries of then are what was written, proved by 2 checkpoints in {folder}"


def test_later_checkpoints_are_a_gap_that_is_told_with_its_days(kept: Manifest, folder: Path) -> None:
    lose(4, 2)
    told = log.prove(kept)
    assert "6 entries of then are what was written, proved by 2 checkpoints" in told
    assert f"2 checkpoints of {timezone.now():%Y-%m-%d}" in told
    assert "count up to 12 entries: what was read and written after the backup is lost" in told
    assert told.endswith("keep them: 000000000010.checkpoint, 000000000012.checkpoint")


def test_entries_that_a_later_checkpoint_counts_are_proved_by_it(kept: Manifest, folder: Path) -> None:
    write(1)
    sequencer.append_new()
    kept = backed_up()
    lose(4)
    assert "7 entries of then are what was written, proved by 2 checkpoints" in log.prove(kept)
    superuser("UPDATE privacy_logentry SET actor_id = 99 WHERE id = (SELECT max(id) FROM privacy_logentry)")
    make_tree_anew()
    with pytest.raises(Trouble, match=r"was altered\. It is number 7 .* proved by 000000000011\.checkpoint"):
        log.prove(backed_up())


def alter() -> None:
    superuser("UPDATE privacy_logentry SET actor_id = 99 WHERE id = (SELECT min(id) FROM privacy_logentry)")


def alter_and_make_anew() -> None:
    alter()
    make_tree_anew()


def cut_off() -> None:
    superuser("DELETE FROM privacy_logleaf WHERE position >= 4")
    superuser("DELETE FROM privacy_logentry WHERE id > (SELECT max(entry_id) FROM privacy_logleaf)")
    make_tree_anew()


@pytest.mark.parametrize("tamper", [alter, alter_and_make_anew, cut_off])
@pytest.mark.parametrize("later", [(), (4,)])
def test_a_log_that_was_tampered_with_is_refused(
    kept: Manifest, tamper: Callable[[], None], later: tuple[int, ...]
) -> None:
    lose(*later)
    tamper()
    with pytest.raises(Trouble):
        log.prove(kept)


def test_one_that_was_cut_off_before_the_backup_is_no_gap(kept: Manifest) -> None:
    lose(4)
    late = Manifest(**vars(kept) | {"made_at": (timezone.now() + timedelta(hours=1)).isoformat()})
    with pytest.raises(
        Trouble, match=r"cut off before it was backed up: 000000000010\.checkpoint counted 10 .* holds 6"
    ):
        log.prove(late)


def test_without_any_checkpoint_the_backup_alone_proves_it(
    kept: Manifest, settings: LazySettings, tmp_path: Path
) -> None:
    settings.LOG_CHECKPOINTS_DIR = ""
    assert "names no checkpoint" in log.prove(kept)
    alter_and_make_anew()
    with pytest.raises(Trouble, match="do not make the tree that the backup names"):
        log.prove(kept)


def test_into_a_new_folder_the_checkpoints_of_then_are_filed_anew(
    kept: Manifest, settings: LazySettings, tmp_path: Path
) -> None:
    settings.LOG_CHECKPOINTS_DIR = str(tmp_path / "new")
    assert "are filed there anew" in log.prove(kept)
    assert LogCheckpoint.objects.not_filed().count() == 2
    checkpoints.send_off()
    assert "proved by 2 checkpoints" in log.prove(kept)


def test_an_empty_log_is_proved_too(folder: Path) -> None:
    assert LogEntry.objects.count() == 0
    kept = Manifest(
        made_at=timezone.now().isoformat(), migrations=[], tables={}, files={}, documents=0, ledger=0
    )
    assert "0 entries of then" in log.prove(kept)
