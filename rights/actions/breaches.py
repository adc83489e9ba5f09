"""The breach register: writing down, completing, telling, closing. Those who keep it read no case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from agencies.models import Partner
from privacy import keys, log
from privacy.choices import Verb

from .. import rules
from ..choices import ALLOWED, WARN_AFTER, Addressee, Reminded
from ..models import Breach, BreachNotice
from .shared import Refused, Stale, made_by, next_number, one_at_a_time

LISTED_LATE = timedelta(days=1)  # our own addition: after the 72 hours there is no time left to count


@transaction.atomic
def record_breach(*, by: User, key: UUID, found_at: datetime, **fields: Any) -> Breach:
    """Write down a failure of protection; the authority is put on the list of those to tell, and the public where it must.

    The same `key` again is the same breach. Raises PermissionDenied.
    """
    one_at_a_time(key)
    if earlier := made_by(key, Breach):
        if earlier.recorded_by_id != by.pk:
            raise PermissionDenied
        return earlier
    if not by.can(Right.KEEP_BREACHES):
        raise PermissionDenied
    if by.partner is not None:
        fields["partner"] = by.partner
    now, year = timezone.now(), timezone.localdate(found_at).year
    number = next_number(Breach.objects.filter(year=year), "breaches")
    breach = Breach.objects.create(
        pk=key,
        data_key=keys.make(),
        year=year,
        number=number,
        reference=f"INSIDEN-{year}-{number:03d}",
        found_at=found_at,
        due_at=found_at + ALLOWED,
        next_at=found_at + WARN_AFTER,
        recorded_by=by,
        recorded_at=now,
        changed_at=now,
        **fields,
    )
    _list_who_must_be_told(breach)
    _log(breach, by)
    return breach


@transaction.atomic
def edit_breach(
    *, by: User, breach: Breach, version: int, key: UUID, found_at: datetime, **fields: Any
) -> Breach:
    """Complete what is known. Raises PermissionDenied, Stale."""
    current, fresh = _begin(by, breach, version, key)
    if not fresh:
        return current
    if by.partner is not None:
        fields.pop("partner", None)
    for name, value in fields.items():
        setattr(current, name, value)
    if current.found_at != found_at:
        current.found_at, current.due_at = found_at, found_at + ALLOWED
        current.next_at, current.reminded = found_at + WARN_AFTER, Reminded.NOTHING
        current.notices.filter(told_at=None).update(due_at=current.due_at)
    _stamp(current, by, key)
    _list_who_must_be_told(current)
    return current


def _list_who_must_be_told(breach: Breach) -> None:
    """The authority always (art. 46(1) b); the public while that is ticked (art. 46(3)); the partner where it happened."""
    _add(breach, Addressee.AUTHORITY)
    if breach.partner is not None:
        _add(breach, Addressee.PARTNER, partner=breach.partner)
    if breach.public:
        _add(breach, Addressee.PUBLIC)
    else:
        breach.notices.filter(addressee=Addressee.PUBLIC, told_at=None).delete()


def _add(
    breach: Breach, addressee: Addressee, *, reference: str = "", partner: Partner | None = None
) -> bool:
    _row, created = BreachNotice.objects.get_or_create(
        breach=breach,
        addressee=addressee,
        reference=reference,
        partner=partner,
        defaults={"due_at": breach.due_at},
    )
    if (
        created and breach.next_at is None
    ):  # all was said of it; whoever is listed since is asked about in a day
        breach.next_at = timezone.now() + LISTED_LATE
        Breach.objects.filter(pk=breach.pk).update(next_at=breach.next_at)
    return created


@transaction.atomic
def add_notices(*, by: User, breach: Breach, cases: Iterable[tuple[str, Partner]]) -> int:
    """Put the workers of these cases (reference, partner) on the list of those to tell; how many are new there.

    Their partners are listed as well: they know the workers, and tell them. Raises PermissionDenied.
    """
    current = _lock(breach)
    if not rules.can_edit_breach(by, current):
        raise PermissionDenied
    added = 0
    for reference, partner in cases:
        added += _add(current, Addressee.SUBJECT, reference=reference, partner=partner)
        _add(current, Addressee.PARTNER, partner=partner)
    if added:
        Breach.objects.filter(pk=current.pk).update(changed_at=timezone.now())
        _log(current, by)
    return added


@transaction.atomic
def told_breach(
    *, by: User, notice: BreachNotice, channel: str, told_at: datetime | None = None
) -> BreachNotice:
    """Tick that somebody was told, with when and how. What is ticked stays as it was first ticked."""
    current = _lock(notice.breach)
    if not rules.can_edit_breach(by, current):
        raise PermissionDenied
    row = BreachNotice.objects.get(pk=notice.pk, breach=current)
    if row.told_at is None:
        row.told_at, row.told_by, row.told_channel = told_at or timezone.now(), by, channel
        row.save(update_fields=["told_at", "told_by", "told_channel"])
        Breach.objects.filter(pk=current.pk).update(changed_at=timezone.now())
        _log(current, by)
    return row


@transaction.atomic
def close_breach(*, by: User, breach: Breach, version: int, key: UUID) -> Breach:
    """Close the file once everybody was told. Raises PermissionDenied, Stale, Refused while somebody was not."""
    current, fresh = _begin(by, breach, version, key)
    if not fresh:
        return current
    if waiting := current.notices.filter(told_at=None).count():
        raise Refused(_("Not everybody was told yet: %(n)d are missing.") % {"n": waiting})
    current.closed_at, current.closed_by, current.next_at = timezone.now(), by, None
    _stamp(current, by, key)
    return current


def _begin(by: User, breach: Breach, version: int, key: UUID) -> tuple[Breach, bool]:
    if not Breach.objects.visible_to(by).filter(pk=breach.pk).exists():
        raise PermissionDenied
    current = _lock(breach)
    if current.last_key == key:
        return current, False
    if not rules.can_edit_breach(by, current):
        raise PermissionDenied
    if current.version != version:
        raise Stale
    return current, True


def _stamp(breach: Breach, by: User, key: UUID) -> None:
    breach.version += 1
    breach.last_key, breach.changed_at = key, timezone.now()
    breach.save()
    _log(breach, by)


def _log(breach: Breach, by: User) -> None:
    """Who changed the register, and when. It names no case: a case's own people may be those whom a breach is about."""
    log.add(Verb.WROTE, by=by, subjects=[], what=f"breach:{breach.pk}")


def _lock(breach: Breach) -> Breach:
    locked = Breach.objects.select_for_update(of=("self",), no_key=True).select_related("partner")
    return locked.get(pk=breach.pk)
