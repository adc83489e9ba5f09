"""All that the making up of cases and referrals needs at hand, and where what it makes is collected."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from accounts.models import User
from agencies.models import Outcome, Partner
from cases.models import Case, CaseEvent, Consent
from notifications.choices import Kind
from referrals import deadlines
from referrals.models import Referral

from .cases import Filed, Registry
from .clock import Clock
from .plots import Plots
from .routes import Routes
from .wording import Texts

if TYPE_CHECKING:
    from .lives import Life


@dataclass(frozen=True)
class Notice:
    """A message that somebody got, before the referrals have their numbers."""

    to: User
    kind: Kind
    about: Case | Referral
    at: datetime


@dataclass
class World:
    rng: Random
    clock: Clock
    texts: Texts
    plots: Plots
    registry: Registry
    routes: Routes
    partners: dict[str, Partner]  # by code
    staff: dict[int, list[User]]  # who works on cases, by partner; never empty
    outcomes: dict[str, Outcome]

    filed: list[Filed] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    events: list[CaseEvent] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_pk = {partner.pk: partner for partner in self.partners.values()}
        self._hands: dict[object, User] = {}
        self.policy = deadlines.Policy()
        self.receivers: dict[object, set[int]] = defaultdict(set)  # by case reference: who was asked

    def somebody_at(self, partner: Partner) -> User:
        """One of those who work there; the first of them does most."""
        people = self.staff[partner.pk]
        return self.rng.choices(people, weights=[3, *[1] * (len(people) - 1)])[0]

    def keeper(self, referral: Referral) -> User:
        """Who at the receiver has this referral in hand: nearly always the same person."""
        assert referral.receiver is not None
        if referral.pk not in self._hands or self.rng.random() < 0.15:
            self._hands[referral.pk] = self.somebody_at(referral.receiver)
        return self._hands[referral.pk]
