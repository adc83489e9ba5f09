"""The state of the portal's own machinery, for those who look after it: parts, what waits, and sweeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis
from django.db.models import Min, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from errands.queue import QUEUES
from notifications.models import Notification
from privacy.acting import as_portal

from . import health, schedule, sweeps
from .broker import impatient

MOST = 1000  # rows that are counted; more is "more than"
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
class Waiting:
    """What waits for the worker: how much, and since when the first should have been done."""

    name: str
    count: int | None  # None: nobody can tell now
    since: datetime | None = None

    @property
    def is_more(self) -> bool:
        return self.count is not None and self.count > MOST

    @property
    def most(self) -> int:
        return MOST


@require_GET
@allow(Right.MANAGE_PARTNERS)
def machinery(request: SignedInRequest) -> HttpResponse:
    """The page; for a refresh only its tables, and with `?short=` what fits into a corner of another page."""
    if not request.headers.get("HX-Request"):
        return render(request, "portal/machinery.html", state())
    template = "portal/_machinery_short.html" if "short" in request.GET else "portal/_machinery.html"
    return render(request, template, state())


def state() -> dict[str, Any]:
    """Everything the page shows."""
    parts = [Part(str(PARTS[name]), said == "ok") for name, said in health.parts().items()]
    swept = _swept()
    return {
        "parts": parts,
        "waiting": _waiting(),
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
        waiting = [_counted(str(queue.title), queue.due(), queue.at) for queue in QUEUES.values()]
    return [
        *waiting,
        _counted(gettext("Notices to be e-mailed"), held, "email_at"),
        Waiting(gettext("Messages in the queue"), _queued()),
    ]


def _counted(name: str, rows: QuerySet[Any], since: str) -> Waiting:
    """A count that stops at MOST, so that a flood does not make this page slow as well."""
    first = rows.aggregate(first=Min(since))["first"]
    return Waiting(name, rows.order_by()[: MOST + 1].count() if first else 0, first)


def _queued() -> int | None:
    try:
        with impatient() as broker:
            return sum(int(broker.llen(name)) for name in schedule.queues())
    except redis.RedisError:
        return None
