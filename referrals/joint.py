"""Who works together on a case: its own partner, and every agency that has taken on a referral it may still read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts import prepared
from accounts.models import User
from agencies.models import Partner
from cases.models import Case
from cases.rules import can_read

from . import disclosure
from .choices import ENDED, WITH_RECEIVER, State
from .models import Referral


@dataclass(frozen=True)
class Team:
    """The referrals of a case that were taken on and are open to their receivers; with `case`, all who take part."""

    case: Case
    referrals: list[Referral]

    @property
    def at_work(self) -> list[Referral]:
        """Those whose receivers are still at it; the others may only read."""
        return [referral for referral in self.referrals if referral.state not in ENDED]

    @property
    def partners(self) -> list[Partner]:
        """Who may have to do something, each once: the case's own partner first, then the lead."""
        receivers = [
            referral.receiver
            for referral in sorted(self.at_work, key=lambda referral: (not referral.is_lead, referral.number))
            if referral.receiver is not None
        ]
        return list(dict.fromkeys([self.case.partner, *receivers]))

    @property
    def lead(self) -> Partner | None:
        return next((referral.receiver for referral in self.at_work if referral.is_lead), None)

    def may_read(self, user: User) -> bool:
        return user.works_cases and (self._owns(user) or self._receives(user, self.referrals))

    def may_edit(self, user: User) -> bool:
        return user.works_cases and (self._owns(user) or self._receives(user, self.at_work))

    def referral_of(self, partner: Partner) -> Referral | None:
        """Where this partner works on the case; None for the case's own."""
        return next((referral for referral in self.at_work if referral.receiver_id == partner.pk), None)

    def _owns(self, user: User) -> bool:
        return can_read(user, self.case)

    def _receives(self, user: User, referrals: list[Referral]) -> bool:
        return any(referral.receiver_id == user.partner_id for referral in referrals)


# What a page reads of a referral to say who takes part and who leads.
SEEN = (
    *("case", "number", "is_lead", "state", "sent_at", "ended_at", "receiver__name_id", "receiver__name_en"),
    *("consent__until", "consent__withdrawn_at", "consent__partner"),
)


def team(case: Case) -> Team:
    """Who takes part in this case now."""
    return _team(case, _taken_on(case).select_related("case", "sender", "receiver", "consent"))


def seen(case: Case) -> Team:
    """The same to be looked at: of its referrals no more is read than that."""
    taken_on = prepared.rows("seen together", None, _seen, case=case.pk)
    for referral in taken_on:
        referral.case = case
    return _team(case, taken_on)


def _seen(case: int) -> Any:
    return _taken_on(case).select_related("receiver", "consent").only(*SEEN).order_by()


def _taken_on(case: Case | int) -> QuerySet[Referral]:
    return Referral.objects.filter(
        case=case, accepted_at__isnull=False, state__in=sorted(WITH_RECEIVER | {State.COMPLETED})
    )


def _team(case: Case, taken_on: Iterable[Referral]) -> Team:
    return Team(case, [referral for referral in taken_on if disclosure.is_open(referral)])


def find(user: User, reference: str) -> Team | None:
    """The team of the case with this reference, for somebody who may read its plan; else None."""
    case = (
        Case.objects.filter(reference=reference).select_related("data_key", "partner", "assigned_to").first()
    )
    if case is None:
        return None
    found = team(case)
    return found if found.may_read(user) else None
