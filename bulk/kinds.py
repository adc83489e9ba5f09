"""What is done to each case, and how it is taken back: one class for each kind of act.

A piece asks `ready` once, then `why_not` of each of its cases, and has the others done together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from accounts.models import User
from agencies.models import Topic
from cases import rules as case_rules
from cases import together
from cases.choices import EventKind
from cases.models import Case

from . import rules
from .choices import Kind, Skip
from .models import BulkAct


class Doing:
    """One kind of act, for one piece."""

    event: ClassVar[EventKind]  # that it leaves in the log of the case

    def __init__(self, act: BulkAct) -> None:
        self.act, self.mark = act, str(act.pk)

    def ready(self, cases: Sequence[Case]) -> None:
        """Read what the rules need of these cases together."""

    def why_not(self, user: User, case: Any) -> Skip | None:
        raise NotImplementedError

    def do(self, by: User, cases: Sequence[Case], at: datetime) -> None:
        raise NotImplementedError

    def before(self, case: Case) -> int | None:
        """What is kept of the case as it was, to take it back."""
        return None

    def ready_to_undo(self, cases: Sequence[Case], before: Mapping[int, int | None]) -> None:
        """Read what `why_not_undo` needs of these cases together."""
        self.last = together.last_done(self.event, cases)

    def why_not_undo(self, user: User, case: Any) -> Skip | None:
        """A case in which somebody has done the same kind of thing since is left as it is."""
        return None if self.last.get(case.pk) == self.mark else Skip.CHANGED

    def undo(self, by: User, cases: Sequence[Case], at: datetime) -> None:
        raise NotImplementedError


class Assigning(Doing):
    """Every case goes to one colleague; taken back, each goes to whoever had it."""

    event = EventKind.ASSIGNED
    to: User | None = None
    owners: Mapping[int, User] = {}

    def ready(self, cases: Sequence[Case]) -> None:
        if self.act.to_id is not None:
            self.to = User.objects.select_related("partner").get(pk=self.act.to_id)

    def why_not(self, user: User, case: Any) -> Skip | None:
        return rules.why_not_assign(user, case, self.to)

    def do(self, by: User, cases: Sequence[Case], at: datetime) -> None:
        assert self.to is not None
        to = {case.pk: self.to for case in cases}
        together.assign(by=by, to=to, cases=cases, at=at, act=self.mark)

    def before(self, case: Case) -> int | None:
        return case.assigned_to_id

    def ready_to_undo(self, cases: Sequence[Case], before: Mapping[int, int | None]) -> None:
        super().ready_to_undo(cases, before)
        people = User.objects.select_related("partner").in_bulk({pk for pk in before.values() if pk})
        self.owners = {case: people[pk] for case, pk in before.items() if pk in people}

    def why_not_undo(self, user: User, case: Any) -> Skip | None:
        if case.assigned_to_id != self.act.to_id:
            return Skip.CHANGED
        owner = self.owners.get(case.pk)
        if owner is None or not case_rules.can_take_on(owner, case):
            return Skip.PERSON
        return rules.why_not_assign(user, case, owner) or super().why_not_undo(user, case)

    def undo(self, by: User, cases: Sequence[Case], at: datetime) -> None:
        to = {case.pk: self.owners[case.pk] for case in cases}
        together.assign(by=by, to=to, cases=cases, at=at, act="")


class AddingTopic(Doing):
    """Every case gets one more topic, which restricts none of them."""

    event = EventKind.EDITED
    topic: Topic | None = None
    having: frozenset[int] = frozenset()

    def ready(self, cases: Sequence[Case]) -> None:
        if self.act.topic_id is not None:
            self.topic = Topic.objects.get(pk=self.act.topic_id)
            rows = Case.topics.through.objects.filter(topic=self.topic, case__in=cases)
            self.having = frozenset(rows.values_list("case", flat=True))

    def why_not(self, user: User, case: Any) -> Skip | None:
        if self.topic is not None and not rules.can_be_added(self.topic):
            return Skip.NO_RIGHT
        return rules.why_not_edit(user, case) or (Skip.ALREADY if case.pk in self.having else None)

    def do(self, by: User, cases: Sequence[Case], at: datetime) -> None:
        assert self.topic is not None
        together.add_topic(by=by, topic=self.topic, cases=cases, at=at, act=self.mark)

    def why_not_undo(self, user: User, case: Any) -> Skip | None:
        return rules.why_not_edit(user, case) or super().why_not_undo(user, case)

    def undo(self, by: User, cases: Sequence[Case], at: datetime) -> None:
        topic = Topic.objects.get(pk=self.act.topic_id)
        together.remove_topic(by=by, topic=topic, cases=cases, at=at, act="")


KINDS: dict[str, type[Doing]] = {Kind.ASSIGN: Assigning, Kind.TOPIC: AddingTopic}
