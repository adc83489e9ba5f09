"""The life of one referral. Each verb does to rows in memory what referrals.actions does to those in the database: the
same table of states, stamps, clock, event and notice, at a time that is given."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from agencies import matching
from agencies.models import Partner
from cases.choices import ConsentMethod, DataGroup, EventKind
from cases.models import CaseEvent, Consent
from referrals import deadlines, escalation, routing, rules
from referrals.choices import DeclineReason, State
from referrals.models import Referral
from referrals.moves import TOLD

from .cases import Filed
from .world import Notice, World

ROUTED_WITHIN = timedelta(seconds=2)


@dataclass(frozen=True)
class Step:
    """What the clock of the referral needs to know of an event."""

    kind: EventKind
    by: User | None
    at: datetime
    state: str


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
    ) -> None:
        self.world, self.filed, self.at = world, filed, at
        self.steps: list[Step] = []
        self.handed_to: Partner | None = None
        self.gave_up = False  # the sender took it back because nothing came
        self.referral = Referral(
            id=UUID(int=world.rng.getrandbits(128), version=4),
            case=filed.case,
            number=1,  # numbered when all are known
            previous=previous,
            sender=filed.partner,
            consent=self._consent(at, by),
            services=services,
            request=request,
            urgency=filed.case.urgency,
            created_by=by,
            created_at=at,
            changed_at=at,
            route_at=at,
        )
        world.lives.append(self)
        self._log(EventKind.REFERRED, at, by, text=request)

    @property
    def state(self) -> State:
        return State(self.referral.state)

    @property
    def sender(self) -> User:
        return self.filed.case.assigned_to

    @property
    def receiver(self) -> User:
        return self.world.keeper(self.referral)

    def route(self, answer: matching.Answer) -> None:
        """What the portal's worker does within seconds."""
        referral, at = self.referral, self.at + ROUTED_WITHIN
        referral.ranking = routing.ranked(answer)
        referral.route_attempts, referral.route_at = 1, at + routing.FIRST_BACKOFF
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

    def accept(self, at: datetime) -> None:
        self.referral.accepted_at, self.referral.accepted_by = at, self.receiver
        self._lead()
        self._finish(State.ACCEPTED, EventKind.ACCEPTED, at, self.referral.accepted_by)

    def decline(self, at: datetime, reason: DeclineReason, text: str) -> None:
        self.referral.decline_reason = reason
        self._end(at, self.receiver)
        self._finish(
            State.DECLINED, EventKind.DECLINED, at, self.referral.ended_by, text=text, reason=str(reason)
        )

    def ask(self, at: datetime, text: str) -> None:
        self._finish(State.CLARIFYING, EventKind.ASKED, at, self.receiver, text=text)

    def answer(self, at: datetime, text: str) -> None:
        back_to = State.ACCEPTED if self.referral.accepted_at else State.RECEIVED
        self._finish(back_to, EventKind.ANSWERED, at, self.sender, text=text)

    def report(self, at: datetime, text: str) -> None:
        self._finish(None, EventKind.PROGRESS, at, self.receiver, text=text)

    def tell(self, at: datetime, text: str) -> None:
        """Progress that the sender writes down."""
        self._finish(None, EventKind.PROGRESS, at, self.sender, text=text)

    def complete(self, at: datetime, outcome: str, text: str, amount: Decimal | None, currency: str) -> None:
        self.referral.outcome = self.world.outcomes[outcome]
        self.referral.amount, self.referral.currency = amount, currency if amount is not None else ""
        self._end(at, self.receiver)
        self._finish(
            State.COMPLETED, EventKind.COMPLETED, at, self.referral.ended_by, text=text, outcome=outcome
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
        """It ends here; whoever leads the case along writes the referral that follows."""
        self.handed_to = to
        self._end(at, self.receiver)
        by = self.referral.ended_by
        self._finish(State.HANDED_OVER, EventKind.HANDED_OVER, at, by, text=text, to=to.name_id)

    def wind_the_clock(self) -> None:
        """Set the clock as referrals.deadlines would have, beginning with the last step that set it anew."""
        referral, state = self.referral, self.referral.state
        anew = max(number for number, step in enumerate(self.steps) if self._sets_anew(step))
        for step in self.steps[anew:]:
            referral.state = step.state
            deadlines.set_clock(referral, step.kind, by=step.by, now=step.at, policy=self.world.policy)
        referral.state = state

    def remind(self) -> None:
        """Give the reminders of the last deadline whose time has come, as referrals.escalation would have."""
        referral, policy = self.referral, self.world.policy
        if not referral.is_live:
            return
        for step in deadlines.steps_left(referral, policy):
            at = deadlines.step_at(referral, step.percent, policy)
            if at is None or at > self.world.clock.now:
                break
            self._log(EventKind.ESCALATED, at, None, level=step.level, percent=step.percent)
            for person in escalation.recipients(referral, step):
                self.world.notices.append(Notice(person, escalation.kind_of(step), referral, at))
            referral.escalation_level, referral.changed_at = step.level, at
        deadlines.schedule(referral, policy)

    def _sets_anew(self, step: Step) -> bool:
        """Whether the deadline after this step owes nothing to the one before it."""
        if step.kind is EventKind.PROGRESS:
            return step.by is not None and step.by.partner_id != self.referral.sender_id
        return step.kind not in (EventKind.RECEIVED, EventKind.ASKED, EventKind.ANSWERED)

    def _send(self, at: datetime, to: Partner, *, by: User | None, chosen: bool) -> None:
        self.referral.receiver = self.referral.consent.partner = to
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

    def _finish(
        self, state: State | None, kind: EventKind, at: datetime, by: User | None, text: str = "", **data: Any
    ) -> None:
        if state is not None:
            assert rules.may_become(self.referral, state), (self.referral.state, state)
            self.referral.state = state
        self.at = self.referral.changed_at = at
        self.steps.append(Step(kind, by, at, self.referral.state))
        self._log(kind, at, by, text=text, **data)
        for person in self._to_tell(kind, by):
            self.world.notices.append(Notice(person, TOLD[kind], self.referral, at))

    def _log(self, kind: EventKind, at: datetime, by: User | None, text: str = "", **data: Any) -> None:
        event = CaseEvent(
            case=self.filed.case,
            referral=self.referral,
            kind=kind,
            at=at,
            actor=by,
            partner_id=by.partner_id if by else None,
            text=text,
            data=data,
        )
        self.world.events.append(event)
        self.filed.case.changed_at = max(self.filed.case.changed_at, at)

    def _to_tell(self, kind: EventKind, by: User | None) -> list[User]:
        """As referrals.audience decides it."""
        receiver = self.referral.receiver
        if kind is EventKind.SENT or (by is not None and by.partner_id == self.referral.sender_id):
            return self.world.staff[receiver.pk] if receiver else []
        return [self.sender]

    def _consent(self, at: datetime, by: User) -> Consent:
        rng, case = self.world.rng, self.filed.case
        every: list[str] = list(DataGroup.values)
        consent = Consent(
            case=case,
            groups=rng.choices(
                [every, [DataGroup.IDENTITY.value, DataGroup.CASE.value], [DataGroup.CASE.value]],
                weights=[80, 14, 6],
            )[0],
            given_by=case.reporter_name,
            method=rng.choices(
                [ConsentMethod.SIGNED, ConsentMethod.RECORDED, ConsentMethod.SPOKEN], weights=[35, 25, 40]
            )[0],
            given_on=timezone.localdate(at),
            recorded_by=by,
            recorded_at=at,
        )
        self.world.consents.append(consent)
        return consent
