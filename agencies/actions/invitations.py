"""Inviting people, and becoming one."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policy import hold
from accounts.roles import PortalAdmin
from notifications.actions import send_email

from .. import rules
from ..choices import StaffVerb
from ..invitation_letters import letter, renew, zone_of
from ..models import Invitation, Partner
from ..wording import takes_nobody
from .second_admin import let_second_admin_approve
from .shared import ActRefused, fresh, one_address_at_a_time, record

JUST_NOW = timedelta(minutes=1)  # the same again within it is a double click


@transaction.atomic
def invite(
    *, by: User, partner: Partner | None, email: str, full_name: str, role: str, language: str
) -> Invitation:
    """Invite somebody by e-mail to an account of the partner (None: of the portal itself).

    The same invitation by the same person within a minute is the first one. That of a portal admin waits until another
    portal admin approves it, and nothing is sent before. Raises PermissionDenied for a partner that
    is not the actor's to manage, ActRefused for a role this partner does not have and an address that is taken.
    """
    by = fresh(by)
    email = User.objects.normalize_email(email)
    _refuse_unless_invitable(by, partner, role)
    one_address_at_a_time(email)
    earlier = Invitation.objects.open().filter(email=email).select_related("partner").first()
    if earlier and _is_double_click(earlier, by, partner, role):
        return earlier
    _refuse_if_taken(by, partner, email, earlier)
    if earlier:  # it has expired, and may be another organisation's
        _revoke(earlier, by=None, why="expired")
    new = Invitation(
        partner=partner, email=email, full_name=full_name, role=role, language=language, invited_by=by
    )
    if role == PortalAdmin.code:
        let_second_admin_approve(new)
    else:
        send(new)
        record(StaffVerb.INVITED, by=by, partner=partner, email=email, role=role)
    hold(by)  # else an invitation outlives the right of whoever wrote it while that was being taken
    return new


@transaction.atomic
def resend(*, by: User, invitation: Invitation) -> Invitation:
    """Send a new link, valid for another 72 hours; the older one is dead. Within a minute of the last: nothing.

    From then on it is the actor's invitation. Raises ActRefused when the invitation is not open any more or its partner is suspended.
    """
    by, current = fresh(by), lock(invitation)
    if not rules.can_manage_people_of(by, current.partner_id):
        raise PermissionDenied
    if not current.is_open:
        raise ActRefused(_gone(current))
    if current.waits_for_second:
        raise ActRefused(_("This invitation waits for a second portal admin; nothing was sent yet."))
    if not rules.can_resend(by, current):
        raise ActRefused(takes_nobody(current.partner))
    if timezone.now() - current.sent_at < JUST_NOW:
        return current
    current.invited_by = by
    send(current)
    record(StaffVerb.RESENT, by=by, partner=current.partner_id, email=current.email, role=current.role)
    hold(by)
    return current


@transaction.atomic
def revoke(*, by: User, invitation: Invitation) -> Invitation:
    """Withdraw an invitation: its link is dead. Withdrawing it twice is once. Raises ActRefused when it was accepted."""
    by, current = fresh(by), lock(invitation)
    if not rules.can_manage_people_of(by, current.partner_id):
        raise PermissionDenied
    if current.accepted_at:
        raise ActRefused(_gone(current))
    if current.revoked_at is None:
        _revoke(current, by=by)
    return current


def hold_all_of(inviter: User) -> list[Invitation]:
    """The invitations that this person has open, held until the commit."""
    return list(
        Invitation.objects.open().filter(invited_by=inviter).select_for_update(no_key=True).order_by("pk")
    )


def withdraw_all_of(inviter: User, *, by: User) -> None:
    """Withdraw whatever invitations this person has open, inside the act that takes the right to invite from them."""
    for invitation in hold_all_of(inviter):
        _revoke(invitation, by=by)


def withdraw_all_at(partner: Partner, *, by: User) -> None:
    """Withdraw whatever invitations are open at this partner, inside the act that closes it."""
    for invitation in Invitation.objects.open().filter(partner=partner).select_for_update().order_by("pk"):
        _revoke(invitation, by=by)


@transaction.atomic
def withdraw_all_of_backup() -> list[Invitation]:
    """Withdraw every open invitation once a backup was restored: it may have been accepted or withdrawn since. Which ones."""
    open_ = Invitation.objects.open().select_related("partner").select_for_update(of=("self",))
    invitations = list(open_.order_by("pk"))
    for invitation in invitations:
        _revoke(invitation, by=None, why="restored")
    return invitations


@transaction.atomic
def accept(*, token_hash: str, password: str, full_name: str) -> User:
    """Turn an invitation into an account with this password; the link is used up.

    Raises ActRefused when the link does not count (any more), ValidationError for a name that cannot be kept.
    """
    found = Invitation.objects.filter(token_hash=token_hash).first()
    if found is None:
        raise ActRefused(_("This invitation is not valid."))
    one_address_at_a_time(found.email)
    invitation = lock(found)
    stands = invitation.is_open and not invitation.is_expired and not invitation.waits_for_second
    if invitation.token_hash != token_hash or not stands:
        raise ActRefused(_("This invitation is not valid any more."))
    if not rules.takes_people(invitation.partner):
        raise ActRefused(_("Your organisation is suspended in the portal at the moment."))
    if User.objects.filter(email=invitation.email).exists():
        raise ActRefused(_("This address already has an account. Sign in with it."))
    person = User.objects.create_user(
        invitation.email,
        password,
        full_name=full_name,
        role=invitation.role,
        partner=invitation.partner,
        language=invitation.language,
        time_zone=zone_of(invitation.partner),
    )
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=timezone.now())
    record(StaffVerb.ACCEPTED, by=person, partner=invitation.partner, subject=person, role=person.role)
    return person


def _refuse_unless_invitable(by: User, partner: Partner | None, role: str) -> None:
    if not rules.can_manage_people_of(by, partner.pk if partner else None):
        raise PermissionDenied
    if role not in rules.roles_at(partner):
        raise ActRefused(_("There is no such role in this organisation. Choose one of those offered."))
    if not rules.can_invite(by, partner):
        raise ActRefused(takes_nobody(partner))


def _is_double_click(earlier: Invitation, by: User, partner: Partner | None, role: str) -> bool:
    same = earlier.partner == partner and earlier.role == role and earlier.invited_by_id == by.pk
    return same and timezone.now() - earlier.sent_at < JUST_NOW


def _refuse_if_taken(by: User, partner: Partner | None, email: str, earlier: Invitation | None) -> None:
    """Say what to do instead; of other organisations no more than that the address is taken."""
    if person := User.objects.filter(email=email).first():
        if rules.can_manage_people_of(by, person.partner_id) and person.partner == partner:
            text = _("%(name)s already has an account here. Find it in the list of people to change it.")
            raise ActRefused(text % {"name": person.full_name})
        raise ActRefused(
            _("This address already has an account with another organisation. Ask for another address.")
        )
    if earlier and not earlier.is_expired:
        if earlier.partner == partner:
            raise ActRefused(
                _("This address already has an open invitation. Send it again, or withdraw it first.")
            )
        raise ActRefused(
            _("This address has an open invitation from another organisation. Ask for another address.")
        )


def lock(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_related("partner").select_for_update(of=("self",))
    return rows.get(pk=invitation.pk)


def _gone(invitation: Invitation) -> str:
    if invitation.accepted_at:
        return _("This invitation was accepted meanwhile. Find the account in the list of people.")
    return _("This invitation was withdrawn meanwhile. Invite the person anew.")


def _revoke(invitation: Invitation, *, by: User | None, **detail: Any) -> None:
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    record(
        StaffVerb.REVOKED,
        by=by,
        partner=invitation.partner_id,
        email=invitation.email,
        role=invitation.role,
        **detail,
    )


def send(invitation: Invitation) -> None:
    """Give the invitation a new token and put the e-mail with the link into the outbox."""
    token = renew(invitation)
    invitation.save()
    subject, body = letter(invitation, token)
    send_email(to=invitation.email, subject=subject, body=body, secret=True)
