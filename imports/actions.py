"""The verbs of an import. Each is one transaction with an explicit actor; what takes long is the worker's (working.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.nudges import nudge
from privacy import keys, log
from privacy.choices import Verb
from privacy.tracing import current_id

from . import columns, rules, tasks, working
from .choices import ImportState
from .models import FILE_NAME, CaseImport
from .pieces import memory_of


class ImportRefused(Exception):
    """It cannot be done as the import is now; the message says why to the reader."""


@transaction.atomic
def upload(*, by: User, content: bytes, file_name: str, key: UUID) -> CaseImport:
    """Take in a table of old cases for the actor's partner; the worker reads it. The same key twice is one table.

    Raises PermissionDenied for whoever may not import.
    """
    if not rules.can_import(by):
        raise PermissionDenied
    assert by.partner is not None
    if earlier := CaseImport.objects.filter(pk=key).first():
        if earlier.by_id != by.pk:
            raise PermissionDenied
        return earlier
    table = CaseImport(
        pk=key, by=by, partner=by.partner, data_key=keys.make(), file_name=file_name[-FILE_NAME:]
    )
    table.content = table.seal(content)
    table.save(force_insert=True)
    _log(by, table)
    nudge(tasks.work_on_import, str(table.pk))
    return table


@transaction.atomic
def check(*, by: User, table: CaseImport, matched: Sequence[str], choices: Mapping[str, Any]) -> CaseImport:
    """Say what the columns are and what holds where a row says nothing, remember that, and have every row checked.

    `matched` is a target's code for each column, or nothing. Raises PermissionDenied for somebody else's table, ImportRefused for one that is past that.
    """
    current = _hold(by, table)
    if current.state == ImportState.CHECKING:
        return current
    if current.state not in (ImportState.MATCHING, ImportState.CHECKED):
        raise ImportRefused(_("This table is past that. Upload it again to match its columns anew."))
    current.mapping, current.choices = columns.mapping_of(matched), dict(choices)
    memory = memory_of(current)
    memory.columns = {**memory.columns, **columns.remembered(current.head["header"], matched)}
    memory.save(update_fields=["columns"])
    current.rows_checked = current.rows_wrong = current.rows_known = current.rows_warned = 0
    current.pieces.update(is_done=False)
    counts = ("rows_checked", "rows_wrong", "rows_known", "rows_warned")
    _wait(current, ImportState.CHECKING, "mapping", "choices", *counts)
    return current


@transaction.atomic
def carry_out(*, by: User, table: CaseImport) -> CaseImport:
    """Have cases made of every row that is right. Asking twice is once.

    Raises PermissionDenied for somebody else's table, ImportRefused while it was not checked or nothing in it is new.
    """
    current = _hold(by, table)
    if current.state in (ImportState.IMPORTING, *ImportState.ended()):
        return current
    if current.state != ImportState.CHECKED or current.rows_new <= 0:
        raise ImportRefused(_("There is nothing to import in this table."))
    current.pieces.update(is_done=False)
    _wait(current, ImportState.IMPORTING)
    _log(by, current)
    return current


@transaction.atomic
def stop(*, by: User, table: CaseImport) -> None:
    """Have the worker stop after the rows that it has in hand. What was imported stays.

    Raises PermissionDenied for a table of another partner, ImportRefused when nothing is under way any more.
    """
    found = CaseImport.objects.visible_to(by)
    if not found.filter(pk=table.pk).exists():
        raise PermissionDenied
    moving = (ImportState.CHECKING, ImportState.IMPORTING)
    if not found.filter(pk=table.pk, state__in=moving).update(stop_asked=True):
        raise ImportRefused(_("There is nothing to stop any more."))


@transaction.atomic
def undo(*, by: User, table: CaseImport) -> CaseImport:
    """Have the cases of an import taken back, but for those that somebody has worked on. Asking twice is once.

    Raises PermissionDenied for a table of another partner, ImportRefused after some days.
    """
    current = CaseImport.objects.visible_to(by).select_for_update(no_key=True).filter(pk=table.pk).first()
    if current is None:
        raise PermissionDenied
    if current.state in (ImportState.UNDOING, ImportState.UNDONE):
        return current
    if not rules.can_undo(by, current):
        raise ImportRefused(_("This import cannot be taken back any more."))
    _wait(current, ImportState.UNDOING)
    _log(by, current)
    return current


@transaction.atomic
def discard(*, by: User, table: CaseImport) -> None:
    """Throw a table away of which nothing was imported, with what it says. Raises ImportRefused for any other."""
    current = _hold(by, table)
    if current.state not in ImportState.resting():
        raise ImportRefused(_("This table is being read, or cases were made of it already."))
    working.forget([current.pk], why="discarded")
    _log(by, current)


def _hold(by: User, table: CaseImport) -> CaseImport:
    """The table as it is now, for whoever uploaded it."""
    current = CaseImport.objects.visible_to(by).select_for_update(no_key=True).filter(pk=table.pk).first()
    if current is None or not rules.can_carry_on(by, current):
        raise PermissionDenied
    return current


def _wait(table: CaseImport, state: ImportState, *fields: str) -> None:
    """Put it before the worker."""
    table.state, table.next_at, table.attempts = state, Now(), 0
    table.stop_asked, table.trace_id = False, current_id()
    table.save(update_fields=["state", "next_at", "attempts", "stop_asked", "trace_id", *fields])
    nudge(tasks.work_on_import, str(table.pk))


def _log(by: User, table: CaseImport) -> None:
    """A table is full of people before it is any case: the log names it as it names a draft."""
    log.add(Verb.WROTE, by=by, subjects=[f"draft:{table.pk}"], owners=[table.partner_id], what="import")
