"""Four eyes: resetting a second factor, and making a portal admin, take two admins."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notices
from accounts.models import User
from accounts.roles import PortalAdmin
from accounts.second_factor import has_one
from notifications.actions import notify
from notifications.choices import Kind

from .. import rules
from ..choices import StaffVerb
from ..models import FactorReset, Invitation
from .invitations import lock, send
from .people import begin, take_factors_away
from .second_admin import PORTAL_ADMIN, SECOND_FACTOR, admins, reference_of
from .shared import ActRefused, fresh, one_at_a_time, record

INDEPENDENT_AFTER = timedelta(days=30)  # since one admin invited the other: else one person could be both


@transaction.atomic
def ask_factor_reset(*, by: User, person: User) -> FactorReset:
    """Ask that this person's second factor be taken away; another admin confirms it. The person is told at once.

    Asking while it waits changes nothing. Raises PermissionDenied for somebody the actor does not manage, ActRefused for
    somebody who has no second factor, and where there is no other admin to confirm.
    """
    by, current = begin(by, person)
    waiting = FactorReset.objects.waiting().filter(person=current).first()
    if waiting is not None:
        return waiting
    if not has_one(current):
        raise ActRefused(_("%(name)s has no second factor to reset.") % {"name": current.full_name})
    others = [admin for admin in admins() if rules.can_manage(admin, current) and admin.pk != by.pk]
    if not others:
        raise ActRefused(
            _(
                "There is no other admin who could confirm this. Whoever runs the portal can reset the second factor on the"
                " server (reset_second_factor)."
            )
        )
    asked = FactorReset.objects.create(person=current, asked_by=by)
    record(
        StaffVerb.SECOND_ADMIN_ASKED, by=by, partner=current.partner_id, subject=current, what=SECOND_FACTOR
    )
    notices.send(current, notices.Fact.RESET_ASKED)
    path = reverse("agencies:person", args=[current.pk])
    notify(others, kind=Kind.SECOND_ADMIN, reference=reference_of(current), path=path)
    return asked


@transaction.atomic
def confirm_factor_reset(*, by: User, reset: FactorReset) -> FactorReset:
    """Take the second factor away, as another admin asked. Confirming twice is once.

    Raises PermissionDenied for somebody the actor does not manage, ActRefused for one's own wish and for one that has run
    out or was refused.
    """
    by, current, held = _hold(by, reset)
    if held.done:
        return held
    if held.asked_by_id == by.pk:
        raise ActRefused(_("You asked for this yourself. Another admin has to confirm it."))
    _refuse_if_over(held)
    _refuse_unless_two(held, by)
    held.done = True
    _decide(held, by)
    take_factors_away(current, by=by)
    return held


def _refuse_unless_two(held: FactorReset, by: User) -> None:
    """Refuse the word of somebody whom the one who asked has just made an admin, and a wish of one who may not ask any more."""
    asker = held.asked_by
    if not rules.can_manage(asker, held.person):
        raise ActRefused(
            _("%(name)s, who asked for this, may not do so any more. Ask for it anew.")
            % {"name": asker.full_name}
        )
    lately = timezone.now() - INDEPENDENT_AFTER
    if Invitation.objects.filter(email=by.email, invited_by=asker, accepted_at__gt=lately).exists():
        raise ActRefused(
            _("%(name)s invited you here not long ago. Another admin has to confirm this.")
            % {"name": asker.full_name}
        )


@transaction.atomic
def refuse_factor_reset(*, by: User, reset: FactorReset) -> FactorReset:
    """Leave the second factor as it is; whoever asked for it may take the wish back in the same way."""
    by, current, held = _hold(by, reset)
    if held.decided_at is None:
        _decide(held, by)
        record(
            StaffVerb.SECOND_ADMIN_REFUSED,
            by=by,
            partner=current.partner_id,
            subject=current,
            what=SECOND_FACTOR,
        )
    return held


@transaction.atomic
def approve(*, by: User, invitation: Invitation) -> Invitation:
    """Send the invitation of a portal admin that another portal admin has made. Approving twice is once.

    Raises PermissionDenied for others than portal admins, ActRefused for one's own and for one that is not open any more.
    """
    by, current = _of_the_portal(by, invitation)
    if not current.waits_for_second:
        return current
    if current.invited_by_id == by.pk:
        raise ActRefused(_("You invited this person yourself. Another portal admin has to approve it."))
    if not current.is_open or current.is_expired:
        raise ActRefused(_("This invitation is not open any more. Invite the person anew."))
    current.waits_for_second, current.approved_by = False, by
    send(current)
    record(StaffVerb.INVITED, by=by, partner=None, email=current.email, role=current.role, what=PORTAL_ADMIN)
    return current


@transaction.atomic
def refuse_admin(*, by: User, invitation: Invitation) -> Invitation:
    """Let nothing come of the invitation of a portal admin that waits."""
    by, current = _of_the_portal(by, invitation)
    if current.waits_for_second and current.is_open:
        current.revoked_at = timezone.now()
        current.save(update_fields=["revoked_at"])
        record(
            StaffVerb.SECOND_ADMIN_REFUSED,
            by=by,
            partner=None,
            email=current.email,
            role=current.role,
            what=PORTAL_ADMIN,
        )
    return current


def _hold(by: User, reset: FactorReset) -> tuple[User, User, FactorReset]:
    by, current = begin(by, reset.person)
    return by, current, FactorReset.objects.select_for_update().get(pk=reset.pk, person=current)


def _refuse_if_over(reset: FactorReset) -> None:
    if not FactorReset.objects.waiting().filter(pk=reset.pk).exists():
        raise ActRefused(_("This has run out, or was refused meanwhile. Ask for it anew."))


def _decide(reset: FactorReset, by: User) -> None:
    reset.decided_by, reset.decided_at = by, timezone.now()
    reset.save(update_fields=["decided_by", "decided_at", "done"])


def _of_the_portal(by: User, invitation: Invitation) -> tuple[User, Invitation]:
    one_at_a_time(None)
    by, current = fresh(by), lock(invitation)
    if not by.manages_partners or current.role != PortalAdmin.code:
        raise PermissionDenied
    return by, current
