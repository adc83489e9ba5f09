"""What an act kept is destroyed: its file, its message, and what its list was searched for. That it was done stays."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from privacy import keys

from .choices import BulkState, Kind
from .models import FILE_KEPT, KEPT, BulkAct, BulkPart, BulkPiece


@transaction.atomic
def sweep() -> int:
    """Throw away drafts that nobody confirmed, and destroy what acts of before kept; how many acts."""
    now = timezone.now()
    resting = BulkAct.objects.filter(emptied_at=None, made_at__lt=now - FILE_KEPT, next_at=None)
    over = resting.filter(
        Q(state=BulkState.DRAFT, made_at__lt=now - KEPT)
        | Q(done_at__lt=now - FILE_KEPT, kind=Kind.EXPORT)
        | Q(done_at__lt=now - KEPT)
    )
    found = list(over.select_for_update(skip_locked=True, no_key=True).values_list("pk", "data_key_id"))
    ids = [pk for pk, _key in found]
    BulkAct.objects.filter(pk__in=ids, state=BulkState.DRAFT).delete()
    _empty(ids)
    keys.destroy(key for _pk, key in found)
    return len(found)


def exports_of(case_id: int) -> QuerySet[BulkAct]:
    """The exports in which this case stands, or will stand, and of which there is something left."""
    kept = BulkAct.objects.filter(kind=Kind.EXPORT, emptied_at=None)
    return kept.filter(pk__in=BulkPiece.objects.filter(act__in=kept, cases__contains=[case_id]).values("act"))


def forget_exports_of(case_id: int) -> None:
    """Take the files in which this case stands away, because it is erased; their keys are destroyed by whoever erases it.

    One that is being made stops: it is asked for again, and then holds the other cases.
    """
    ids = list(exports_of(case_id).values_list("pk", flat=True))
    under_way = BulkAct.objects.filter(pk__in=ids, state__in=BulkState.moving())
    under_way.update(
        state=BulkState.STOPPED, next_at=None, done_at=timezone.now(), problem={"code": "erased"}
    )
    _empty(ids)


def _empty(ids: Iterable[UUID]) -> None:
    acts = list(ids)
    BulkPart.objects.filter(act__in=acts).delete()
    BulkPiece.objects.filter(act__in=acts).exclude(content=b"").update(content=b"")
    BulkAct.objects.filter(pk__in=acts).update(asked=b"", text="", password="", emptied_at=timezone.now())
