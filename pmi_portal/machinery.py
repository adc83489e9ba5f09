"""The state of the portal's own machinery, for those who look after it: parts, what waits, and sweeps."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import redis
from django.contrib import messages
from django.db.models import Min, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from errands.moments import MOMENTS
from errands.queue import QUEUES
from notifications.models import Notification
from privacy.acting import as_portal

from . import health, schedule, sweeps
from .broker import impatient

logger = logging.getLogger(__name__)

MOST = 1000  # rows that are counted, and tried again at once; more is "more than"
PARTS: dict[str, Promise] = {  # as /healthz names them
    "database": _("Database"),
    "broker": _("Message queue"),
    "worker": _("Background work"),
    "beat": _("Timer"),
}


@dataclass(frozen=True)
class Part:
    name: str
    is_well: bool


@dataclass(frozen=True)
class Counted:
    """So many of something; above MOST nobody counts on."""

    name: str
    count: int | None  # None: nobody can tell now

    @property
    def is_more(self) -> bool:
        return self.count is not None and self.count > MOST

    @property
    def most(self) -> int:
        return MOST


@dataclass(frozen=True)
class Waiting(Counted):
    """What waits for the worker, and since when the first of it should have been done."""

    since: datetime | None = None


@dataclass(frozen=True)
class GivenUp(Waiting):
    """What was tried too often by itself and waits for somebody to have it tried again; `since` the first was given up."""

    queue: str = ""


@require_GET
@allow(Right.MANAGE_PARTNERS)
def machinery(request: SignedInRequest) -> HttpResponse:
    """The page; for a refresh only its tables, and with `?short=` what fits into a corner of another page."""
    if not request.headers.get("HX-Request"):
        return render(request, "portal/machinery.html", state())
    template = "portal/_machinery_short.html" if "short" in request.GET else "portal/_machinery.html"
    return render(request, template, state())


@require_POST
@allow(Right.MANAGE_PARTNERS)
def try_again(request: SignedInRequest, queue: str) -> HttpResponse:
    """Have everything that a queue has given up tried as if it were new. Http404 for a queue that is none."""
    if queue not in QUEUES:
        raise Http404
    with as_portal():  # every partner's; nothing of them is shown
        count = QUEUES[queue].retry_all(MOST)
    if count:
        logger.warning("%s of %s are tried again", count, queue)  # the line says who asked for it
        text = ngettext("%(count)s is tried again.", "%(count)s are tried again.", count) % {"count": count}
        messages.success(request, text)
    else:
        messages.info(request, gettext("There is nothing more that was given up."))
    return redirect("machinery")


def state() -> dict[str, Any]:
    """Everything the page shows."""
    parts = [Part(str(PARTS[name]), said == "ok") for name, said in health.parts().items()]
    swept = _swept()
    return {
        "parts": parts,
        "waiting": _waiting(),
        "given_up": _given_up(),
        "sweeps": swept,
        "troubled": [sweep.name for sweep in swept or [] if sweep.needs_somebody],
        "now": timezone.now(),
    }


def _swept() -> list[sweeps.Sweep] | None:
    try:
        return sweeps.all_sweeps()
    except redis.RedisError:
        return None


def _waiting() -> list[Waiting]:
    held = Notification.objects.filter(email_at__lte=timezone.now())
    with as_portal():  # every partner's; only counted
        found = {name: _counted(str(queue.title), queue.due(), queue.at) for name, queue in QUEUES.items()}
    waiting = [row for name, row in found.items() if row.count or name not in MOMENTS]
    return [
        *waiting,
        _counted(gettext("Notices to be e-mailed"), held, "email_at"),
        Waiting(gettext("Messages in the queue"), _queued()),
    ]


def _given_up() -> list[GivenUp]:
    with as_portal():  # as above
        found = {
            name: (_some(queue.given_up()), _first(queue.given_up(), queue.at))
            for name, queue in QUEUES.items()
        }
    return [
        GivenUp(str(QUEUES[name].title), count, since, name)
        for name, (count, since) in found.items()
        if count
    ]


def _counted(name: str, rows: QuerySet[Any], since: str) -> Waiting:
    first = _first(rows, since)
    return Waiting(name, _some(rows) if first else 0, first)


def _first(rows: QuerySet[Any], since: str) -> datetime | None:
    return cast("datetime | None", rows.aggregate(first=Min(since))["first"])


def _some(rows: QuerySet[Any]) -> int:
    """A count that stops above MOST, so that a flood does not make this page slow as well."""
    return rows.order_by()[: MOST + 1].count()


def _queued() -> int | None:
    try:
        with impatient() as broker:
            return sum(int(broker.llen(name)) for name in schedule.queues())
    except redis.RedisError:
        return None
