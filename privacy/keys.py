"""Making, opening and destroying data keys. An opened key is never in the database.

Opened keys are kept until the request or task ends (`scope`), so that destroying one is felt at once. Rows that are loaded
say which keys they will need (`want`); the first value that is read fetches all of them in one statement. Where the rows
are loaded with `select_related("data_key")`, their keys came with them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils import timezone

from . import key_store, keyring
from .key_store import scope
from .models import DataKey
from .sealing import KeyDestroyed, SealBroken

PURPOSE = "wrap data keys"

__all__ = ["destroy", "make", "make_many", "open_", "rewrap", "scope", "unsaved", "unwrap", "want"]


def make() -> DataKey:
    """A new data key, in the database and open."""
    return make_many(1)[0]


def make_many(count: int) -> list[DataKey]:
    """New data keys, in one statement."""
    return DataKey.objects.bulk_create([unsaved() for _number in range(count)])


def unsaved() -> DataKey:
    """A new data key, open; the caller writes it to the database together with what it seals."""
    key = DataKey()
    _wrap(key, key_store.current().keep(key.pk, os.urandom(keyring.LENGTH)))
    return key


def want(key_id: UUID) -> None:
    """Fetch this key together with the next one that is opened."""
    key_store.current().want(key_id)


def open_(key_id: UUID) -> bytes:
    """The data key itself. Raises KeyDestroyed, or SealBroken when there is no such key or the ring cannot open it."""
    store = key_store.current()
    if key_id in store.opened:
        return store.opened[key_id]
    if key_id not in store.fetched:
        wanted = [key_id, *store.wanted]
        store.wanted.clear()
        list(DataKey.objects.filter(pk__in=wanted))  # each tells the store that it came
    if key_id not in store.fetched:
        raise SealBroken("There is no such data key.")
    return store.keep(key_id, unwrap(store.fetched[key_id]))


def destroy(ids: Iterable[UUID]) -> int:
    """Destroy these data keys for good: whatever they sealed is erased. How many there were to destroy.

    The blind indexes of the rows that hold them are emptied with them. Part of the caller's transaction; once that is
    committed, nobody can undo it.
    """
    from .index_field import empty  # which stands on this module

    ids = list(ids)
    empty(ids)
    for key_id in ids:
        key_store.current().forget(key_id)
    standing = DataKey.objects.filter(pk__in=ids, destroyed_at=None)
    return standing.update(wrapped=b"", wrapped_by="", destroyed_at=timezone.now())


def unwrap(key: DataKey) -> bytes:
    """Raises KeyDestroyed for one that is destroyed, SealBroken when no key of the ring opens it."""
    if key.destroyed_at is not None:
        raise KeyDestroyed("The key of this data was destroyed.")
    return Unwrapper().key(key.pk, bytes(key.wrapped), key.wrapped_by)


class Unwrapper:
    """Unwraps data keys from the columns of their rows; for many of them, each key of the ring is made ready once."""

    def __init__(self) -> None:
        self._by: dict[str, AESGCM] = {}

    def key(self, key_id: UUID, wrapped: bytes, wrapped_by: str) -> bytes:
        """Raises as `unwrap`."""
        if not wrapped:
            raise KeyDestroyed("The key of this data was destroyed.")
        try:
            by = self._by.get(wrapped_by) or self._ready(wrapped_by)
            return by.decrypt(wrapped[:12], wrapped[12:], _bound_to(key_id, wrapped_by))
        except keyring.UnknownKey as unknown:
            raise SealBroken(str(unknown)) from unknown
        except (InvalidTag, ValueError):
            raise SealBroken("A data key was altered, or wrapped by another key of that name.") from None

    def _ready(self, name: str) -> AESGCM:
        self._by[name] = AESGCM(keyring.keys().get(name).derived(PURPOSE))
        return self._by[name]


def rewrap(key: DataKey) -> None:
    """Wrap a data key anew with the active key of the ring; the caller saves it."""
    _wrap(key, unwrap(key))


def _wrap(key: DataKey, opened: bytes) -> None:
    active = keyring.keys().active
    key.wrapped_by = active.name
    nonce = os.urandom(12)
    key.wrapped = nonce + AESGCM(active.derived(PURPOSE)).encrypt(
        nonce, opened, _bound_to(key.pk, key.wrapped_by)
    )


def _bound_to(key_id: UUID, wrapped_by: str) -> bytes:
    return b"data key" + key_id.bytes + wrapped_by.encode()
