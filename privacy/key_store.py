"""The data keys at hand: open ones, those that came with loaded rows, and those that loaded rows will need.

One store for each request or task (`keys.scope`); what runs without one, such as a long command, keeps no more than `MOST`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from .models import DataKey

MOST = 10_000


class Store:
    def __init__(self) -> None:
        self.opened: dict[UUID, bytes] = {}
        self.fetched: dict[UUID, DataKey] = {}
        self.wanted: dict[UUID, None] = {}

    def want(self, key_id: UUID) -> None:
        if key_id not in self.opened and key_id not in self.fetched:
            self.wanted[key_id] = None
            _bound(self.wanted)

    def came(self, key: DataKey) -> None:
        """A key was loaded, by itself or beside the row that holds it (`select_related`)."""
        if key.pk not in self.opened:
            self.fetched[key.pk] = key
            self.wanted.pop(key.pk, None)
            _bound(self.fetched)

    def keep(self, key_id: UUID, opened: bytes) -> bytes:
        self.opened[key_id] = opened
        self.fetched.pop(key_id, None)
        _bound(self.opened)
        return opened

    def forget(self, key_id: UUID) -> None:
        self.opened.pop(key_id, None)
        self.fetched.pop(key_id, None)


def _bound(kept: dict[UUID, Any]) -> None:
    while len(kept) > MOST:
        kept.pop(next(iter(kept)))


_store: ContextVar[Store | None] = ContextVar("data keys", default=None)


def current() -> Store:
    store = _store.get()
    if store is None:
        store = Store()
        _store.set(store)
    return store


@contextmanager
def scope() -> Iterator[None]:
    """Forget all keys when the block ends."""
    token = _store.set(Store())
    try:
        yield
    finally:
        _store.reset(token)
