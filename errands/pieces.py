"""What errands have in common that take long: each goes through pieces, and a piece is one transaction under the claim's fence.

A worker that slept through its lease writes nothing any more, and whoever comes after it goes on with the piece that is not
done. The rows have a `state`, which names the step, and `stop_asked`.
"""

from __future__ import annotations

import time
from typing import Any, TypeVar

from django.db.models import Model
from django.db.models.functions import Now

from .queue import Queue

Row = TypeVar("Row", bound=Model)

TURN = 20  # seconds that one errand is worked on at once; then others in the lane have theirs


class Turn:
    """The time for which one errand is worked on before others come."""

    def __init__(self) -> None:
        self.until = time.monotonic() + TURN

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until

    def pass_on(self, queue: Queue[Any], row: Model) -> None:
        """Leave the rest to whoever comes next."""
        mine(queue, row).update(next_at=Now(), attempts=0)


def mine(queue: Queue[Any], row: Any) -> Any:
    """The row, while no later try has taken it over and it is at the same step."""
    return queue.mine(row).filter(state=row.state)


def hold(queue: Queue[Row], row: Row) -> Row | None:
    """The row as it is now, held until the transaction ends; None when it is not ours any more."""
    held: Row | None = mine(queue, row).select_for_update(no_key=True).first()
    return held


def went_on(queue: Queue[Any], row: Model, **counts: Any) -> None:
    """A piece is done: count it, and let the lease and the patience begin anew."""
    mine(queue, row).update(next_at=Now() + queue.lease, attempts=1, **counts)


def end(queue: Queue[Any], row: Model, state: str, **fields: Any) -> bool:
    """Leave the step; whether it was still ours."""
    return bool(mine(queue, row).update(state=state, next_at=None, stop_asked=False, **fields))
