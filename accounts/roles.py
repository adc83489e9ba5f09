"""The six roles, as readable classes: what each is called, what it is for, and what it may do.

A right is asked for by name (`user.can(Right.WORK_CASES)`), never by role, so that a role can change without a hunt
through the code. Which *objects* a right reaches is decided elsewhere: by partner, in each model's `visible_to`.
"""

from enum import StrEnum
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Right(StrEnum):
    """A thing a person may do, before asking to whom or to what."""

    WORK_CASES = "work_cases"  # log, read and refer the partner's cases; act on referrals to the partner
    OVERSEE_CASES = "oversee_cases"  # assign a colleague's case
    DECIDE_REQUESTS = "decide_requests"  # on what workers ask about their data; on keeping and erasing cases
    KEEP_BREACHES = "keep_breaches"  # the breach register: references, nothing of a case
    MANAGE_STAFF = "manage_staff"  # invite, change, suspend and reactivate people
    MANAGE_PARTNERS = "manage_partners"  # every partner's people, and the reference data
    READ_LOG = (
        "read_log"  # who read and wrote personal data: of the own partner, or of all where there is none
    )


class Role:
    """One role. `code` is what the database keeps."""

    code: ClassVar[str]
    name: ClassVar[Promise]
    description: ClassVar[Promise]
    rights: ClassVar[frozenset[Right]]
    at_partner: ClassVar[bool] = True  # whether people of a partner may have it
    at_portal: ClassVar[bool] = False  # whether people of no partner may have it


class Caseworker(Role):
    code = "caseworker"
    name = _("Caseworker")
    description = _("Logs complaints, refers them and follows them to the end.")
    rights = frozenset({Right.WORK_CASES})


class Supervisor(Role):
    code = "supervisor"
    name = _("Supervisor")
    description = _(
        "Does what a caseworker does, assigns cases, sees who read them, and decides what workers ask about their data."
    )
    rights = frozenset({Right.WORK_CASES, Right.OVERSEE_CASES, Right.READ_LOG, Right.DECIDE_REQUESTS})


class Officer(Role):
    code = "officer"
    name = _("Officer")
    description = _("Accepts referrals at an agency, acts and reports progress.")
    rights = frozenset({Right.WORK_CASES})


class PartnerAdmin(Role):
    code = "partner_admin"
    name = _("Partner admin")
    description = _("Manages the accounts of one partner. Reads no case.")
    rights = frozenset({Right.MANAGE_STAFF})


class PortalAdmin(Role):
    code = "portal_admin"
    name = _("Portal admin")
    description = _("Manages partners, accounts and reference data. Reads no case.")
    rights = frozenset({Right.MANAGE_STAFF, Right.MANAGE_PARTNERS, Right.KEEP_BREACHES})
    at_partner, at_portal = False, True


class DataProtectionOfficer(Role):
    """Watches over personal data (UU 27/2022 art. 53): at a partner over what is its, at the portal over everything."""

    code = "protection_officer"
    name = _("Data protection officer")
    description = _(
        "Sees who read and wrote personal data, decides what workers ask about it, keeps the breach register. Reads no case."
    )
    rights = frozenset({Right.READ_LOG, Right.DECIDE_REQUESTS, Right.KEEP_BREACHES})
    at_portal = True


ROLES: dict[str, type[Role]] = {
    role.code: role
    for role in (Caseworker, Supervisor, Officer, PartnerAdmin, PortalAdmin, DataProtectionOfficer)
}
AT_PARTNER = [role.code for role in ROLES.values() if role.at_partner]
AT_PORTAL = [role.code for role in ROLES.values() if role.at_portal]
ROLE_CHOICES = [(role.code, role.name) for role in ROLES.values()]
