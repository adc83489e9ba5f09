"""What the verbs have in common: being refused, writing the log, and waiting for each other."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.models import User
from accounts.roles import PortalAdmin

from ..choices import StaffVerb
from ..models import Partner, StaffEvent


class ActRefused(Exception):
    """The act cannot be done as things stand; the text says why and what to do, in the reader's language."""


class StaleData(ActRefused):
    """Somebody else changed it since the form was opened."""


def record(
    verb: StaffVerb,
    *,
    by: User | None,
    partner: Partner | int | None,
    subject: User | None = None,
    email: str = "",
    **detail: Any,
) -> StaffEvent:
    """Write one line of the log. `detail` holds codes only."""
    return StaffEvent.objects.create(
        verb=verb,
        actor=by,
        partner_id=partner.pk if isinstance(partner, Partner) else partner,
        subject=subject,
        subject_email=subject.email if subject else email,
        detail=detail,
    )


def fresh(by: User) -> User:
    """The actor as they are now: somebody may have suspended them since the request began."""
    now = User.objects.select_related("partner").filter(pk=by.pk, is_active=True).first()
    if now is None:
        raise PermissionDenied
    return now


def one_at_a_time(partner_id: int | None) -> None:
    """Let acts on the people of one partner (None: the portal admins) wait for each other until the commit."""
    if partner_id is None:
        admins = User.objects.filter(role=PortalAdmin.code).order_by("pk")
        list(admins.select_for_update(no_key=True).values_list("pk"))
    else:
        # Not FOR UPDATE: cases and referrals that point to the partner go on being written.
        list(Partner.objects.filter(pk=partner_id).select_for_update(no_key=True).values_list("pk"))


def one_address_at_a_time(email: str) -> None:
    """Let invitations to one address, and their acceptance, wait for each other until the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"invitation:{email}"])
