"""What one person has not read yet: asked once for each request, however many parts of a page want to know."""

from __future__ import annotations

from typing import Any

from . import actions
from .models import Notification

LIMIT = 100  # more than this many are counted as "99+"
Row = tuple[str, str]  # a reference and a path


def rows(request: Any) -> list[Row]:
    """The unread messages of whoever asks, no more than LIMIT."""
    if not hasattr(request, "unread"):
        found = Notification.objects.visible_to(request.user).unread().order_by()
        request.unread = list(found.values_list("reference", "path")[:LIMIT])
    known: list[Row] = request.unread
    return known


def count(request: Any) -> int:
    """How many there are, counted no further than LIMIT."""
    known = getattr(request, "unread_counted", None)
    return len(rows(request)) if known is None else min(known, LIMIT)


def counted(request: Any, number: int) -> None:
    """Whoever has counted them, to LIMIT or further, spares the bell from asking again."""
    request.unread_counted = number


def read_at(request: Any, path: str) -> None:
    """The messages that lead to this page count as read."""
    if _are_all(request) and all(leads_to != path for _about, leads_to in rows(request)):
        return
    actions.mark_read(by=request.user, path=path)
    del request.unread


def read_about(request: Any, reference: str) -> None:
    """The messages about a case and its referrals, whose references begin with the case's, count as read."""
    known: Any = rows(request)
    if not _are_all(request):
        found = Notification.objects.visible_to(request.user).unread().filter(reference__startswith=reference)
        known = found.values_list("reference", "path")
    paths = {path for about, path in known if about == reference or about.startswith(f"{reference}/")}
    for path in paths:
        actions.mark_read(by=request.user, path=path)
    if paths:
        del request.unread


def _are_all(request: Any) -> bool:
    return len(rows(request)) < LIMIT
