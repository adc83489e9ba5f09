"""Telling colleagues once what an act on many cases means for them."""

from __future__ import annotations

from collections import Counter

from django.urls import reverse

from accounts.models import User
from notifications.actions import notify
from notifications.choices import Kind as Message

from .choices import BulkState, Kind
from .models import BulkAct, BulkPiece


def of_end(act: BulkAct, *, by: User) -> None:
    """The act has ended: whoever got cases by it learns how many, once. `by` knows already."""
    if act.kind != Kind.ASSIGN:
        return
    undone = act.state == BulkState.UNDONE
    got = _given_back(act) if undone else Counter({act.to_id: act.rows_changed})
    got.pop(by.pk, None)
    people = User.objects.in_bulk([pk for pk, count in got.items() if pk and count])
    for pk, person in people.items():
        path = f"{reverse('cases:list')}?tab=mine"
        notify([person], kind=Message.CASES_ASSIGNED, reference=str(got[pk]), path=path)


def _given_back(act: BulkAct) -> Counter[int | None]:
    """How many cases went back to each of those who had them."""
    got: Counter[int | None] = Counter()
    pieces = BulkPiece.objects.filter(act=act, is_undone=True).values_list("results", "before")
    for results, before in pieces.iterator(chunk_size=50):
        got.update(owner for result, owner in zip(results, before, strict=True) if owner and not result)
    return got
