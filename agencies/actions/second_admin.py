"""Who the second admin is where an act takes two."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import PartnerAdmin, PortalAdmin
from notifications.actions import notify
from notifications.choices import Kind

from ..choices import StaffVerb
from ..invitation_letters import renew
from ..models import Invitation
from .shared import ActRefused, record

SECOND_FACTOR, PORTAL_ADMIN = "second_factor", "portal_admin"  # what waits, in the log


def admins(*roles: str) -> list[User]:
    """Whoever has one of these roles and can sign in, so is not locked; without roles whoever manages people."""
    wanted = roles or (PartnerAdmin.code, PortalAdmin.code)
    return list(User.objects.let_in().filter(locked_at=None, role__in=wanted).select_related("partner"))


def reference_of(person: User) -> str:
    """Of whose people it is, for a notice."""
    return person.partner.code if person.partner else _("Portal")


def let_second_admin_approve(invitation: Invitation) -> None:
    """Keep the invitation of a portal admin without sending it, and ask the others. Raises ActRefused where there are none."""
    by = invitation.invited_by
    others = [admin for admin in admins(PortalAdmin.code) if admin.pk != by.pk]
    if not others:
        raise ActRefused(
            _(
                "A portal admin is made by two, and you are the only one. Whoever runs the portal can make the second one on"
                " the server (createsuperuser); from then on it works here."
            )
        )
    renew(invitation)  # nobody learns this token: approving gives another one
    invitation.waits_for_second = True
    invitation.save()
    record(
        StaffVerb.SECOND_ADMIN_ASKED,
        by=by,
        partner=None,
        email=invitation.email,
        role=invitation.role,
        what=PORTAL_ADMIN,
    )
    notify(others, kind=Kind.SECOND_ADMIN, reference=_("Portal"), path=reverse("agencies:portal_people"))
