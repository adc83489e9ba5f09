"""Whether the keys of the environment are those of the backup: they open what was sealed, and find what was indexed."""

from __future__ import annotations

from privacy import acting, blind, keyring
from privacy import keys as data_keys
from privacy.index_field import BlindIndexField, Findable, indexes
from privacy.models import DataKey
from privacy.sealing import KeyDestroyed, SealBroken

from .trouble import Trouble

SOME = 200  # data keys that are tried
ROWS = 20  # rows of each blind index


def try_data_keys() -> str:
    """Trouble where PRIVACY_KEYS do not open what was sealed."""
    with acting.as_portal():
        tried = list(
            DataKey.objects.filter(destroyed_at=None).order_by("?").values_list("pk", flat=True)[:SOME]
        )
        for key in tried:
            try:
                data_keys.open_(key)
            except (SealBroken, KeyDestroyed) as error:
                raise Trouble(
                    "PRIVACY_KEYS do not open this backup: take the ring of its time, and the keys of today before it."
                ) from error
    return f"{len(tried)} data keys tried, all open"


def try_index_keys() -> str:
    """Trouble where PRIVACY_INDEX_KEYS do not make the blind indexes of random rows again: nobody would be found by name."""
    tried = 0
    with acting.as_portal():
        for model, field in indexes():
            for row in model._default_manager.filter(data_key__destroyed_at=None).order_by("?")[:ROWS]:
                _refuse_another_index(row, field)
                tried += 1
    return f"{tried} blind indexes made again, all alike"


def _refuse_another_index(row: Findable, field: BlindIndexField) -> None:
    kept = set(getattr(row, field.attname))
    for key in keyring.index_keys().keys:
        mark = blind.marker(key)
        made = set(field.made_of(row, key=key))
        if mark in kept and (made == {mark} or made & kept > {mark}):
            return
    raise Trouble(
        "PRIVACY_INDEX_KEYS did not make the blind indexes of this backup, so that nobody would be found: take the ring of its "
        "time, and the keys of today before it."
    )
