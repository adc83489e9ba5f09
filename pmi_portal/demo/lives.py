"""The life of one referral. Each verb does to rows in memory what referrals.actions does to those in the database: the
same table of states, stamps, clock, event and notice, at a time that is given."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.models import User
from agencies import matching
from agencies.choices import OutcomeClass
from agencies.models import Partner
from cases.choices import ClockCode, EventKind
from cases.models import Consent
from notifications.choices import Kind
from referrals import deadlines, routing, rules
from referrals.actions.shared import marked
from referrals.choices import DeclineReason, State
from referrals.models import Referral
from referrals.moves import TOLD

from . import consents, limits
from .cases import Filed
from .world import World

ROUTED_WITHIN = timedelta(seconds=2)


@dataclass(frozen=True)
class Step:
    """What the clock of the referral needs to know of an event."""

    kind: EventKind
    by: User | None
    at: datetime
    state: str
    recorded: bool


class Life:
    """A referral that is being made up; `at` is when something last happened to it."""

    def __init__(
        self,
        world: World,
        filed: Filed,
        *,
        at: datetime,
        by: User,
        services: list[str],
        request: str,
        previous: Referral | None = None,
        consent: Consent | None = None,
        words: str | None = None,
    ) -> None:
        """`consent` is the grant it rests on, where none is asked for; `words` what the log says, if not the request."""
        self.world, self.filed, self.at = world, filed, at
        self.steps: list[Step] = []
        self.handed_to: Life | None = None
        self.hopeless = ""  # the outcome that its receiver waits to close it with
        self.gave_up = False  # the sender took it back because nothing came
        self.referral = Referral(
            id=UUID(int=world.rng.getrandbits(128), version=4),
            case=filed.case,
            number=1,  # numbered when all are known
            previous=previous,
            sender=filed.partner,
            consent=consent or consents.grant(world, filed, at, by),
            services=services,
            request=request,
            urgency=filed.case.urgency,
            created_by=by,
            created_at=at,
            changed_at=at,
            route_at=at,
        )
        world.lives.append(self)
        self._log(EventKind.REFERRED, at, by, text=request if words is None else words)

    @property
    def state(self) -> State:
        return State(self.referral.state)

    @property
    def sender(self) -> User:
        return self.filed.case.assigned_to

    @property
    def recorded(self) -> bool:
        """Whether nobody at the receiver has an account, so that the sender writes down what it answers."""
        receiver = self.referral.receiver
        return receiver is not None and not self.world.staff[receiver.pk]

    @property
    def receiver(self) -> User:
        return self.sender if self.recorded else self.world.keeper(self.referral)

    def route(self, answer: matching.Answer) -> None:
        """What the portal's worker does within seconds."""
        referral, at = self.referral, self.at + ROUTED_WITHIN
        referral.ranking = routing.ranked(answer)
        referral.route_attempts, referral.route_at = 1, at + routing.QUEUE.patience.first
        if answer.clear is not None and answer.clear.reachable:
            self._send(at, self.world.by_pk[answer.clear.partner_id], by=None, chosen=False)
            return
        why = answer.reasons[0] if answer.clear is None else self._nobody_reads(answer.clear)
        referral.why_unrouted, referral.why_params = why["code"], why["params"]
        self._finish(State.UNROUTED, EventKind.UNROUTED, at, None, why=why["code"])

    def choose(self, at: datetime, to: Partner) -> None:
        self.referral.why_unrouted, self.referral.why_params = "", {}
        self._send(at, to, by=self.sender, chosen=True)

    def receive(self, at: datetime) -> None:
        self.referral.received_at, self.referral.received_by = at, self.receiver
        self._finish(State.RECEIVED, EventKind.RECEIVED, at, self.referral.received_by)

    def accept(self, at: datetime, text: str = "") -> None:
        self.referral.accepted_at, self.referral.accepted_by = at, self.receiver
        self._lead()
        self._answer(State.ACCEPTED, EventKind.ACCEPTED, at, self.referral.accepted_by, text=text)

    def decline(self, at: datetime, reason: DeclineReason, text: str) -> None:
        self.referral.decline_reason = reason
        self._end(at, self.receiver)
        self._answer(
            State.DECLINED, EventKind.DECLINED, at, self.referral.ended_by, text=text, reason=str(reason)
        )

    def ask(self, at: datetime, text: str) -> None:
        self._answer(State.CLARIFYING, EventKind.ASKED, at, self.receiver, text=text)

    def answer(self, at: datetime, text: str) -> None:
        back_to = State.ACCEPTED if self.referral.accepted_at else State.RECEIVED
        self._finish(back_to, EventKind.ANSWERED, at, self.sender, text=text)

    def report(self, at: datetime, text: str) -> None:
        self._answer(None, EventKind.PROGRESS, at, self.receiver, text=text)

    def tell(self, at: datetime, text: str) -> None:
        """Progress that the sender writes down."""
        self._finish(None, EventKind.PROGRESS, at, self.sender, text=text)

    def complete(self, at: datetime, outcome: str, text: str, amount: Decimal | None, currency: str) -> None:
        self.referral.outcome = self.world.outcomes[outcome]
        self.referral.amount, self.referral.currency = amount, currency if amount is not None else ""
        self._end(at, self.receiver)
        handed_on = self.referral.outcome.outcome_class == OutcomeClass.TRANSFERRED
        self._answer(
            State.COMPLETED,
            EventKind.COMPLETED,
            at,
            self.referral.ended_by,
            text=text,
            told_as=Kind.REFERRAL_HANDED_OVER if handed_on else None,
            outcome=outcome,
        )

    def withdraw(self, at: datetime, text: str) -> None:
        self._end(at, self.sender)
        self._finish(State.WITHDRAWN, EventKind.WITHDRAWN, at, self.referral.ended_by, text=text)

    def reopen(self, at: datetime, text: str) -> None:
        self.referral.ended_at = self.referral.ended_by = None
        self.referral.outcome, self.referral.amount, self.referral.currency = None, None, ""
        self._lead()
        self._finish(State.ACCEPTED, EventKind.REOPENED, at, self.sender, text=text)

    def hand_over(self, at: datetime, text: str, to: Partner) -> None:
        """It ends here, and the one that follows is there at once: sent, where the worker agreed to that, else proposed."""
        ended, by = self.referral, self.receiver
        self._end(at, by)
        self._finish(State.HANDED_OVER, EventKind.HANDED_OVER, at, by, text=text, to=to.name_id)
        goes_on = rules.goes_on(ended.consent)
        self.handed_to = Life(
            self.world,
            self.filed,
            at=at,
            by=by,
            services=ended.services,
            request=ended.request,
            previous=ended,
            consent=consents.passed_on(self.world, ended.consent, to, at) if goes_on else ended.consent,
            words=text if goes_on else "",
        )
        self.handed_to._begin_after(ended, at, to, by, goes_on=goes_on)

    def _begin_after(self, ended: Referral, at: datetime, to: Partner, by: User, *, goes_on: bool) -> None:
        self.referral.created_by, self.referral.ranking = ended.created_by, ended.ranking
        if goes_on:
            self._send(at, to, by=by, chosen=True)
            return
        self.referral.proposed = to
        self.world.receivers[self.filed.case.reference].add(to.pk)
        self._finish(State.UNROUTED, EventKind.UNROUTED, at, by, why="handed_over")

    def agree(self, at: datetime) -> None:
        """The worker was asked, and the sender sends what an agency had proposed to hand over."""
        to = self.referral.proposed
        assert to is not None
        self.referral.consent = consents.grant(self.world, self.filed, at, self.sender)
        self._send(at, to, by=self.sender, chosen=True)

    def lose_consent(self, at: datetime, text: str) -> None:
        """The worker takes back all that they agreed to: this one ends, and its receiver's time to stop begins."""
        referral, by, receiver = self.referral, self.sender, self.referral.receiver
        assert receiver is not None
        grants = [grant for grant in self.world.consents if grant.case is self.filed.case]
        who = sorted({grant.partner.name_id for grant in grants if grant.partner})
        self.world.log(
            self.filed.case, EventKind.CONSENT_WITHDRAWN, at, by, text=text, consent=None, partners=who
        )
        for grant in grants:
            grant.withdrawn_at, grant.withdrawn_by = at, by
        self._end(at, by)
        told_as = Kind.CONSENT_WITHDRAWN
        self._finish(State.WITHDRAWN, EventKind.WITHDRAWN, at, by, told_as=told_as, because="consent")
        limits.run(
            self.world, self.filed.case, ClockCode.PDP_WITHDRAW, receiver, at=at, by=by, referral=referral
        )

    def wind_the_clock(self) -> None:
        """Set the clock as referrals.deadlines would have, beginning with the last step that set it anew."""
        referral, state = self.referral, self.referral.state
        anew = max(number for number, step in enumerate(self.steps) if self._sets_anew(step))
        for step in self.steps[anew:]:
            referral.state = step.state
            deadlines.set_clock(
                referral, step.kind, by=step.by, now=step.at, recorded=step.recorded, policy=self.world.policy
            )
        referral.state = state

    def _sets_anew(self, step: Step) -> bool:
        """Whether the deadline after this step owes nothing to the one before it."""
        if step.kind is EventKind.PROGRESS:
            return step.recorded or (step.by is not None and step.by.partner_id != self.referral.sender_id)
        return step.kind not in (EventKind.RECEIVED, EventKind.ASKED, EventKind.ANSWERED)

    def _send(self, at: datetime, to: Partner, *, by: User | None, chosen: bool) -> None:
        self.referral.receiver = self.referral.consent.partner = to
        self.referral.proposed = None
        self.referral.sent_at = at
        self.world.receivers[self.filed.case.reference].add(to.pk)
        self._finish(State.SENT, EventKind.SENT, at, by, to=to.name_id, chosen=chosen)

    def _lead(self) -> None:
        """As referrals.moves does it: the first that takes the case on leads, while nobody else does."""
        of_case = [life.referral for life in self.world.lives if life.filed is self.filed]
        self.referral.is_lead = not any(referral.is_lead for referral in of_case)

    def _end(self, at: datetime, by: User) -> None:
        self.referral.is_lead = False
        self.referral.ended_at, self.referral.ended_by = at, by

    def _nobody_reads(self, candidate: matching.Candidate) -> matching.Reason:
        partner = self.world.by_pk[candidate.partner_id]
        return {
            "code": "no_accounts",
            "params": {"partner_id": partner.name_id, "partner_en": partner.name_en},
        }

    def _answer(
        self, state: State | None, kind: EventKind, at: datetime, by: User | None, **data: Any
    ) -> None:
        """What the receiver does, or the sender writes down for it."""
        self._finish(state, kind, at, by, **data, **marked(self.recorded))

    def _finish(
        self,
        state: State | None,
        kind: EventKind,
        at: datetime,
        by: User | None,
        *,
        text: str = "",
        told_as: Kind | None = None,
        **data: Any,
    ) -> None:
        if state is not None:
            assert rules.may_become(self.referral, state), (self.referral.state, state)
            self.referral.state = state
        self.at = self.referral.changed_at = at
        recorded = bool(data.get("recorded"))
        self.steps.append(Step(kind, by, at, self.referral.state, recorded))
        self._log(kind, at, by, text=text, **data)
        people = [] if recorded else self._to_tell(kind, by)
        self.world.tell(people, told_as or TOLD[kind], self.referral, at)

    def _log(self, kind: EventKind, at: datetime, by: User | None, text: str = "", **data: Any) -> None:
        self.world.log(self.filed.case, kind, at, by, referral=self.referral, text=text, **data)

    def _to_tell(self, kind: EventKind, by: User | None) -> list[User]:
        """As referrals.audience decides it."""
        receiver = self.referral.receiver
        if kind is EventKind.SENT or (by is not None and by.partner_id == self.referral.sender_id):
            return self.world.staff[receiver.pk] if receiver else []
        return [self.sender]
