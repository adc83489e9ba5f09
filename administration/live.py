"""What is live at a partner: counted for those who decide on it, and told to those whom it concerns.

Whoever decides reads no case, so these are numbers, taken over all partners as the portal's own work (ADR 0014).
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.db import models
from django.utils import timezone

from accounts.models import User
from agencies.choices import Urgency
from agencies.models import Invitation, Mandate, Office, Partner
from cases.models import Case
from notifications.actions import notify
from notifications.choices import Kind
from privacy.acting import as_portal
from referrals import audience
from referrals.choices import NOT_SENT_YET, WITH_RECEIVER
from referrals.models import Referral, ReferralQuerySet


@dataclass(frozen=True)
class Live:
    """How much there is at a partner that a step would touch."""

    people: int
    sessions: int
    invitations: int
    received: int  # referrals that it has in hand
    emergencies: int  # of those
    sent: int  # referrals of its cases that are live
    proposed: int  # referrals that wait for their sender's word before they go to it
    cases: int
    mandates: int
    offices: int


@as_portal()
def at(partner: Partner) -> Live:
    """The numbers as they are now."""
    received = received_by(partner)
    return Live(
        people=User.objects.filter(partner=partner, is_active=True).count(),
        sessions=UserSession.objects.filter(user__partner=partner).count(),
        invitations=Invitation.objects.open().filter(partner=partner, expires_at__gt=timezone.now()).count(),
        received=received.count(),
        emergencies=received.filter(urgency=Urgency.EMERGENCY).count(),
        sent=Referral.objects.live().filter(sender=partner).count(),
        proposed=Referral.objects.filter(proposed=partner, state__in=NOT_SENT_YET).count(),
        cases=open_cases(partner).count(),
        mandates=Mandate.objects.current().filter(partner=partner).count(),
        offices=Office.objects.current().filter(partner=partner).count(),
    )


def received_by(partner: Partner) -> ReferralQuerySet:
    """Referrals that the partner has in hand."""
    return Referral.objects.filter(receiver=partner, state__in=WITH_RECEIVER)


def open_cases(partner: Partner) -> models.QuerySet[Case]:
    """Its own cases that nobody has closed."""
    return Case.objects.filter(partner=partner, closed_at=None, erased_at=None)


@as_portal()
def tell_senders(partner: Partner) -> None:
    """Tell whoever sent what the partner has in hand that it does not work here at present."""
    for referral in received_by(partner).select_related("case__assigned_to", "case__partner").order_by("pk"):
        notify(
            audience.senders(referral),
            kind=Kind.PARTNER_SUSPENDED,
            reference=referral.reference,
            path=referral.get_absolute_url(),
            urgent=referral.urgency == Urgency.EMERGENCY,
        )
