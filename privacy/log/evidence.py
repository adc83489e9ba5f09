"""What proves the log: checkpoint files that were kept off the machine, or else what the database itself says."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from django.db.models import QuerySet

from ..models import LogCheckpoint, LogLeaf
from . import notes
from .merkle import CompactRange

AT_A_TIME = 2000


class EvidenceRefused(Exception):
    """What should prove the log cannot be trusted itself; the message says which file and why."""


@dataclass(frozen=True)
class Proof:
    """That the entry of this number, with this hash, stood at a position; `by` names the checkpoint."""

    entry: int
    digest: bytes
    by: str


def in_order(leaves: QuerySet[LogLeaf]) -> Iterator[LogLeaf]:
    """The leaves by position, some at a time, so that a log of any length takes the same memory."""
    after = -1
    while some := list(leaves.filter(position__gt=after).order_by("position")[:AT_A_TIME]):
        yield from some
        after = some[-1].position


class Evidence(Protocol):
    """Proofs in the order of positions, and how many there are."""

    size: int

    def proofs(self) -> Iterator[Proof]: ...


class Files:
    """The checkpoint files of a folder, every one of which must be signed, follow the one before, and fit its own root."""

    def __init__(self, folder: Path, *, public_key: str) -> None:
        files = sorted(folder.glob("*.checkpoint"))
        if not files:
            raise EvidenceRefused(f"No checkpoint is in {folder}.")
        self.notes = [(path, _note(path, public_key)) for path in files]
        for (_path, before), (path, note) in pairwise(self.notes):
            if note.size <= before.size:
                raise EvidenceRefused(f"{path.name} does not follow the file before it.")
        self.size = self.notes[-1][1].size

    def proofs(self) -> Iterator[Proof]:
        """Raises EvidenceRefused before the first line of a file whose lines do not make the root that it signs."""
        tree = CompactRange()
        for path, note in self.notes:
            for _entry, digest in _lines(path):
                tree.append(digest)
            if (tree.size, tree.root) != (note.size, note.root):
                raise EvidenceRefused(f"{path.name} was altered, or a file before it is missing.")
            for entry, digest in _lines(path):
                yield Proof(entry, digest, path.name)


def _note(path: Path, public_key: str) -> notes.Note:
    with path.open() as file:
        head = "".join(line for _number, line in zip(range(6), file, strict=False))
    try:
        return notes.read(head, public_key=public_key)
    except notes.NoteRefused as refusal:
        raise EvidenceRefused(f"{path.name}: {refusal}") from refusal


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open() as file:
        for number, line in enumerate(file):
            if number < 6:
                continue
            try:
                entry, digest = line.split()
                yield int(entry), base64.b64decode(digest, validate=True)
            except (ValueError, binascii.Error):
                raise EvidenceRefused(f"Line {number + 1} of {path.name} cannot be read.") from None


class Database:
    """The tree and the signed checkpoints as the database has them: good against all but its owner."""

    def __init__(self, *, public_key: str) -> None:
        self.size = LogLeaf.objects.count()
        self.checkpoints = {
            row.size: notes.read(row.note, public_key=public_key)
            for row in LogCheckpoint.objects.order_by("size")
        }

    def proofs(self) -> Iterator[Proof]:
        """Raises EvidenceRefused where the hashes do not make the root of a signed checkpoint."""
        tree = CompactRange()
        for leaf in in_order(LogLeaf.objects.all()):
            tree.append(bytes(leaf.hash))
            yield Proof(leaf.entry_id, bytes(leaf.hash), "the database's own tree")
            self._check(tree)
        if missing := [size for size in self.checkpoints if size > tree.size]:
            raise EvidenceRefused(
                f"The tree ends at {tree.size} entries, and a checkpoint was signed at {missing[0]}."
            )

    def _check(self, tree: CompactRange) -> None:
        note = self.checkpoints.get(tree.size)
        if note is not None and (note.size, note.root) != (tree.size, tree.root):
            before = max((size for size in self.checkpoints if size < tree.size), default=0)
            raise EvidenceRefused(
                f"Among the entries at positions {before + 1} to {tree.size} something was altered and the hashes were "
                "made anew. The checkpoint files kept elsewhere name the entry."
            )
