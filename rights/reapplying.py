"""Applying the erasure ledger again, after a backup of the database was restored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from cases.models import Case
from privacy import keys
from privacy.models import DataKey

from . import erasing, ledger, wiping
from .choices import ErasureState
from .models import Erasure


@dataclass
class Count:
    """What reapplying did: lines of the ledger, cases erased anew, keys destroyed anew, cases that are not there."""

    lines: int = 0
    erased: int = 0
    keys: int = 0
    missing: int = 0


def reapply() -> Count:
    """Erase again whatever the ledger says was erased. Each line is a transaction of its own; repeating it changes nothing.

    Raises LedgerDamaged before anything is changed.
    """
    count = Count()
    for line in list(ledger.lines()):
        count.lines += 1
        _apply(line, count)
    return count


def _apply(line: ledger.Line, count: Count) -> None:
    ids = [UUID(key) for key in line.keys]
    with transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",), no_key=True).select_related("worker")
        case = locked.filter(reference=line.case).first()
        standing = DataKey.objects.filter(pk__in=ids, destroyed_at=None).count()
        count.keys += standing
        if case is None:
            count.missing += 1
            keys.destroy(ids)
            return
        if case.is_erased and not standing:
            return
        files = wiping.wipe(case, ids)
        at = datetime.fromisoformat(line.at)
        Case.objects.filter(pk=case.pk).update(erased_at=at, changed_at=at)
        _write_down(line, case, ids, at)
        count.erased += 1
    erasing.remove(files)


def _write_down(line: ledger.Line, case: Case, ids: list[UUID], at: datetime) -> None:
    """The row of the erasure, which the backup may not have or may have unfinished. Whoever confirmed it may be younger
    than the backup: then the ledger alone says who."""
    by = User.objects.filter(pk=line.by).first()
    if by is None:
        return
    Erasure.objects.exclude(state=ErasureState.DROPPED).update_or_create(
        case=case,
        defaults={
            "why": line.why,
            "state": ErasureState.ERASED,
            "decided_at": at,
            "decided_by": by,
            "erased_at": at,
            "next_at": None,
            "keys": ids,
        },
        create_defaults={
            "id": UUID(line.erasure),
            "why": line.why,
            "state": ErasureState.ERASED,
            "proposed_at": at,
            "decided_at": at,
            "decided_by": by,
            "erased_at": at,
            "keys": ids,
        },
    )
