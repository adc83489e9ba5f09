"""Who is the last of their kind: what a partner, or the portal, would be without."""

from accounts.models import User
from accounts.roles import ROLES, PartnerAdmin, PortalAdmin, Right

WORKING = [code for code, role in ROLES.items() if Right.WORK_CASES in role.rights]


def is_last_admin(person: User) -> bool:
    """Whether nobody else manages the accounts of this person's partner, or the portal."""
    role = PartnerAdmin.code if person.partner_id else PortalAdmin.code
    return person.role == role and person.is_active and not _others(person, [role])


def is_last_who_works(person: User) -> bool:
    """Whether nobody else works on cases at this person's partner."""
    return person.role in WORKING and person.is_active and not _others(person, WORKING)


def _others(person: User, roles: list[str]) -> bool:
    others = User.objects.filter(partner=person.partner_id, role__in=roles, is_active=True, locked_at=None)
    return others.exclude(pk=person.pk).exists()
