"""Puts new entries into the tree, in one order, behind those who write them: nobody's page waits for the tree."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from ..acting import as_portal
from ..models import LogEntry, LogLeaf, LogTree
from .merkle import CompactRange, leaf_hash
from .serial import entry_bytes

BATCH = 1000
SETTLED_AFTER = timedelta(hours=1)  # no transaction lasts that long: no older entry can still come in


@as_portal()  # here and not left to the caller: a partner's part of the log would be taken for the whole
def append_new() -> int:
    """Take every committed entry into the tree; how many that were. Another one at it: nothing is done."""
    appended = 0
    while batch := _append_batch():
        appended += batch
        if batch < BATCH:
            break
    return appended


@transaction.atomic
def _append_batch() -> int:
    LogTree.objects.bulk_create([LogTree()], ignore_conflicts=True)
    head = LogTree.objects.select_for_update(skip_locked=True).first()
    if head is None:
        return 0
    new = list(LogEntry.objects.filter(pk__gt=head.settled, leaf=None).order_by("pk")[:BATCH])
    tree = CompactRange.from_bytes(head.size, bytes(head.peaks))
    leaves = []
    for entry in new:
        leaf = LogLeaf(position=tree.size, entry=entry, hash=leaf_hash(entry_bytes(entry)))
        tree.append(bytes(leaf.hash))
        leaves.append(leaf)
    LogLeaf.objects.bulk_create(leaves)
    head.size, head.peaks = tree.size, tree.to_bytes()
    if len(new) < BATCH:  # nothing older is left over
        head.settled = _settled(head)
    head.save()
    return len(new)


def _settled(head: LogTree) -> int:
    old = LogEntry.objects.filter(pk__gt=head.settled, at__lt=timezone.now() - SETTLED_AFTER)
    newest = old.order_by("-pk").values_list("pk", flat=True).first()
    return newest or head.settled
