"""Keeping a partner's contact data right."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User

from .. import rules
from ..choices import StaffVerb
from ..models import Partner
from .shared import StaleData, fresh, record

EDITABLE = (
    "name_id",
    "name_en",
    "email",
    "phone",
    "city",
    "time_zone",
    "letterhead",
    "signatory",
    "notices_to_mailbox",
)


def seen_values(partner: Partner) -> str:
    """A mark of what the edit form showed, by which a later change by somebody else is noticed."""
    values = json.dumps([getattr(partner, field) for field in EDITABLE])
    return hashlib.sha256(values.encode()).hexdigest()[:16]


@transaction.atomic
def edit_partner(*, by: User, partner: Partner, changes: Mapping[str, Any], seen: str) -> Partner:
    """Keep new contact data; `changes` may hold the fields of EDITABLE. Nothing new is nothing done.

    Raises PermissionDenied for anybody but a portal admin, StaleData when the data is not what `seen` stands for any
    more, ValidationError for values that cannot be kept.
    """
    by = fresh(by)
    if not rules.can_edit_partner(by):
        raise PermissionDenied
    current = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    changed = [name for name in EDITABLE if name in changes and getattr(current, name) != changes[name]]
    if not changed:
        return current
    if seen_values(current) != seen:
        raise StaleData(
            _("Somebody else changed this partner meanwhile. Compare with what is kept now, then save again.")
        )
    for name in changed:
        setattr(current, name, changes[name])
    current.full_clean(exclude=[field.name for field in Partner._meta.fields if field.name not in changed])
    current.save(update_fields=changed)
    record(StaffVerb.PARTNER_EDITED, by=by, partner=current, fields=changed)
    return current
