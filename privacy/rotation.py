"""Changing the keys of the environment while the portal is at work, a few rows at a time.

Each batch is a transaction of its own, and which rows are done stands in the rows themselves: whatever stops a rotation, the
next one goes on where it was. Rows that somebody holds are left for later and come up again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import models, transaction

from . import blind, keyring, keys
from .index_field import BlindIndexField, Findable, indexes
from .models import DataKey

BATCH = 500
PAUSE = 0.5  # seconds, when somebody holds all rows that are left

Step = Callable[[int], int]  # does at most so many rows; how many it did


# Data keys ----------------------------------------------------------------------------------------


def to_rewrap() -> models.QuerySet[DataKey]:
    """The data keys that another key than the active one has wrapped."""
    return DataKey.objects.filter(destroyed_at=None).exclude(wrapped_by=keyring.keys().active.name)


@transaction.atomic
def rewrap(count: int) -> int:
    """Wrap data keys with the active key. Raises SealBroken for one that no key of the ring opens."""
    batch = list(to_rewrap().select_for_update(skip_locked=True).order_by("pk")[:count])
    for key in batch:
        keys.rewrap(key)
    DataKey.objects.bulk_update(batch, ["wrapped", "wrapped_by"])
    return len(batch)


# Blind indexes ------------------------------------------------------------------------------------


def to_index(model: type[Findable], field: BlindIndexField) -> models.QuerySet[Any]:
    """The rows whose index was not made with the active index key."""
    marker = blind.marker(keyring.index_keys().active)
    return model._default_manager.exclude(**{f"{field.name}__contains": [marker]})


@transaction.atomic
def reindex(model: type[Findable], field: BlindIndexField, count: int) -> int:
    """Make blind indexes anew with the active index key; those of erased rows are emptied but for their mark."""
    with keys.scope():
        batch = list(
            to_index(model, field).select_for_update(skip_locked=True, no_key=True).order_by("pk")[:count]
        )
        for row in batch:
            setattr(row, field.attname, field.made_of_what_is_left(row))
        model._default_manager.bulk_update(batch, [field.name])
    return len(batch)


# How far it is ------------------------------------------------------------------------------------


def run(step: Step, left: Callable[[], int], *, batch: int = BATCH) -> Iterator[tuple[int, int]]:
    """Take step after step until nothing is left; after each, how many rows are done, and of how many."""
    done, whole = 0, left()
    yield done, whole
    while True:
        did = step(batch)
        done += did
        if not did:
            if not left():
                return
            time.sleep(PAUSE)  # somebody holds what is left
            continue
        whole = max(whole, done)
        yield done, whole


def missing() -> list[str]:
    """A sentence for each key that rows still need and the environment does not name: what they hold cannot be read."""
    known = keyring.keys().names
    rows = DataKey.objects.filter(destroyed_at=None).exclude(wrapped_by__in=known).order_by("wrapped_by")
    return [
        f"PRIVACY_KEYS lacks “{name}”, which {count} data keys are wrapped by: what they seal cannot be read. Put it "
        "back behind the active one, and run `manage.py rotate_keys` before you take it away."
        for name, count in rows.values_list("wrapped_by").annotate(models.Count("pk"))
    ]


def unfindable() -> list[str]:
    """A sentence for each index with rows that no key of the environment finds."""
    markers = [blind.marker(key) for key in keyring.index_keys().keys]
    sentences = []
    for model, field in indexes():
        lost = model._default_manager.exclude(**{f"{field.name}__overlap": markers}).count()
        if lost:
            sentences.append(
                f"{lost} rows of {model._meta.label} cannot be found: none of PRIVACY_INDEX_KEYS has made their index. Put "
                "the older key back, or run `manage.py rotate_keys --index`."
            )
    return sentences
