"""What the portal did with many referrals in one transaction: gathered as it goes along, and written in few statements.

What is written is what `moves.finish` and `moves.send` write of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from accounts.models import User
from agencies.choices import Urgency
from cases import events
from cases.choices import EventKind
from cases.models import Case, Consent
from notifications.actions import Message, notify_all
from notifications.choices import Kind
from notifications.models import Email
from privacy import tracing
from privacy.postgres import many

from . import audience, deadlines, mailbox
from .models import Referral

# What the portal changes of a referral that it sends or leaves to its sender.
CHANGED = (
    *(
        "id",
        "state",
        "receiver_id",
        "proposed_id",
        "is_lead",
        "ranking",
        "why_unrouted",
        "why_params",
        "changed_at",
        "sent_at",
    ),
    *("due_at", "clock_from", "counting", "time_left", "time_used", "kept_counting", "kept_level"),
    *("escalate_at", "escalation_level"),
)


def _changed(referral: Referral) -> dict[str, Any]:
    return {name: getattr(referral, name) for name in CHANGED}


@dataclass(frozen=True)
class Moved:
    """One referral as it has become, and what is told of it."""

    referral: Referral
    kind: EventKind
    told_as: Kind
    data: Mapping[str, Any]
    request_id: str = field(default_factory=tracing.current_id)


class Gathered:
    """`at` is when all of it happens; `policy` says until when whose move has to come."""

    def __init__(self, *, at: datetime, policy: deadlines.Policy) -> None:
        self.at, self.policy = at, policy
        self.moved: list[Moved] = []
        self.named: dict[UUID, Consent] = {}  # by the referral that is sent under it
        self.emails: dict[UUID, Email] = {}

    def add(self, moved: Moved) -> None:
        """A referral has moved, in memory."""
        self.moved.append(moved)

    def sent(self, referral: Referral, *, newly_named: bool) -> None:
        """It was sent: its consent may name the receiver now, whose mailbox may be told."""
        if newly_named:
            self.named[referral.pk] = referral.consent
        if email := mailbox.email_about(referral):
            self.emails[referral.pk] = email

    def forget(self, referral: Referral, *, named: int | None) -> None:
        """Nothing has become of it: something failed half way. `named` is whom its consent named before."""
        self.moved = [one for one in self.moved if one.referral is not referral]
        self.emails.pop(referral.pk, None)
        self.named.pop(referral.pk, None)
        referral.consent.partner_id = named

    def write(self) -> None:
        """Write it all, within the caller's transaction."""
        if not self.moved:
            return
        many.update_all(Referral, [_changed(one.referral) for one in self.moved])
        many.update_all(
            Consent, [{"id": one.pk, "partner_id": one.partner_id} for one in self.named.values()]
        )
        events.record_all(
            [events.Happening(one.referral.case, one.kind, one.referral, one.data) for one in self.moved],
            at=self.at,
        )
        Case.objects.filter(pk__in={one.referral.case_id for one in self.moved}).update(changed_at=self.at)
        notify_all(self._messages(), beside=[*self.emails.values()])

    def _messages(self) -> list[Message]:
        to_receiver = {
            one.referral.receiver_id for one in self.moved if one.kind in audience.TO_RECEIVER_ALWAYS
        }
        theirs: dict[int | None, list[User]] = {partner: [] for partner in to_receiver}
        for person in audience.case_workers_of(to_receiver) if to_receiver else []:
            theirs[person.partner_id].append(person)
        to_sender = [one.referral.case for one in self.moved if one.kind not in audience.TO_RECEIVER_ALWAYS]
        prefetch_related_objects(to_sender, "assigned_to")
        return [
            Message(
                theirs[one.referral.receiver_id]
                if one.kind in audience.TO_RECEIVER_ALWAYS
                else audience.senders(one.referral),
                kind=one.told_as,
                reference=one.referral.reference,
                path=one.referral.get_absolute_url(),
                urgent=one.referral.urgency == Urgency.EMERGENCY,
                request_id=one.request_id,
            )
            for one in self.moved
        ]
