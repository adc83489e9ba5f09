"""Reading no more of the rows beside a row than a page says of them.

Whatever is joined whole brings all its columns, and Django spends more time on naming, ordering and filling them than
PostgreSQL on finding the row: a page of one referral would read four hundred.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
NAME = ("name_id", "name_en")  # of a partner, a topic, an outcome
PERSON = ("full_name",)
CLOCK = (*NAME, "city", "time_zone")  # of a partner whose deadline is told in its own time


def narrowed(rows: Rows, **beside: tuple[str, ...]) -> Rows:
    """`rows` whole, each joined with those `beside` it (`previous__receiver=NAME`), of which these columns alone are read.

    What else is asked of those is read when it is asked for, one by one: for pages, not for what acts on them.
    """
    named = [f"{path}__{field}" for path, fields in beside.items() for field in fields]
    model: Any = rows.model
    own = {field.name for field in model._meta.concrete_fields} - {path.partition("__")[0] for path in beside}
    found: Any = rows.select_related(*beside)
    return found.only(*own, *named)
