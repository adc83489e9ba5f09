"""Counts that end: no list is counted through, so what it costs to say how much there is does not grow with it."""

from collections.abc import Callable, Hashable
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from accounts import prepared
from accounts.models import User

MOST = 100  # counted no further than that; past it "100+"


class CappedCount(Subquery):
    """How many rows there are, or MOST + 1 if there are more: a value of a statement beside others."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        super().__init__(rows.order_by().values("pk")[: MOST + 1])


def together(user: User, values: dict[str, Any]) -> dict[str, Any]:
    """These values of other tables in one statement, which asks of the reader's own row."""
    row: Any = User.objects.filter(pk=user.pk).order_by().values(**values).get()
    return dict(row)


def together_prepared(
    user: User, key: Hashable, ask: Callable[..., dict[str, Any]], **values: Any
) -> dict[str, Any]:
    """`together`, of a query that is built once (accounts.prepared)."""

    def asked(reader: User, **known: Any) -> QuerySet[Any, Any]:
        return User.objects.filter(pk=reader.pk).order_by().values(**ask(reader, **known))

    [row] = prepared.rows(("together", key), user, asked, **values)
    return dict(row)


def in_words(count: int) -> str:
    """The count as a page shows it."""
    return f"{MOST}+" if count > MOST else str(count)
