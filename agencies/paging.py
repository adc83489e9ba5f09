"""Long lists in pages. None is found by counting rows off: a page begins at the row where the one before it ended.

So the thousandth page costs what the first does, and rows that arrive or change meanwhile move no other row from one page to
the next (docs/adr/0034).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, QuerySet, Value
from django.http import HttpRequest

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)

PAGE = 50
LAST_PAGE = 1000
PLACES = ("after", "before")
TOKEN_LENGTH = 400  # characters; a token is about a hundred


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of rows. The addresses keep the filters in use; an empty one leads nowhere.

    `asked` says that the reader asked for a page other than the first: an empty one then does not mean an empty list.
    `lost` says that the place asked for made no sense, so that this is the first page.
    """

    rows: list[Item]
    previous_url: str
    next_url: str
    asked: bool
    text: str = ""
    lost: bool = False
    first_url: str = ""


@dataclass(frozen=True)
class Place:
    """Where a page begins: `after` or `before` (`back`) the row with these values in the order of the list."""

    values: tuple[Any, ...] = ()
    back: bool = False
    lost: bool = False


@dataclass(frozen=True)
class Keyset:
    """The pages of a list in one order, whose last key tells every row apart.

    `order` names columns or annotations, none of them ever empty and all in one direction ("-changed_at", "-pk"): so one
    comparison of rows, which an index answers, finds what follows. `name` and `reader` seal what the address says of a
    place: one that was altered, made for another list or for somebody else is `lost`.
    """

    name: str
    order: tuple[str, ...]
    reader: int | None
    size: int = PAGE
    fields: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        assert len({key.startswith("-") for key in self.order}) == 1
        object.__setattr__(self, "fields", tuple(key.removeprefix("-") for key in self.order))

    def place(self, request: HttpRequest, rows: QuerySet[Any]) -> Place:
        """The place that the address names (`?after=` or `?before=`)."""
        for name in PLACES:
            if token := request.GET.get(name, ""):
                values = self._unsealed(token, rows)
                return Place(values, back=name == "before") if values else Place(lost=True)
        return Place()

    def rows(self, rows: QuerySet[Row], place: Place) -> QuerySet[Row]:
        """The rows of the page, and one more if another page follows; from the back when it was asked for backwards."""
        if place.values:
            known = [
                Value(value, output_field=_field(rows, name))
                for name, value in zip(self.fields, place.values, strict=True)
            ]
            sign = " < " if self._falls(place) else " > "
            rows = rows.filter(_Compared(_Tuple(*map(F, self.fields)), _Tuple(*known), arg_joiner=sign))
        return self.ordered(rows, place)[: self.size + 1]

    def ordered(self, rows: QuerySet[Row], place: Place) -> QuerySet[Row]:
        """Rows in the order in which `page` takes them."""
        falls = self._falls(place)
        return rows.order_by(*(F(name).desc() if falls else F(name).asc() for name in self.fields))

    def _falls(self, place: Place) -> bool:
        return self.order[0].startswith("-") != place.back

    def page(self, request: HttpRequest, found: list[Row], place: Place) -> Page[Row]:
        """The page of what `rows` found."""
        more = len(found) > self.size
        shown = found[: self.size][:: -1 if place.back else 1]
        before, after = (more, True) if place.back else (bool(place.values), more)
        return Page(
            rows=shown,
            previous_url=_url(request, before=self._sealed(shown[0])) if shown and before else "",
            next_url=_url(request, after=self._sealed(shown[-1])) if shown and after else "",
            asked=bool(place.values),
            lost=place.lost,
            first_url=_url(request),
        )

    @property
    def _signer(self) -> signing.Signer:
        return signing.Signer(salt=f"place:{self.name}:{','.join(self.order)}:{self.reader}")

    def _sealed(self, row: Row) -> str:
        return self._signer.sign_object([_text(getattr(row, name)) for name in self.fields])

    def _unsealed(self, token: str, rows: QuerySet[Any]) -> tuple[Any, ...]:
        """The values that a token holds; none for one that this list did not give to this reader."""
        if len(token) > TOKEN_LENGTH:
            return ()
        try:
            texts = [str(text or "") for text in self._signer.unsign_object(token)]
            return tuple(
                _field(rows, name).to_python(text) for name, text in zip(self.fields, texts, strict=True)
            )
        except (signing.BadSignature, ValueError, TypeError, ValidationError):
            return ()


class _Tuple(Func):
    function, template, output_field = "", "(%(expressions)s)", BooleanField()


class _Compared(Func):
    """Rows as a whole, which PostgreSQL compares key by key and looks up in an index."""

    function, template, output_field = "", "(%(expressions)s)", BooleanField()


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _field(rows: QuerySet[Any], name: str) -> Field[Any, Any]:
    meta = rows.model._meta
    if name == "pk":
        return meta.pk
    try:
        return meta.get_field(name)
    except FieldDoesNotExist:
        return rows.query.annotations[name].output_field


def numbered(
    request: HttpRequest, rows: QuerySet[Any, Item] | Sequence[Item], *, size: int = PAGE
) -> Page[Item]:
    """The page that `?page=` names; the first one for anything odd."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 5 and 1 <= int(asked) <= LAST_PAGE else 1
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    more = len(found) > size
    shown = found[:size]
    text = f"{start + 1}–{start + len(shown)}"
    return Page(
        rows=shown,
        previous_url=_url(request, page=number - 1) if number > 1 else "",
        next_url=_url(request, page=number + 1) if more else "",
        asked=number > 1,
        text=text if shown and (more or number > 1) else "",
    )


def by_place(
    request: HttpRequest, rows: QuerySet[Row], *, before: int | None, after: int | None
) -> Page[Row]:
    """Rows with the newest key first: those older than `before`, or those next newer than `after`."""
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        newer, older = len(found) > PAGE, True
        shown = found[:PAGE][::-1]
    else:
        found = list((rows.filter(pk__lt=before) if before is not None else rows).order_by("-pk")[: PAGE + 1])
        newer, older = before is not None, len(found) > PAGE
        shown = found[:PAGE]
    return Page(
        rows=shown,
        previous_url=_url(request, after=shown[0].pk) if shown and newer else "",
        next_url=_url(request, before=shown[-1].pk) if shown and older else "",
        asked=before is not None or after is not None,
    )


def _url(request: HttpRequest, **place: Any) -> str:
    query = request.GET.copy()
    for name in ("page", "before", "after"):
        query.pop(name, None)
    for name, value in place.items():
        query[name] = str(value)
    return f"{request.path}?{query.urlencode()}"
