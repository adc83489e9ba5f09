"""Checkpoints: rows first, then files and mails, each once."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from notifications.models import Email
from privacy.log import checkpoints, notes
from privacy.models import LogCheckpoint, LogEntry, LogTree
from privacy.tasks import checkpoint_log, sequence_log

from .logs import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.LOG_CHECKPOINTS_DIR = str(tmp_path / "kept")
    return tmp_path / "kept"


def test_a_checkpoint_says_what_the_tree_is_and_is_signed() -> None:
    write(3)
    checkpoint = checkpoints.make()
    assert checkpoint is not None
    note = notes.read(checkpoint.note, public_key=notes.public_key())
    assert (note.size, note.root, note.made_at) == (3, bytes(checkpoint.root), checkpoint.made_at)


def test_where_nothing_is_new_none_is_made() -> None:
    assert checkpoints.make() is None
    write(1)
    assert checkpoints.make() is not None
    assert checkpoints.make() is None


def test_each_is_written_to_a_file_once_which_only_its_owner_reads(folder: Path) -> None:
    write(2)
    checkpoint_log()
    write(3)
    assert (checkpoint_log(), checkpoint_log()) == (1, 0)
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == ["000000000002.checkpoint", "000000000005.checkpoint"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o400}
    lines = files[1].read_text().splitlines()[6:]
    newest = LogEntry.objects.order_by("pk").values_list("pk", flat=True)[2:]
    assert [int(line.split()[0]) for line in lines] == list(newest)


def test_a_file_that_is_there_is_never_written_over(folder: Path) -> None:
    write(1)
    folder.mkdir()
    (folder / "000000000001.checkpoint").write_text("as it was")
    checkpoint_log()
    assert (folder / "000000000001.checkpoint").read_text() == "as it was"


def test_a_folder_that_takes_nothing_is_tried_again(settings: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.LOG_CHECKPOINTS_DIR = str(tmp_path / "file" / "below")
    write(1)
    with pytest.raises(OSError, match=r"."):
        checkpoint_log()
    settings.LOG_CHECKPOINTS_DIR = str(tmp_path / "kept")
    assert checkpoint_log() == 1


@pytest.fixture
def outbox(settings: LazySettings) -> None:
    """E-mails become rows, as they do outside of tests."""
    settings.EMAIL_BACKEND = "notifications.outbox.OutboxBackend"


@pytest.mark.usefixtures("outbox")
def test_each_is_mailed_once_to_everybody_named_and_names_nobody(settings: LazySettings) -> None:
    settings.LOG_CHECKPOINTS_TO = ["one@example.org", "two@example.org"]
    write(2)
    assert (checkpoint_log(), checkpoint_log()) == (1, 0)
    emails = Email.objects.order_by("to")
    assert [email.to for email in emails] == ["one@example.org", "two@example.org"]
    note = LogCheckpoint.objects.get().note
    assert all(email.body.endswith(note) and "case:" not in email.body for email in emails)


@pytest.mark.usefixtures("outbox")
def test_after_a_day_of_silence_the_newest_is_mailed_again(settings: LazySettings) -> None:
    settings.LOG_CHECKPOINTS_TO = ["one@example.org"]
    write(1)
    checkpoint_log()
    LogCheckpoint.objects.update(mailed_at=timezone.now() - timedelta(days=1, seconds=1))
    assert (checkpoint_log(), checkpoint_log()) == (1, 0)
    assert Email.objects.count() == 2


def test_the_sweep_takes_new_entries_into_the_tree() -> None:
    write(4)
    assert sequence_log() == 4
    assert LogTree.objects.get().size == 4


@pytest.mark.parametrize("key", ["", "not base64!", "c2hvcnQ="])
def test_without_a_sound_key_the_sentence_says_how_to_make_one(settings: LazySettings, key: str) -> None:
    settings.LOG_SIGNING_KEY = key
    with pytest.raises(ImproperlyConfigured, match="LOG_SIGNING_KEY") as refusal:
        notes.public_key()
    assert not key or key not in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["", "no note", "a\n\nb", "pmi-portal access log\n1\n\n— pmi-portal access log x"]
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(notes.NoteRefused):
        notes.read(text, public_key=notes.public_key())
