"""Whether the access log is what was written: the first entry that is not, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.db import transaction
from django.utils import timezone

from ..acting import as_portal
from ..models import LogEntry, LogLeaf
from .evidence import Evidence, Proof, in_order
from .merkle import leaf_hash
from .sequencer import SETTLED_AFTER
from .serial import entry_bytes

Kind = Literal["altered", "removed", "inserted", "moved", "missing"]
LEEWAY = timedelta(hours=1)  # beyond which an entry outside the tree cannot be one that is on its way
SENTENCES: dict[Kind, str] = {
    "altered": "Entry {entry} was altered.",
    "removed": "Entry {entry} was removed.",
    "inserted": "Entry {entry} was put in later.",
    "moved": "Entry {entry} was moved: another stands in its place.",
    "missing": "Entry {entry} and all after it are missing.",
}


@dataclass(frozen=True)
class Finding:
    """The first entry (its number in the log) that is not what it was, its position from 0, and what proves it."""

    kind: Kind
    entry: int
    position: int
    by: str

    @property
    def sentence(self) -> str:
        said = SENTENCES[self.kind].format(entry=self.entry)
        return f"{said} It is number {self.position + 1} in order, proved by {self.by}."


@dataclass(frozen=True)
class Result:
    """How many entries were proved, how many are too new to be, and the first that is wrong."""

    proved: int
    waiting: int
    finding: Finding | None


Seen = tuple[int, bytes]  # number and hash of an entry as it is now


@as_portal()  # whoever asks: of the whole log
@transaction.atomic
def verify(evidence: Evidence, *, progress: Callable[[int], None] = lambda done: None) -> Result:
    """Compare every entry with the evidence, in order, with flat memory.

    Raises EvidenceRefused when the evidence itself was tampered with.
    """
    now, proofs = _now(), evidence.proofs()
    entry, proof = next(now, None), next(proofs, None)
    position = 0
    while proof is not None:
        if entry != (proof.entry, proof.digest):
            return Result(
                position, 0, _tell_apart(position, proof, next(proofs, None), entry, next(now, None))
            )
        position += 1
        progress(position)
        entry, proof = next(now, None), next(proofs, None)
    return Result(position, _waiting(), _outside())


def _now() -> Iterator[Seen]:
    """The entries in the order of the database's tree, with their hashes computed anew."""
    for leaf in in_order(LogLeaf.objects.select_related("entry")):
        yield leaf.entry.pk, leaf_hash(entry_bytes(leaf.entry))


def _tell_apart(
    position: int, proof: Proof, proof_after: Proof | None, entry: Seen | None, entry_after: Seen | None
) -> Finding:
    """What became of the first place at which log and evidence differ."""
    kind: Kind
    number = proof.entry
    follows = proof_after is not None and entry == (proof_after.entry, proof_after.digest)
    stands_behind = entry_after == (proof.entry, proof.digest)
    if entry is None:
        kind = "missing"
    elif follows and not stands_behind:
        kind = "removed"
    elif stands_behind and not follows:
        kind, number = "inserted", entry[0]
    elif entry[0] == proof.entry:
        kind = "altered"
    else:
        kind = "moved" if LogEntry.objects.filter(pk=proof.entry).exists() else "removed"
    return Finding(kind, number, position, proof.by)


def _waiting() -> int:
    return LogEntry.objects.filter(leaf=None).count()


def _outside() -> Finding | None:
    """An entry that stands outside the tree although it is old: nobody brought it in while the portal ran."""
    old = timezone.now() - SETTLED_AFTER - LEEWAY
    entry = LogEntry.objects.filter(leaf=None, at__lt=old).order_by("pk").first()
    if entry is None:
        return None
    return Finding("inserted", entry.pk, LogLeaf.objects.count(), "its absence from the tree")
