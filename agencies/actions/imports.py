"""A table of people: uploading it, having it carried out, throwing it away. What takes long is the worker's (importing.py)."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.nudges import nudge
from privacy import keys
from privacy.tracing import current_id

from .. import importing, rules, tasks
from ..choices import ImportState
from ..models import Partner, PeopleImport
from ..wording import takes_nobody
from .shared import ActRefused, fresh


@transaction.atomic
def upload(*, by: User, partner: Partner | None, content: bytes, key: UUID) -> PeopleImport:
    """Take in a table of people for this partner (None: each row names its own); the worker reads it.

    The same key twice is one table. What this person uploaded before and did not have carried out is thrown away. Raises
    PermissionDenied for a partner that is not the actor's to manage, ActRefused for one that takes on nobody.
    """
    by = fresh(by)
    if not (by.manages_partners if partner is None else rules.can_manage_people_of(by, partner.pk)):
        raise PermissionDenied
    if not rules.takes_people(partner):
        raise ActRefused(takes_nobody(partner))
    earlier = PeopleImport.objects.filter(pk=key).first()
    if earlier is not None:
        if earlier.by_id != by.pk:
            raise PermissionDenied
        return earlier
    resting = (ImportState.WAITING, ImportState.CHECKED, ImportState.REFUSED)
    importing.forget(PeopleImport.objects.filter(by=by, state__in=resting))
    table = PeopleImport(pk=key, by=by, partner=partner, data_key=keys.make())
    table.content = table.seal(content)
    table.save(force_insert=True)
    nudge(tasks.work_on_import, str(table.pk))
    return table


@transaction.atomic
def carry_out(*, by: User, table: PeopleImport) -> PeopleImport:
    """Have everybody in the table invited. Asking twice is once.

    Raises PermissionDenied for a table of somebody else, ActRefused while a row is wrong and when it was thrown away.
    """
    by, current = fresh(by), _hold(by, table)
    if current.state in (ImportState.CONFIRMED, ImportState.DONE):
        return current
    if current.state != ImportState.CHECKED or current.rows_wrong:
        raise ActRefused(_("There are rows to be corrected first. Correct the table, and upload it again."))
    current.state, current.next_at, current.attempts = ImportState.CONFIRMED, Now(), 0
    current.trace_id = current_id()
    current.save(update_fields=["state", "next_at", "attempts", "trace_id"])
    nudge(tasks.work_on_import, str(current.pk))
    return current


@transaction.atomic
def discard(*, by: User, table: PeopleImport) -> None:
    """Throw a table away, with what it says. Raises ActRefused for one that is being carried out, or was."""
    by, current = fresh(by), _hold(by, table)
    if current.state in (ImportState.CONFIRMED, ImportState.DONE):
        raise ActRefused(_("This table is being carried out already."))
    importing.forget(PeopleImport.objects.filter(pk=current.pk))


def _hold(by: User, table: PeopleImport) -> PeopleImport:
    """The table as it is now. The worker holds it while it invites: then it is not waited for."""
    found = PeopleImport.objects.visible_to(by).filter(pk=table.pk)
    current = found.select_for_update(no_key=True, skip_locked=True).first()
    if current is not None:
        return current
    if found.filter(state=ImportState.CONFIRMED).exists():
        return found.get()
    if found.exists():
        raise ActRefused(_("The table is being read this moment. Please try again."))
    raise PermissionDenied
