"""What a partner is called, and was called before."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User

from .. import rules
from ..choices import StaffVerb
from ..models import FormerName, Partner
from ..today import today
from .shared import StaleData, fresh, record

EARLIEST = date(1945, 8, 17)


def names_mark(partner: Partner) -> str:
    """A mark of a partner's name and of those before it, by which a change by somebody else is noticed."""
    former = [[name.name_id, name.name_en, name.until.isoformat()] for name in partner.former_names.all()]
    said = json.dumps([partner.name_id, partner.name_en, former])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@transaction.atomic
def rename_partner(
    *, by: User, partner: Partner, name_id: str, name_en: str, on: date, basis: str, seen: str
) -> Partner:
    """Give a partner another name from that day on; the one it has is kept as a former name.

    The same name again is nothing done. Raises PermissionDenied for anybody but a portal admin, StaleData when the
    names are not what `seen` stands for any more, ValidationError for a day to come or before the last renaming.
    """
    current = _locked(by, partner)
    if (current.name_id, current.name_en) == (name_id, name_en):
        return current
    if names_mark(current) != seen:
        raise StaleData(_stale())
    last = current.former_names.first()
    if last is not None and on <= last.until:
        text = _("It was renamed on %(day)s last. Enter a later day.")
        raise ValidationError({"on": text % {"day": last.until.isoformat()}})
    _keep(current, current.name_id, current.name_en, on, basis, field="on")
    current.name_id, current.name_en = name_id, name_en
    current.full_clean(exclude=[f.name for f in Partner._meta.fields if f.name not in ("name_id", "name_en")])
    current.save(update_fields=["name_id", "name_en"])
    fields = ["name_id", "name_en"]
    record(
        StaffVerb.PARTNER_EDITED,
        by=fresh(by),
        partner=current,
        fields=fields,
        renamed=True,
        day=on.isoformat(),
    )
    return current


@transaction.atomic
def add_former_name(
    *, by: User, partner: Partner, name_id: str, name_en: str, until: date, basis: str
) -> FormerName:
    """Note a name that the partner bore before, by which it is found from now on. The same again is the one that is there.

    Raises PermissionDenied for anybody but a portal admin, ValidationError for a day to come or one that is taken.
    """
    current = _locked(by, partner)
    there = current.former_names.filter(name_id=name_id, until=until).first()
    if there is not None:
        return there
    row = _keep(current, name_id, name_en, until, basis, field="until")
    record(
        StaffVerb.PARTNER_EDITED,
        by=fresh(by),
        partner=current,
        fields=["former_names"],
        day=until.isoformat(),
    )
    return row


@transaction.atomic
def drop_former_name(*, by: User, partner: Partner, pk: int) -> None:
    """Forget a former name that was entered by mistake; doing it twice is once."""
    current = _locked(by, partner)
    gone, _kinds = current.former_names.filter(pk=pk).delete()
    if gone:
        record(StaffVerb.PARTNER_EDITED, by=fresh(by), partner=current, fields=["former_names"], dropped=True)


def _locked(by: User, partner: Partner) -> Partner:
    if not rules.can_edit_partner(fresh(by)):
        raise PermissionDenied
    return Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)


def _keep(partner: Partner, name_id: str, name_en: str, until: date, basis: str, *, field: str) -> FormerName:
    if until > today():
        raise ValidationError(
            {field: _("This day has not come yet. Enter the name on the day on which it holds.")}
        )
    if until < EARLIEST:
        raise ValidationError({field: _("Please check the year.")})
    if partner.former_names.filter(until=until).exists():
        raise ValidationError({field: _("Another former name ends on this day already.")})
    row = FormerName(partner=partner, name_id=name_id, name_en=name_en, until=until, basis=basis)
    row.full_clean(exclude=["partner"], validate_unique=False, validate_constraints=False)
    row.save()
    return row


def _stale() -> str:
    return _("Somebody else changed this meanwhile. Compare with what is kept now, then save again.")
