"""Which request is being worked on: one random id from the browser's request over the Celery task to the e-mail.

The log names it in every line. Besides the id there are numbers of rows and the route's template; nothing personal.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Trace:
    """`user` and `partner` are numbers, `address` is the caller's IP, `route` a template such as "letter/<str:token>/"."""

    request_id: str = ""
    user: int | None = None
    partner: int | None = None
    address: str = ""
    route: str = ""


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current() -> Trace:
    """What is being worked on; an empty trace outside of requests and tasks."""
    return _current.get() or Trace()


def current_id() -> str:
    """The id of what is being worked on; empty outside of requests and tasks."""
    return current().request_id


def new_id() -> str:
    return uuid.uuid4().hex


@contextmanager
def trace(request_id: str, *, address: str = "") -> Iterator[Trace]:
    """Work under this id until the block ends. What is learnt meanwhile (who, which route) is noted on the trace."""
    started = Trace(request_id, address=address)
    token = _current.set(started)
    try:
        yield started
    finally:
        _current.reset(token)
