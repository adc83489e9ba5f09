"""Long lists in pages: numbered where the order is by name, by place in the log where new rows keep coming."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)

PAGE = 50
LAST_PAGE = 1000


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of rows. The addresses keep the filters in use; an empty one leads nowhere.

    `asked` says that the reader asked for a page other than the first: an empty one then does not mean an empty list.
    """

    rows: list[Item]
    previous_url: str
    next_url: str
    asked: bool
    text: str = ""


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
