"""What is done to each case, and how it is taken back: one class for each kind of act.

A piece asks `ready` once, then `why_not` of each of its cases, and has the others done together. An export, which changes no
case, reads a piece instead (`performed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone

from accounts.models import User
from accounts.policy import hold as hold_person
from agencies.models import Topic
from cases import access_log, together
from cases import rules as case_rules
from cases.choices import EventKind
from cases.models import Case
from privacy.choices import Verb
from privacy.spreadsheets import Cell

from . import rules
from .choices import BulkState, Kind, Skip
from .columns import chosen
from .formats import FORMS, squeezed
from .models import BulkAct, BulkPiece
from .reading import Reader


class Doing:
    """One kind of act, for one piece."""

    size: ClassVar[int] = 250  # cases of a piece: what one transaction locks and changes
    then: ClassVar[BulkState] = BulkState.DONE  # once all pieces are done
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
        """Who has the case, before anything is done."""
        return case.assigned_to_id

    def performed(self, by: User, piece: BulkPiece) -> None:
        """Do the piece, in the transaction of the caller: `results` says of each case why it was left out, or nothing."""
        cases = together.hold(by, piece.cases)
        hold_person(by)
        self.ready(list(cases.values()))
        reasons = reasons_of(piece.cases, cases, lambda case: self.why_not(by, case))
        chosen = [cases[number] for number in piece.cases if not reasons[number]]
        before = {case.pk: self.before(case) for case in chosen}
        if chosen:
            self.do(by, chosen, timezone.now())
        piece.results = [reasons[number] for number in piece.cases]
        piece.before = [before.get(number) for number in piece.cases]

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


class Messaging(Doing):
    """Every case gets the same note; its caseworkers are told once (telling.py). What was said is not taken back."""

    event = EventKind.NOTED

    def why_not(self, user: User, case: Any) -> Skip | None:
        return rules.why_not_note(user, case)

    def do(self, by: User, cases: Sequence[Case], at: datetime) -> None:
        together.note(by=by, text=self.act.text, cases=cases, at=at, act=self.mark)


class Exporting(Doing):
    """Every case becomes a line of a file. Nothing of the case is changed; its access log says that it was exported."""

    size, then = 2_500, BulkState.PACKING

    def why_not(self, user: User, case: Any) -> Skip | None:
        return rules.why_not_export(user, case)

    def performed(self, by: User, piece: BulkPiece) -> None:
        hold_person(by)
        columns = chosen(self.act.columns)
        form = FORMS[self.act.form]([column.name for column in columns])
        results = dict.fromkeys(piece.cases, Skip.GONE.value)

        def rows() -> Iterator[Sequence[Cell]]:
            for number, cells in Reader(by, columns).rows(piece.cases):
                results[number] = "" if cells is not None else Skip.BROKEN.value
                if cells is not None:
                    yield cells

        piece.keep(squeezed(form.lines(rows())))
        self._say_why(by, results)
        piece.results = list(results.values()) if any(results.values()) else []
        done = [number for number, result in results.items() if not result]
        access_log.about_each(Verb.EXPORTED, by, done, self.act.partner_id, f"export:{self.act.pk}")

    def _say_why(self, by: User, results: dict[int, str]) -> None:
        """Of those that were not read, what stands against it."""
        missing = [number for number, result in results.items() if result == Skip.GONE]
        if not missing:
            return
        known = Case.objects.of_partner_of(by).filter(pk__in=missing).with_mask(by).defer(*together.HEAVY)
        for case in known:
            results[case.pk] = self.why_not(by, together.opened(by, case)) or Skip.CHANGED.value


def reasons_of(
    numbers: Sequence[int], cases: Mapping[int, Any], why_not: Callable[[Any], Skip | None]
) -> dict[int, str]:
    """Of each case why nothing is done to it, or nothing."""
    return {
        number: (why_not(cases[number]) or "") if number in cases else Skip.GONE.value for number in numbers
    }


KINDS: dict[str, type[Doing]] = {
    Kind.ASSIGN: Assigning,
    Kind.TOPIC: AddingTopic,
    Kind.MESSAGE: Messaging,
    Kind.EXPORT: Exporting,
}
