"""Proving that the access log that came back is the one that was backed up, entry by entry.

Checkpoint files outlive the portal that was lost: those of after the backup count entries that it does not hold. That is a
gap which is known, and told. One of before it that counts more than the backup holds is no gap: entries had been cut off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings

from privacy.acting import as_portal
from privacy.log import notes, sequencer
from privacy.log.evidence import Database, Evidence, EvidenceRefused, Files, Proof, in_order
from privacy.log.merkle import CompactRange
from privacy.log.notes import Note
from privacy.log.verify import verify
from privacy.models import LogCheckpoint, LogLeaf

from .manifest import Manifest
from .trouble import Trouble

LEEWAY = timedelta(minutes=5)  # by which the clocks of two machines may differ
NAMED = 5  # files of a gap


class Beginning:
    """The first proofs of other evidence, for as many entries as the backup holds."""

    def __init__(self, whole: Evidence, size: int) -> None:
        self.whole, self.size = whole, min(whole.size, size)

    def proofs(self) -> Iterator[Proof]:
        return islice(self.whole.proofs(), self.size)


def prove(kept: Manifest) -> str:
    """What the log holds up to the moment of the backup; Trouble for a log that was altered or cut off."""
    folder = Path(settings.LOG_CHECKPOINTS_DIR) if settings.LOG_CHECKPOINTS_DIR else None
    try:
        with as_portal():
            sequencer.append_new()
            return _proved(kept, folder)
    except (EvidenceRefused, notes.NoteRefused) as refusal:
        raise Trouble(f"{refusal} (Is LOG_SIGNING_KEY that of this backup?)") from refusal


def _proved(kept: Manifest, folder: Path | None) -> str:
    size = _size(kept)
    _compare(Beginning(Database(public_key=notes.public_key()), size))
    _refuse_another_tree(kept)
    said = f"{size} entries of then are what was written"
    if folder is None:
        return f"{said}; LOG_CHECKPOINTS_DIR names no checkpoint to prove them against"
    if not any(folder.glob("*.checkpoint")):
        LogCheckpoint.objects.update(filed_at=None)
        return f"{said}; no checkpoint lies in {folder}, those of then are filed there anew"
    files = Files(folder, public_key=notes.public_key())
    later = [(path, note) for path, note in files.notes if note.size > size]
    _refuse_a_log_cut_off_before(kept, later)
    _compare(Beginning(files, size))
    return f"{said}, proved by {len(files.notes) - len(later)} checkpoints in {folder}{_gap(later)}"


def _size(kept: Manifest) -> int:
    return int(kept.log.get("size", 0))


def _compare(evidence: Beginning) -> None:
    finding = verify(evidence).finding
    if finding:
        raise Trouble(f"The access log is not what was written: {finding.sentence}")


def _refuse_another_tree(kept: Manifest) -> None:
    tree = CompactRange()
    for leaf in islice(in_order(LogLeaf.objects.all()), _size(kept)):
        tree.append(bytes(leaf.hash))
    if (tree.size, tree.to_bytes().hex()) != (_size(kept), kept.log.get("peaks", "")):
        raise Trouble(
            "The entries of the access log do not make the tree that the backup names: some were altered or cut off."
        )


def _refuse_a_log_cut_off_before(kept: Manifest, later: Sequence[tuple[Path, Note]]) -> None:
    for path, note in later:
        if note.made_at < datetime.fromisoformat(kept.made_at) - LEEWAY:
            raise Trouble(
                f"The access log had been cut off before it was backed up: {path.name} counted {note.size} entries at "
                f"{note.made_at:%Y-%m-%d %H:%M}, and the backup, made at {kept.made_at}, holds {_size(kept)}."
            )


def _gap(later: Sequence[tuple[Path, Note]]) -> str:
    """What checkpoints of after the backup tell of, and what is to be done with them."""
    if not later:
        return ""
    (first, first_note), (last, last_note) = later[0], later[-1]
    names = (
        ", ".join(path.name for path, _note in later)
        if len(later) <= NAMED
        else f"{first.name} to {last.name}"
    )
    return (
        f". {len(later)} checkpoints of {first_note.made_at:%Y-%m-%d %H:%M} to {last_note.made_at:%Y-%m-%d %H:%M} count up "
        f"to {last_note.size} entries: what was read and written after the backup is lost, and they are all that tells of "
        f"it. Before the portal starts, move them to another folder and keep them: {names}"
    )
