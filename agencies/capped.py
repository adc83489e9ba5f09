"""Counts that end: no list is counted through, so what it costs to say how much there is does not grow with it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import IntegerField, QuerySet, Subquery
from django.utils import timezone

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


def prepared(user: User, key: Hashable, ask: Callable[[User], dict[str, Any]]) -> dict[str, Any]:
    """`together`, built once by each process for everybody with the same rights: to build so many parts costs more than to ask.

    `ask` gives the values of one reader. What it builds may differ by `key`, by the reader's rights and by nothing else: it is
    given somebody of whom only those are known, and their number, their partner's, now and today are put in when it is asked.
    """
    shape = (key, user.role, user.is_active, user.locked_at is None, user.partner_id is None)
    if (statement := _statements.get(shape)) is None:
        statement = _statements[shape] = _Statement.built(user, ask)
    return statement.asked_by(user)


# Numbers that nobody has stand for the reader's own in a statement that is built.
_READER, _PARTNER = -1_000_000_007, -1_000_000_009
_NOW, _TODAY = object(), object()


@dataclass(frozen=True)
class _Statement:
    names: tuple[str, ...]
    text: str
    values: tuple[Any, ...]

    @classmethod
    def built(cls, user: User, ask: Callable[[User], dict[str, Any]]) -> "_Statement":
        known = ("id", "partner_id", "role", "is_active", "locked_at")
        somebody = User.from_db(
            None,
            known,
            (_READER, user.partner_id and _PARTNER, user.role, user.is_active, user.locked_at),
        )
        before = timezone.now()
        values = ask(somebody)
        rows: Any = User.objects.filter(pk=_READER).order_by().values(**values)
        text, parameters = rows.query.get_compiler(connection=connection).as_sql()
        return cls(tuple(rows.query.annotation_select), text, tuple(_place(one, before) for one in parameters))

    def asked_by(self, user: User) -> dict[str, Any]:
        known = {_READER: user.pk, _PARTNER: user.partner_id, _NOW: timezone.now(), _TODAY: timezone.localdate()}
        values = [known.get(one, one) if isinstance(one, Hashable) else one for one in self.values]
        with connection.cursor() as cursor:
            cursor.execute(self.text, values)
            row = cursor.fetchone()
        if row is None:
            raise User.DoesNotExist
        return dict(zip(self.names, row, strict=True))


def _place(value: Any, before: datetime) -> Any:
    """What stands for a moment of the asking, where the value is one; else the value."""
    if isinstance(value, datetime):
        return _NOW if before <= value <= timezone.now() else value
    return _TODAY if isinstance(value, date) and value == timezone.localdate() else value


_statements: dict[Hashable, _Statement] = {}


def in_words(count: int) -> str:
    """The count as a page shows it."""
    return f"{MOST}+" if count > MOST else str(count)
