"""Signed checkpoints of the log: made as rows, then written to files and mailed, so that they leave the machine.

A file holds the signed note and, a line each, number and hash of the entries since the checkpoint before: with the files
kept elsewhere, `verify_log` names the first altered entry even when every hash in the database was made anew. The files
can be proved by the note, so a mailed note is enough to trust them. Neither holds anything personal.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from ..models import LogCheckpoint, LogLeaf, LogTree
from . import notes
from .merkle import CompactRange
from .sequencer import append_new

AT_LEAST = timedelta(days=1)  # that long without a checkpoint one is mailed anew, so that silence is a sign


def make() -> LogCheckpoint | None:
    """Sign what the tree is now, as a row; None when nothing came since the last one."""
    append_new()
    with transaction.atomic():
        head = LogTree.objects.select_for_update().filter(size__gt=0).first()
        if head is None or LogCheckpoint.objects.filter(size=head.size).exists():
            return None
        tree = CompactRange.from_bytes(head.size, bytes(head.peaks))
        note = notes.Note(tree.size, tree.root, timezone.now())
        return LogCheckpoint.objects.create(
            size=note.size, root=note.root, made_at=note.made_at, note=notes.sign(note)
        )


def send_off() -> int:
    """Write every checkpoint's file and mail it, each once; how many left the machine by either way."""
    return _file_all() + _mail_all()


def mail_again_if_silent() -> bool:
    """Mail the newest checkpoint once more when a day has passed without one: who gets none has to ask why."""
    newest = LogCheckpoint.objects.first()
    silent_since = timezone.now() - AT_LEAST
    if newest is None or newest.mailed_at is None or newest.mailed_at > silent_since:
        return False
    return bool(LogCheckpoint.objects.filter(pk=newest.pk, mailed_at=newest.mailed_at).update(mailed_at=None))


def _file_all() -> int:
    if not settings.LOG_CHECKPOINTS_DIR:
        return 0
    waiting = list(LogCheckpoint.objects.not_filed().values_list("pk", flat=True))
    return sum(_file(pk) for pk in waiting)


@transaction.atomic
def _file(pk: int) -> bool:
    row = LogCheckpoint.objects.select_for_update(skip_locked=True).filter(pk=pk, filed_at=None).first()
    if row is None:
        return False
    before = LogCheckpoint.objects.filter(size__lt=row.size).order_by("-size").first()
    write_file(Path(settings.LOG_CHECKPOINTS_DIR), row, since=before.size if before else 0)
    row.filed_at = timezone.now()
    row.save(update_fields=["filed_at"])
    return True


def write_file(folder: Path, row: LogCheckpoint, *, since: int) -> None:
    """Write `NNNNNNNNNNNN.checkpoint`, whole or not at all, readable only; one that is there is never overwritten.

    Raises OSError when the folder does not take it: then the next sweep tries again.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    final = folder / f"{row.size:012}.checkpoint"
    part = final.with_suffix(f".{os.getpid()}.part")
    part.unlink(missing_ok=True)  # of a crash
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(descriptor, "w") as file:
            file.write(row.note)
            file.writelines(leaf_lines(since, row.size))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # written before a crash kept the row from saying so
            os.link(part, final)
    finally:
        part.unlink(missing_ok=True)


def leaf_lines(since: int, until: int) -> Iterator[str]:
    """Number of the entry and its hash, a line each, for the positions from `since` until before `until`."""
    leaves = LogLeaf.objects.filter(position__gte=since, position__lt=until).order_by("position")
    for entry_id, digest in leaves.values_list("entry_id", "hash").iterator(chunk_size=2000):
        yield f"{entry_id} {base64.b64encode(digest).decode()}\n"


def _mail_all() -> int:
    if not settings.LOG_CHECKPOINTS_TO:
        return 0
    waiting = list(LogCheckpoint.objects.not_mailed().values_list("pk", flat=True))
    return sum(_mail(pk) for pk in waiting)


@transaction.atomic
def _mail(pk: int) -> bool:
    """Put the note into the outbox of e-mails, in the transaction that stamps the row."""
    row = LogCheckpoint.objects.select_for_update(skip_locked=True).filter(pk=pk, mailed_at=None).first()
    if row is None:
        return False
    explained = (
        "Keep this message where nobody who runs the portal can reach it. It proves the access log up to the entry "
        "that the second line counts: `manage.py verify_log --checkpoints FOLDER` reads it from a file.\n\n"
    )
    subject = f"{notes.ORIGIN}: checkpoint at {row.size} entries"
    send_mail(subject, explained + row.note, None, list(settings.LOG_CHECKPOINTS_TO))
    row.mailed_at = timezone.now()
    row.save(update_fields=["mailed_at"])
    return True
