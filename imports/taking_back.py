"""Taking an import back: its cases go as if they had never been, but for those that somebody has worked on since."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cases import access_log
from cases.models import Case, CaseEvent, Worker
from errands.pieces import Turn, end, hold, went_on
from errands.queue import Queue
from privacy import keys
from privacy.choices import Verb

from .choices import ImportState
from .models import CaseImport, ImportedCase
from .pieces import PIECE


def take_back(queue: Queue[CaseImport], table: CaseImport) -> None:
    """Piece by piece, so that a worker that is killed leaves nothing half done."""
    last, turn = 0, Turn()
    while (last := _take_back(queue, table, last)) > 0:
        if turn.is_over:
            turn.pass_on(queue, table)
            return
    if last == 0:
        end(queue, table, ImportState.UNDONE, cases_kept=ImportedCase.objects.filter(table=table).count())


@transaction.atomic
def _take_back(queue: Queue[CaseImport], table: CaseImport, after: int) -> int:
    """The number of the last one that was looked at; 0 when there is none left, -1 when it is not ours to do any more."""
    if hold(queue, table) is None:
        return -1
    marks = ImportedCase.objects.filter(table=table, pk__gt=after).order_by("pk").values_list("pk", "case_id")
    some = dict(marks[:PIECE])
    if not some:
        return 0
    held = list(
        Case.objects.filter(pk__in=some.values()).select_for_update(of=("self",)).values_list("pk", flat=True)
    )
    gone = list(untouched(Case.objects.filter(pk__in=held)).select_related("worker"))
    if gone:
        access_log.about(Verb.ERASED, table.by, gone, f"import:{table.pk}")
        _remove(gone)
    went_on(queue, table, cases_undone=F("cases_undone") + len(gone))
    return max(some)


def untouched(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Those of which nothing is told but that they were imported: neither changed, referred, noted, assigned nor erased."""
    later = CaseEvent.objects.filter(case=OuterRef("pk")).exclude(at=OuterRef("imported__at"))
    others = Case.objects.filter(worker=OuterRef("worker")).exclude(pk=OuterRef("pk"))
    hangs_on = Q(referrals__isnull=False) | Q(documents__isnull=False) | Q(consents__isnull=False)
    hangs_on |= Q(accesses__isnull=False) | Q(clocks__isnull=False)
    used = Case.objects.filter(hangs_on, pk=OuterRef("pk"))
    return cases.filter(
        ~Exists(later), ~Exists(others), ~Exists(used), version=1, erased_at=None, paused_at=None
    )


def _remove(cases: list[Case]) -> None:
    """Everything that the import wrote of them, and their keys, so that backups say nothing either."""
    ids = [case.pk for case in cases]
    ImportedCase.objects.filter(case__in=ids).delete()
    CaseEvent.objects.filter(case__in=ids).delete()
    Case.topics.through.objects.filter(case__in=ids).delete()
    key_ids = [key for case in cases for key in (case.data_key_id, case.worker.data_key_id)]
    worker_ids = [case.worker_id for case in cases]
    Case.objects.filter(pk__in=ids).delete()
    Worker.objects.filter(pk__in=worker_ids).delete()
    keys.destroy(key_ids)
