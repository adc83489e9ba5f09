"""Moving a person to another partner. What they had to do there is somebody else's (administration/actions)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import kept
from accounts.models import KeptForm, User

from .. import rules
from ..choices import StaffVerb
from ..models import Partner
from ..wording import takes_nobody
from .invitations import withdraw_all_of
from .people import begin
from .shared import ActRefused, StaleData, one_at_a_time, record


@transaction.atomic
def move(*, by: User, person: User, to: Partner, role: str, seen: int | None = None) -> User:
    """Give this person another partner and a role there; every session ends. Forms kept for them are thrown away.

    `seen` is the partner that the form showed. Moving twice is once. Raises PermissionDenied for others than portal
    admins, StaleData when somebody else has moved the person, ActRefused for oneself, for a partner that takes on nobody,
    for a role that it does not have, and for those who work for the portal itself.
    """
    for partner_id in sorted({to.pk, *([person.partner_id] if person.partner_id else [])}):
        one_at_a_time(partner_id)  # in one order, so that two moves do not wait for each other for ever
    by, current = begin(by, person)
    if not by.manages_partners:
        raise PermissionDenied
    before = current.partner
    if before is None:
        raise ActRefused(_("Whoever works for the portal itself has no partner, and cannot be moved to one."))
    if (before.pk, current.role) == (to.pk, role):
        return current
    if seen is not None and before.pk != seen:
        raise StaleData(_("%(name)s was moved meanwhile: to %(partner)s.") % _words(current))
    if before.pk == to.pk:
        raise ActRefused(_("%(name)s is at %(partner)s already. Change the role instead.") % _words(current))
    target = Partner.objects.get(pk=to.pk)
    if not rules.takes_people(target):
        raise ActRefused(takes_nobody(target))
    if role not in rules.roles_at(target):
        raise ActRefused(_("There is no such role in this organisation. Choose one of those offered."))
    withdraw_all_of(current, by=by)
    kept.forget(KeptForm.objects.filter(person=current))
    current.partner, current.role = target, role
    current.session_generation += 1
    current.save(update_fields=["partner", "role", "session_generation"])
    for partner in (before, target):  # each partner's admins read it in their own log
        record(
            StaffVerb.MOVED,
            by=by,
            partner=partner,
            subject=current,
            to_partner=target.code,
            from_partner=before.code,
            role=role,
        )
    return current


def _words(person: User) -> dict[str, str]:
    return {"name": person.full_name, "partner": person.partner.name if person.partner else ""}
