"""Activating, suspending and reactivating a partner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from agencies import rules
from agencies.actions import ActRefused, StaleData
from agencies.actions.shared import fresh, record
from agencies.choices import PartnerState, StaffVerb, Step
from agencies.models import Agreement, Partner, PartnerStep

from .. import live

STEP_TO: dict[Step, PartnerState] = {
    Step.ACTIVATED: PartnerState.ACTIVE,
    Step.REACTIVATED: PartnerState.ACTIVE,
    Step.SUSPENDED: PartnerState.SUSPENDED,
    Step.CLOSED: PartnerState.CLOSED,
}
VERBS = {
    Step.ACTIVATED: StaffVerb.PARTNER_REACTIVATED,
    Step.REACTIVATED: StaffVerb.PARTNER_REACTIVATED,
    Step.SUSPENDED: StaffVerb.PARTNER_SUSPENDED,
    Step.CLOSED: StaffVerb.PARTNER_CLOSED,
}


def seen_standing(partner: Partner) -> str:
    """A mark of the step that a page showed as the last one, by which another admin's step is noticed."""
    last = PartnerStep.objects.filter(partner=partner).values_list("pk", flat=True).first()
    return f"{partner.state}:{last or 0}"


@transaction.atomic
def activate(*, by: User, partner: Partner, reason: str, seen: str, key: UUID) -> Partner:
    """Let a registered partner take part: it may be referred to, and people may be invited.

    Needs an agreement on file that is in force. Raises PermissionDenied for anybody but a portal admin, StaleData when
    somebody took another step meanwhile, ActRefused without an agreement. The same `key` again is the same step.
    """
    by, current, done = begin(by, partner, Step.ACTIVATED, seen=seen, key=key)
    if done:
        return current
    if not Agreement.objects.in_force().filter(partner=current).exists():
        raise ActRefused(no_agreement())
    current.is_active, current.awaits_activation = True, False
    current.save(update_fields=["is_active", "awaits_activation"])
    write(current, Step.ACTIVATED, by=by, reason=reason, key=key, first=True)
    return current


@transaction.atomic
def suspend(*, by: User, partner: Partner, reason: str, seen: str, key: UUID) -> Partner:
    """Shut a partner out at once: nothing is sent to it, and its people's sessions end, also in the middle of a request.

    Its referrals stay where they are; who sent them is told, and may write down its answers or take them back.
    Invitations rest. Raises as `activate` does.
    """
    by, current, done = begin(by, partner, Step.SUSPENDED, seen=seen, key=key)
    if done:
        return current
    current.is_active = False
    current.save(update_fields=["is_active"])
    shut_out_people(current)
    write(current, Step.SUSPENDED, by=by, reason=reason, key=key)
    live.tell_senders(current)
    return current


@transaction.atomic
def reactivate(*, by: User, partner: Partner, reason: str, seen: str, key: UUID) -> Partner:
    """Let a suspended partner take part again; its people sign in with what they had. Raises as `activate` does."""
    by, current, done = begin(by, partner, Step.REACTIVATED, seen=seen, key=key)
    if done:
        return current
    current.is_active = True
    current.save(update_fields=["is_active"])
    write(current, Step.REACTIVATED, by=by, reason=reason, key=key)
    return current


def no_agreement() -> str:
    return _("There is no data-sharing agreement on file that is in force. Put it on file first.")


def begin(by: User, partner: Partner, step: Step, *, seen: str, key: UUID) -> tuple[User, Partner, bool]:
    """Wait for other steps of this partner: actor and partner as they are now, and whether this very step was taken.

    Held until the commit as `referrals.moves.send` asks for it: whoever sends something there waits, and is refused.
    """
    current = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    by = fresh(by)
    if not rules.can_edit_partner(by):
        raise PermissionDenied
    if PartnerStep.objects.filter(key=key, partner=current, step=step).exists():
        return by, current, True
    if seen_standing(current) != seen or not rules.may_step(current, step):
        text = _(
            "Somebody else was here meanwhile: the partner is %(state)s now. Look again before you go on."
        )
        raise StaleData(text % {"state": current.state.label})
    return by, current, False


def write(partner: Partner, step: Step, *, by: User, reason: str, key: UUID, **detail: Any) -> None:
    """Write the step down, with its reason, and in the log of accounts without."""
    PartnerStep.objects.create(partner=partner, step=step, by=by, reason=reason, key=key)
    record(VERBS[step], by=by, partner=partner, **detail)


def shut_out_people(partner: Partner) -> None:
    """End every session of the partner's people for good. The last locks of the act: see `accounts.policy.still_here`."""
    people = User.objects.filter(partner=partner).order_by("pk").select_for_update(no_key=True)
    User.objects.filter(pk__in=[person.pk for person in people]).update(
        session_generation=F("session_generation") + 1
    )
