"""The verbs of an act on many cases. Each is one transaction with an explicit actor; doing it is the worker's (working.py)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Case
from notifications.nudges import nudge
from privacy import keys
from privacy.tracing import current_id

from . import rules, tasks
from .choices import BulkState, Kind
from .models import BulkAct
from .selecting import newest

PICKED = 200  # cases that are picked one by one
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


class BulkRefused(Exception):
    """It cannot be done as the act is now; the message says why to the reader."""


@transaction.atomic
def prepare(
    *, by: User, kind: Kind, key: UUID, references: Iterable[str] = (), asked: Mapping[str, str] | None = None
) -> BulkAct:
    """Begin an act on the cases with these references, or on all that the list shows when `asked` so; nothing is done yet.

    The same key twice is one act. Raises PermissionDenied for whoever may do no such thing, BulkRefused when no case is chosen.
    """
    if not rules.can(by, kind):
        raise PermissionDenied
    if earlier := BulkAct.objects.filter(pk=key).first():
        if earlier.by_id != by.pk:
            raise PermissionDenied
        return earlier
    picked: list[int] = []
    if asked is None:
        named = Case.objects.known_to(by).filter(reference__in=list(references)[:PICKED])
        picked = list(named.order_by("pk").values_list("pk", flat=True))
        if not picked:
            raise BulkRefused(_("Tick at least one case, or choose all that match."))
    act = BulkAct(
        pk=key, by=by, partner=by.partner, kind=kind, picked=picked, next_at=None, data_key=keys.make()
    )
    act.asked = dict(asked or {})
    act.save(force_insert=True)
    return act


@transaction.atomic
def confirm(*, by: User, act: BulkAct, values: Mapping[str, Any]) -> BulkAct:
    """Have it done. `values` are those fields of the act that say what is to be done. Asking twice is once.

    Raises PermissionDenied for somebody else's.
    """
    current = _hold(by, act)
    if not rules.can_carry_on(by, current):
        raise PermissionDenied
    if current.state != BulkState.DRAFT:
        return current
    for name, value in values.items():
        setattr(current, name, value)
    current.confirmed_at, current.last = timezone.now(), newest(by)
    current.password = _new_password() if current.is_personal else ""
    _wait(current, BulkState.GATHERING, "confirmed_at", "last", "password", *values)
    return current


def _new_password() -> str:
    """Of an archive: a hundred bits in letters and digits that nobody takes for one another."""
    signs = "".join(secrets.choice(SIGNS) for _sign in range(20))
    return "-".join(signs[start : start + 5] for start in range(0, 20, 5))


@transaction.atomic
def stop(*, by: User, act: BulkAct) -> None:
    """Have the worker stop after the cases that it has in hand. What was done stays.

    Raises PermissionDenied for somebody else's, BulkRefused when nothing is under way any more.
    """
    current = _hold(by, act)
    if not rules.can_stop(by, current):
        raise BulkRefused(_("There is nothing to stop any more."))
    current.stop_asked = True
    current.save(update_fields=["stop_asked"])


@transaction.atomic
def undo(*, by: User, act: BulkAct) -> BulkAct:
    """Have it taken back, but for cases in which somebody has changed the same since. Asking twice is once.

    Raises PermissionDenied for somebody else's, BulkRefused for what cannot be taken back (any more).
    """
    current = _hold(by, act)
    if current.state in (BulkState.UNDOING, BulkState.UNDONE):
        return current
    if not rules.can_undo(by, current):
        raise BulkRefused(_("This cannot be taken back any more."))
    current.undo_by, current.problem = by, {}
    _wait(current, BulkState.UNDOING, "undo_by", "problem")
    return current


@transaction.atomic
def discard(*, by: User, act: BulkAct) -> None:
    """Throw a draft away. Raises BulkRefused for what was confirmed."""
    current = _hold(by, act)
    if not rules.can_carry_on(by, current) or current.state != BulkState.DRAFT:
        raise BulkRefused(_("This was confirmed already."))
    key_id = current.data_key_id
    current.delete()
    keys.destroy([key_id])


def _hold(by: User, act: BulkAct) -> BulkAct:
    """The act as it is now, of those that this person sees."""
    current = BulkAct.objects.visible_to(by).select_for_update(no_key=True).filter(pk=act.pk).first()
    if current is None:
        raise PermissionDenied
    return current


def _wait(act: BulkAct, state: BulkState, *fields: str) -> None:
    """Put it before the worker."""
    act.state, act.next_at, act.attempts = state, Now(), 0
    act.stop_asked, act.trace_id = False, current_id()
    act.save(update_fields=["state", "next_at", "attempts", "stop_asked", "trace_id", *fields])
    nudge(tasks.work_on_bulk, str(act.pk))
