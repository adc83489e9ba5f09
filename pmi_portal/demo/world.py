"""All that the making up of cases and referrals needs at hand, and where what it makes is collected."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any

from accounts.models import User
from accounts.roles import Right
from agencies.models import Outcome, Partner
from cases.choices import EventKind
from cases.models import Case, CaseAccess, CaseEvent, Consent, Document
from cases.models import Clock as TimeLimit
from notifications.choices import Kind
from referrals.models import Letter, PlanStep, Referral
from rights.models import DataRequest

from .cases import Filed, Registry
from .clock import Clock
from .files import Files
from .plots import Plots
from .policy import Policy
from .routes import Routes
from .wording import Texts

if TYPE_CHECKING:
    from .dossiers import Dossier
    from .lives import Life


@dataclass(frozen=True)
class Notice:
    """A message that somebody got, before the referrals have their numbers; `path` where it is not the page of `about`."""

    to: User
    kind: Kind
    about: Case | Referral | DataRequest
    at: datetime
    path: str = ""


@dataclass
class World:
    rng: Random
    clock: Clock
    texts: Texts
    plots: Plots
    registry: Registry
    routes: Routes
    partners: dict[str, Partner]  # by code
    staff: dict[int, list[User]]  # who works on cases, by partner; empty where a letter is all that comes
    admins: list[User]  # who coordinate the portal
    outcomes: dict[str, Outcome]

    filed: list[Filed] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    events: list[CaseEvent] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)
    dossiers: list[Dossier] = field(default_factory=list)
    limits: list[TimeLimit] = field(default_factory=list)
    plan: list[PlanStep] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    accesses: list[CaseAccess] = field(default_factory=list)
    requests: list[tuple[DataRequest, Case]] = field(default_factory=list)
    files: Files = field(default_factory=Files)

    def __post_init__(self) -> None:
        self.by_pk = {partner.pk: partner for partner in self.partners.values()}
        self._hands: dict[object, User] = {}
        self.policy = Policy()
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

    def supervisors(self, partner: Partner) -> list[User]:
        """Who oversees the cases of a partner; where nobody does, all who work on them."""
        people = self.staff[partner.pk]
        return [person for person in people if person.can(Right.OVERSEE_CASES)] or people

    def log(
        self,
        case: Case,
        kind: EventKind,
        at: datetime,
        by: User | None,
        *,
        referral: Referral | None = None,
        text: str = "",
        **data: Any,
    ) -> None:
        """An event as cases.events records it, and what it counts as a change of."""
        self.events.append(
            CaseEvent(
                case=case,
                referral=referral,
                kind=kind,
                at=at,
                actor=by,
                partner_id=by.partner_id if by else None,
                text=text,
                data=data,
            )
        )
        internal = kind is EventKind.INTERNAL
        if not internal or (by and by.partner_id == case.partner_id):
            case.changed_at = max(case.changed_at, at)
        if referral is not None and not internal:
            referral.changed_at = max(referral.changed_at, at)

    def tell(
        self,
        people: list[User],
        kind: Kind,
        about: Case | Referral | DataRequest,
        at: datetime,
        path: str = "",
    ) -> None:
        self.notices.extend(Notice(person, kind, about, at, path) for person in people)
