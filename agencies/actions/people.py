"""Changing what people may do: their role, and whether they may come in at all."""

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import notices, security
from accounts.models import User
from accounts.roles import PartnerAdmin, PortalAdmin

from .. import rules
from ..choices import StaffVerb
from .invitations import hold_all_of, withdraw_all_of
from .shared import ActRefused, StaleData, fresh, one_at_a_time, record


@transaction.atomic
def change_role(*, by: User, person: User, role: str, seen: str | None = None) -> User:
    """Give this person another role of their partner; it counts from their next click on.

    `seen` is the role the form showed. Raises PermissionDenied for somebody the actor does not manage, StaleData when
    the role was changed meanwhile, ActRefused for a role the partner does not have and for oneself.
    """
    by, current = begin(by, person)
    if current.role == role:
        return current
    if seen is not None and seen != current.role:
        text = _("The role was changed meanwhile: it is %(role)s now. Choose again if it should be another.")
        raise StaleData(text % {"role": current.role_class.name})
    if current.partner is None:
        raise ActRefused(
            _("Whoever works for the portal itself keeps the role. Suspend the account instead.")
        )
    if role not in rules.roles_at(current.partner):
        raise ActRefused(_("There is no such role in this organisation. Choose one of those offered."))
    before, current.role = current.role, role
    current.save(update_fields=["role"])
    record(
        StaffVerb.ROLE_CHANGED,
        by=by,
        partner=current.partner_id,
        subject=current,
        **{"from": before, "to": role},
    )
    if not current.manages_staff:
        withdraw_all_of(current, by=by)
    return current


@transaction.atomic
def suspend(*, by: User, person: User) -> User:
    """Shut this person out: every session ends at its next click, for good. Their partner keeps cases and referrals.

    Invitations that they have open are withdrawn.
    Suspending twice is once. Raises PermissionDenied for somebody the actor does not manage, ActRefused for oneself.
    """
    by, current = begin(by, person)
    if not current.is_active:
        return current
    # The new generation keeps today's sessions dead if the account is reactivated tomorrow.
    User.objects.filter(pk=current.pk).update(is_active=False, session_generation=F("session_generation") + 1)
    current.refresh_from_db(fields=["is_active", "session_generation"])
    record(StaffVerb.SUSPENDED, by=by, partner=current.partner_id, subject=current)
    withdraw_all_of(current, by=by)  # else whoever was shut out comes back through a link of their own
    return current


@transaction.atomic
def reactivate(*, by: User, person: User) -> User:
    """Let a suspended person in again, with the password they had. Doing it twice is once."""
    by, current = begin(by, person)
    if current.is_active:
        return current
    current.is_active = True
    current.save(update_fields=["is_active"])
    record(StaffVerb.REACTIVATED, by=by, partner=current.partner_id, subject=current)
    return current


@transaction.atomic
def reset_second_factor(*, person: User, confirmed_by: User | None) -> bool:
    """Take all second factors of this person away and end their sessions: they set up a new one at the next sign-in.

    The operator's act, by a command on the server, on the word of an admin who knows the person, as an invitation is (OWASP
    ASVS 5.0.0, 6.4.4); the admin is told, so that nobody's name is borrowed. Nobody confirms where there is no other admin
    to do so. Whether there was a factor. Raises PermissionDenied when whoever has to confirm is missing or another.
    """
    one_at_a_time(person.partner_id)
    admins = User.objects.filter(is_active=True, role__in=(PartnerAdmin.code, PortalAdmin.code))
    entitled = [admin for admin in admins if rules.can_manage(admin, person)]
    if confirmed_by not in entitled and (confirmed_by or entitled):
        raise PermissionDenied
    current = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    taken = take_factors_away(current, by=confirmed_by)
    if taken and confirmed_by:
        notices.send(confirmed_by, notices.Fact.CONFIRMED_SOMEBODY)
    return taken


def take_factors_away(current: User, *, by: User | None) -> bool:
    """Remove all second factors, end the sessions, and say so; whether there was a factor. Part of an act that asked first."""
    taken, _by_model = Authenticator.objects.filter(user=current).delete()
    if not taken:
        return False
    User.objects.filter(pk=current.pk).update(session_generation=F("session_generation") + 1)
    record(StaffVerb.SECOND_FACTOR_RESET, by=by, partner=current.partner_id, subject=current)
    security.tell("second_factor_reset", person=current, bad=True)
    notices.send(current, notices.Fact.FACTORS_RESET)
    return True


def begin(by: User, person: User) -> tuple[User, User]:
    """Wait for other acts on the people of that partner; actor and person as they are now.

    An admin always remains: nobody acts on themself, and an actor who was suspended or lost the role while waiting is
    turned away. So the last admin of the portal stays, and the last one of a partner yields to a portal admin only.
    """
    one_at_a_time(person.partner_id)
    by = fresh(by)
    hold_all_of(person)  # before the person: whoever sends one of them again has it, and is then asked for
    current = (
        User.objects.select_related("partner").select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    )
    if by.pk == current.pk and by.manages_staff:
        raise ActRefused(_("You cannot change your own role or suspend yourself. Ask another admin."))
    if not rules.can_manage(by, current):
        raise PermissionDenied
    return by, current
