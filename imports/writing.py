"""Making cases out of the rows that can be: a piece in one transaction, in a fixed number of statements.

They are old. Nobody is told of them, no clock starts and nothing is referred; what is for named staff is restricted all the
same (ADR 0018), and a case that was closed is closed. Rows with errors are left, to be corrected and uploaded again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policy import hold as hold_person
from agencies.models import Outcome, Topic
from agencies.tables import Problem
from cases import access_log, references, restriction
from cases.choices import EventKind
from cases.models import Case, CaseEvent, Worker
from errands.pieces import Turn, end, hold, went_on
from errands.queue import Failed, Queue
from privacy import keys
from privacy.acting import as_portal
from privacy.choices import Verb
from privacy.fields import take_numbers
from privacy.models import DataKey

from . import rules
from .choices import ImportState
from .drafts import Draft, is_wrong
from .judging import Judge
from .models import CaseImport, ImportedCase, ImportPiece
from .pieces import kept, memory_of, pieces_of

IN_THE_TABLE = frozenset(
    {"twice", "number_twice"}
)  # what the dry run knew, since it had seen the rows before
NOON = time(12)


def write(queue: Queue[CaseImport], table: CaseImport) -> None:
    """Make cases of the pieces that are not done, until they are or somebody says stop."""
    judge, turn = Judge(table, memory_of(table)), Turn()
    try:
        for piece in pieces_of(table, is_done=False):
            if turn.is_over:
                turn.pass_on(queue, table)
                return
            with keys.scope():  # two for each case, which nobody needs any more
                if not _write(queue, table, judge, piece):
                    return
    except PermissionDenied:
        end(queue, table, ImportState.STOPPED, problem=kept(Problem("not_yours")), done_at=timezone.now())
        return
    except (
        IntegrityError
    ) as error:  # another import makes the same cases this moment: the next try finds them there
        raise Failed("same rows elsewhere") from error
    end(queue, table, ImportState.DONE, done_at=timezone.now())


@transaction.atomic
def _write(queue: Queue[CaseImport], table: CaseImport, judge: Judge, piece: ImportPiece) -> bool:
    held = hold(queue, table)
    if held is None:
        return False
    if held.stop_asked:
        end(queue, table, ImportState.STOPPED, done_at=timezone.now())
        return False
    if not rules.can_import(table.by):
        raise PermissionDenied
    hold_person(table.by)
    rows = piece.rows()
    drafts = judge.judged(rows, first=False)
    made = [draft for row, draft in zip(rows, drafts, strict=True) if _may_become_a_case(row, draft)]
    if made:
        with (
            as_portal()
        ):  # all of it is this partner's; else the policy of each event and topic would look for its case
            Batch(table, judge, made).save()
    _leave_the_wrong_ones(piece, rows, drafts)
    went_on(
        queue,
        table,
        rows_done=F("rows_done") + len(rows),
        cases_made=F("cases_made") + len(made),
    )
    return True


def _may_become_a_case(row: Mapping[str, Any], draft: Draft) -> bool:
    before = any(one["code"] in IN_THE_TABLE for one in row.get("f", ()))
    return not (before or draft.is_wrong or draft.is_left_out)


def _leave_the_wrong_ones(
    piece: ImportPiece, rows: Sequence[dict[str, Any]], drafts: Sequence[Draft]
) -> None:
    """What has become a case is told by the case; the table keeps what has to be corrected."""
    wrong = []
    for row, draft in zip(rows, drafts, strict=True):
        before = [one for one in row.get("f", ()) if one["code"] in IN_THE_TABLE]
        row["f"] = draft.found + before
        if is_wrong(row["f"]):
            wrong.append(row)
    piece.keep(wrong)
    piece.is_done, piece.rows_wrong, piece.rows_known, piece.rows_warned = True, len(wrong), 0, 0
    piece.save(update_fields=["content", "is_done", "rows_wrong", "rows_known", "rows_warned"])


@dataclass
class Batch:
    """The rows of many cases, made together and saved in one statement a table."""

    table: CaseImport
    judge: Judge
    drafts: Sequence[Draft]
    now: datetime = field(default_factory=timezone.now)
    workers: list[Worker] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    events: list[CaseEvent] = field(default_factory=list)
    marks: list[ImportedCase] = field(default_factory=list)
    topics: list[Any] = field(default_factory=list)

    def save(self) -> None:
        count = len(self.drafts)
        data_keys = [keys.unsaved() for _number in range(2 * count)]
        DataKey.objects.bulk_create(data_keys)
        numbers = zip(
            self.drafts,
            take_numbers(Worker, count),
            take_numbers(Case, count),
            take_numbers(ImportedCase, count),
            references.take(self.table.partner, count),
            zip(data_keys[::2], data_keys[1::2], strict=True),
            strict=True,
        )
        for draft, worker_pk, case_pk, mark_pk, reference, (worker_key, case_key) in numbers:
            worker = Worker(pk=worker_pk, data_key=worker_key, partner=self.table.partner, **draft.worker)
            case = self._case(draft, case_pk, case_key, worker, reference)
            self.workers.append(worker)
            self.cases.append(case)
            self._mark(draft, mark_pk, case)
            self._tell(draft, case)
            self.topics += [Case.topics.through(case_id=case.pk, topic_id=code) for code in draft.topics]
        for event, pk in zip(self.events, take_numbers(CaseEvent, len(self.events)), strict=True):
            event.pk = pk
        Worker.objects.bulk_create(self.workers)
        Case.objects.bulk_create(self.cases)
        Case.topics.through.objects.bulk_create(self.topics)
        CaseEvent.objects.bulk_create(self.events)
        ImportedCase.objects.bulk_create(self.marks)
        access_log.about(Verb.WROTE, self.table.by, self.cases, f"import:{self.table.pk}")

    def _case(self, draft: Draft, pk: int, key: DataKey, worker: Worker, reference: str) -> Case:
        came = self._moment(draft.logged_on) or self.now
        case = Case(
            pk=pk,
            data_key=key,
            partner=self.table.partner,
            worker=worker,
            reference=reference,
            created_by=self.table.by,
            assigned_to_id=draft.caseworker or self.table.by_id,
            created_at=came,
            changed_at=came,
            **draft.case,
        )
        if draft.closed:
            outcome = self.judge.outcomes.rows[draft.outcome]
            assert isinstance(outcome, Outcome)
            case.outcome, case.closed_by = outcome, self.table.by
            case.closed_at = case.changed_at = max(self._moment(draft.closed_on) or came, came)
        found = restriction.reasons(case, self._topics(draft))
        if found:
            case.restricted_at, case.restricted_for = self.now, sorted(found)
        return case

    def _topics(self, draft: Draft) -> list[Topic]:
        rows = [self.judge.topics.rows[code] for code in draft.topics]
        return [row for row in rows if isinstance(row, Topic)]

    def _moment(self, day: date | None) -> datetime | None:
        """Noon of a day, which is the same day in every zone of Indonesia; never later than now."""
        return min(timezone.make_aware(datetime.combine(day, NOON)), self.now) if day else None

    def _mark(self, draft: Draft, pk: int, case: Case) -> None:
        assert draft.token is not None
        mark = ImportedCase(
            pk=pk,
            case=case,
            table=self.table,
            partner=self.table.partner,
            row=draft.number,
            token=draft.token,
            old_number=draft.old_number,
            at=self.now,
        )
        self.marks.append(mark)

    def _tell(self, draft: Draft, case: Case) -> None:
        number = (
            _("Number in the old table: %(number)s") % {"number": draft.old_number}
            if draft.old_number
            else ""
        )
        note = "\n".join(part for part in (number, draft.note) if part)
        self._event(case, EventKind.LOGGED, text=note, imported=str(self.table.pk), row=draft.number)
        if case.restricted_for:
            self._event(case, EventKind.RESTRICTED, portal=True, reasons=case.restricted_for)
        if draft.closed:
            self._event(
                case, EventKind.CLOSED, text=draft.ending, outcome=draft.outcome, imported=str(self.table.pk)
            )

    def _event(
        self, case: Case, kind: EventKind, *, text: str = "", portal: bool = False, **data: Any
    ) -> None:
        actor = None if portal else self.table.by
        partner = None if portal else self.table.partner
        self.events.append(
            CaseEvent(case=case, kind=kind, at=self.now, actor=actor, partner=partner, text=text, data=data)
        )
