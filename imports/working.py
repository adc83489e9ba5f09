"""The worker's part of an import: reading, checking, making cases and taking them back, each in pieces.

A piece is one transaction, which holds the import's row under the fence of the claim: a worker that slept through its lease
writes nothing any more, and whoever comes after it goes on with the piece that is not done. How far it has come
is counted with each piece, so the page shows what is committed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from agencies.tables import Problem
from errands.patience import Patience
from errands.pieces import end
from errands.queue import Queue
from privacy import keys
from privacy.acting import as_partner

from . import checking, taking_back, taking_in, writing
from .choices import ImportState
from .models import KEPT, CaseImport, ImportPiece
from .pieces import kept


def _give_up(table: CaseImport) -> None:
    """What was imported stays and can be taken back; of what was not, the page says that it did not go."""
    made = CaseImport.objects.filter(pk=table.pk, cases_made__gt=0).exists()
    state = ImportState.STOPPED if made else ImportState.REFUSED
    end(
        QUEUE,
        table,
        state,
        problem=kept(Problem("tried_often")),
        **({"done_at": timezone.now()} if made else {}),
    )


QUEUE = Queue(
    name="case_import",
    title=_("Tables of old cases to be read or imported"),
    model=CaseImport,
    waiting={"next_at__isnull": False},
    give_up=_give_up,
    with_=("by", "partner", "by__partner"),
    lease=timedelta(minutes=2),  # renewed with every piece
    patience=Patience(timedelta(seconds=10), timedelta(minutes=10), most=5),  # somebody waits for it
    batch=1,
)
STEPS: dict[str, Callable[[Queue[CaseImport], CaseImport], object]] = {
    ImportState.READING: taking_in.read,
    ImportState.CHECKING: checking.check,
    ImportState.IMPORTING: writing.write,
    ImportState.UNDOING: taking_back.take_back,
}


def work_due(*, seconds: float = 20) -> int:
    """Go on with every import whose time has come; how many were taken up."""
    return QUEUE.carry_out(_work_on, seconds=seconds)


def work(import_id: UUID) -> bool:
    """Go on with one; whether there was anything to do. Being told twice is harmless."""
    return bool(QUEUE.carry_out(_work_on, of=QUEUE.due().filter(pk=import_id)))


def goes_on(import_id: UUID) -> bool:
    """Whether there is more to do at once."""
    return QUEUE.due().filter(pk=import_id).exists()


def _work_on(table: CaseImport) -> None:
    with translation.override(table.by.language), as_partner(table.partner_id):
        STEPS[table.state](QUEUE, table)


def sweep() -> int:
    """Destroy what tables said some days after they came or were imported; how many."""
    before = timezone.now() - KEPT
    old = CaseImport.objects.filter(emptied_at=None, made_at__lt=before).exclude(done_at__gt=before)
    return forget(old.exclude(state__in=ImportState.moving()).values_list("pk", flat=True))


@transaction.atomic
def forget(ids: object, *, why: str = "forgotten") -> int:
    """Destroy what these tables said, but for those that a worker has this moment; the counts stay. Of one that
    was not imported the page says `why`."""
    found = CaseImport.objects.filter(pk__in=ids, emptied_at=None)  # type: ignore[misc]  # ids, or a query of them
    held = dict(found.select_for_update(skip_locked=True, no_key=True).values_list("pk", "data_key_id"))
    ImportPiece.objects.filter(table__in=held).delete()
    CaseImport.objects.filter(pk__in=held, state__in=ImportState.resting(), problem={}).update(
        state=ImportState.REFUSED, problem=kept(Problem(why))
    )
    CaseImport.objects.filter(pk__in=held).update(
        content=b"", head=b"", file_name="", emptied_at=timezone.now()
    )
    keys.destroy(held.values())
    return len(held)
