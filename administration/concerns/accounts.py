"""Accounts that need an admin: invitations, e-mails, partners without an admin."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import PartnerAdmin
from agencies.models import Invitation
from agencies.models.staff import VALID_FOR, partners_managed_by

from .. import undelivered
from .shapes import MOST, WARN, Concern, Row, page_of

UNANSWERED_AFTER = timedelta(hours=24)


def invitations(user: User) -> Concern | None:
    """Invitations that nobody answered within a day, or at all."""
    now = timezone.now()
    open_ones = Invitation.objects.visible_to(user).open().filter(waits_for_second=False)
    waiting = list(
        open_ones.select_related("partner")
        .filter(expires_at__lt=now + _left_of(UNANSWERED_AFTER))
        .order_by("expires_at")[:MOST]
    )
    if not waiting:
        return None
    return Concern(
        "invitations",
        ngettext("%(n)d invitation is not answered", "%(n)d invitations are not answered", len(waiting))
        % {"n": len(waiting)},
        _("Ask whether the e-mail arrived, send it again, or withdraw it."),
        "envelope",
        WARN,
        rows=tuple(_invitation_row(invitation) for invitation in waiting),
    )


def _left_of(passed: timedelta) -> timedelta:
    return VALID_FOR - passed


def _invitation_row(invitation: Invitation) -> Row:
    partner = invitation.partner
    state = _("expired") if invitation.is_expired else _("sent")
    place = partner.name if partner else _("the portal itself")
    url = page_of(partner) if partner else reverse("agencies:portal_people")
    return Row(invitation.full_name, url, f"{place} · {state}", invitation.sent_at)


def emails(user: User) -> Concern | None:
    """E-mails that nobody got."""
    rows = undelivered.addresses(user)
    if not rows:
        return None
    return Concern(
        "emails",
        ngettext(
            "E-mails to %(n)d address do not arrive", "E-mails to %(n)d addresses do not arrive", len(rows)
        )
        % {"n": len(rows)},
        _("Whoever it belongs to learns of nothing. Ask for the right address, or send them again."),
        "envelope-open",
        WARN,
        rows=tuple(Row(row.who, row.url, row.address, row.since) for row in rows[:MOST]),
        url=reverse("administration:undelivered"),
        action=_("See the e-mails"),
    )


def without_admin(user: User) -> Concern | None:
    """Partners where people work and nobody manages their accounts."""
    if not user.manages_partners:
        return None
    people = User.objects.filter(partner=OuterRef("pk"), is_active=True)
    orphans = (
        partners_managed_by(user)
        .active()
        .filter(Exists(people), ~Exists(people.filter(role=PartnerAdmin.code)))
        .order_by("name_id")
    )
    found = list(orphans[:MOST])
    if not found:
        return None
    return Concern(
        "without_admin",
        ngettext(
            "%(n)d partner has people and no admin", "%(n)d partners have people and no admin", len(found)
        )
        % {"n": len(found)},
        _("Nobody there can invite or suspend anybody. Invite an admin."),
        "person-gear",
        WARN,
        rows=tuple(Row(partner.name, page_of(partner)) for partner in found),
    )
