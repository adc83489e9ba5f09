"""Telling colleagues once what an act on many cases means for them."""

from __future__ import annotations

from collections import Counter

from django.urls import reverse

from accounts.models import User
from agencies.choices import Urgency
from cases.models import Case
from notifications.actions import notify
from notifications.choices import Kind as Message

from .choices import BulkState, Kind
from .models import BulkAct, BulkPiece


def of_end(act: BulkAct, *, by: User) -> None:
    """The act has ended: whoever got cases by it, or a message on theirs, learns once in how many. `by` knows already, but for
    a file that is ready."""
    match act.kind:
        case Kind.ASSIGN if act.state == BulkState.UNDONE:
            _tell(act, Message.CASES_ASSIGNED, _owners(act, is_undone=True), by)
        case Kind.ASSIGN:
            counts = Counter({act.to_id: act.rows_changed})
            _tell(act, Message.CASES_ASSIGNED, counts, by, urgent=_has_emergency(act))
        case Kind.MESSAGE:
            _tell(act, Message.CASES_NOTED, _owners(act, is_done=True), by)
        case Kind.EXPORT if act.state == BulkState.DONE:
            count = str(act.rows_changed)
            notify([by], kind=Message.CASES_EXPORTED, reference=count, path=act.get_absolute_url())


def _has_emergency(act: BulkAct) -> bool:
    """Whether an emergency is among the cases to which it was done: of that one is told at once, as by the single act."""
    return any(
        Case.objects.filter(
            pk__in=[case for case, why_not in piece.told() if not why_not], urgency=Urgency.EMERGENCY
        ).exists()
        for piece in BulkPiece.objects.filter(act=act, is_done=True).iterator(chunk_size=50)
    )


def _tell(
    act: BulkAct, kind: Message, counts: Counter[int | None], by: User, *, urgent: bool = False
) -> None:
    """Each of these people of the partner, in how many of their cases."""
    counts.pop(by.pk, None)
    path = f"{reverse('cases:list')}?tab=mine"
    concerned = User.objects.filter(pk__in=[pk for pk, count in counts.items() if pk and count])
    for person in concerned.filter(partner_id=act.partner_id):
        notify([person], kind=kind, reference=str(counts[person.pk]), path=path, urgent=urgent)


def _owners(act: BulkAct, **pieces: bool) -> Counter[int | None]:
    """Who had how many of the cases to which it was done."""
    counts: Counter[int | None] = Counter()
    rows = BulkPiece.objects.filter(act=act, **pieces).values_list("results", "before")
    for results, before in rows.iterator(chunk_size=50):
        counts.update(owner for result, owner in zip(results, before, strict=True) if owner and not result)
    return counts
