"""Who read and wrote what: of one case, and, for those who watch over it, of all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.policy import SignedInRequest, acting_over, allow
from accounts.roles import Right
from agencies import paging
from agencies.models import Partner
from privacy import log as privacy_log
from privacy import spreadsheets
from privacy.choices import Verb
from privacy.models import LogEntryQuerySet

from .. import log_reads, rules
from ..forms import LogFilterForm
from .access import known

MOST_EXPORTED = 10_000  # lines of one file
HEADER = [
    gettext_lazy("When"),
    gettext_lazy("Who"),
    gettext_lazy("Partner"),
    gettext_lazy("What happened"),
    gettext_lazy("Part"),
    gettext_lazy("Reason"),
    gettext_lazy("Cases"),
]


@require_safe
@allow(Right.WORK_CASES)
def readers(request: SignedInRequest, reference: str) -> HttpResponse:
    """Who read the case, by day. Shows nothing of the case itself, so whoever oversees it unread sees it, too."""
    case = known(request.user, reference)
    page = paging.numbered(request, log_reads.readings(case))
    context = {
        "case": case,
        "reads": rules.can_read(request.user, case),
        "page": page,
        "readings": log_reads.told(page.rows),
    }
    return render(request, "cases/readers.html", context)


@require_safe
@allow(Right.READ_LOG)
@acting_over(Right.READ_LOG)
def log(request: SignedInRequest) -> HttpResponse:
    """What this person watches over, the newest first, with how much of it there was each day."""
    return _page(request, _filters(request))


def _page(request: SignedInRequest, form: LogFilterForm, *, status: int = 200) -> HttpResponse:
    chosen = form.chosen()
    form.offer_people(log_reads.people(_of_days(request, form)))
    entries = _narrowed(request, form)
    page = paging.by_place(request, entries, before=chosen.get("before"), after=chosen.get("after"))
    since, until = form.days
    days = log_reads.per_day(entries, since, until)
    context = {
        "form": form,
        "filters": len(chosen.keys() - {"before", "after"}),
        "page": page,
        "lines": log_reads.lines(request.user, page.rows),
        "days": days,
        "count": sum(count for _day, count in days),
        "most": MOST_EXPORTED,
        "busiest": log_reads.busiest(entries),
        "query": _without_place(request),
    }
    _write_down(request, Verb.READ)
    return render(request, "cases/log.html", context, status=status)


@require_safe
@allow(Right.READ_LOG)
@acting_over(Right.READ_LOG)
def log_csv(request: SignedInRequest) -> HttpResponse:
    """The same lines as a file: the newest 10,000, and a line that says so where there are more.

    Taking them along is an entry itself. A filter that makes no sense gives no file, but the page that says why.
    """
    form = _filters(request)
    if not form.is_valid():
        return _page(request, form, status=400)
    lines = spreadsheets.csv_stream(*_table(request, form))
    return _file(request, "csv", spreadsheets.CSV_TYPE, b"".join(lines))


@require_safe
@allow(Right.READ_LOG)
@acting_over(Right.READ_LOG)
def log_xlsx(request: SignedInRequest) -> HttpResponse:
    """The same for Excel."""
    form = _filters(request)
    if not form.is_valid():
        return _page(request, form, status=400)
    with spreadsheets.xlsx_file(*_table(request, form)) as book:
        return _file(request, "xlsx", spreadsheets.XLSX_TYPE, book.read())


def _file(request: SignedInRequest, ending: str, kind: str, content: bytes) -> HttpResponse:
    _write_down(request, Verb.EXPORTED)
    name = f"log-akses-{timezone.localdate():%Y-%m-%d}.{ending}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=disposition)


def _filters(request: SignedInRequest) -> LogFilterForm:
    partners = Partner.objects.order_by("name_id", "pk")
    offered = [] if request.user.partner_id else [(partner.pk, partner.name) for partner in partners]
    return LogFilterForm(request.GET, partners=offered)


def _table(request: SignedInRequest, form: LogFilterForm) -> tuple[list[str], list[list[Any]]]:
    entries = list(_narrowed(request, form).order_by("-pk")[: MOST_EXPORTED + 1])
    rows = list(_rows(log_reads.lines(request.user, entries[:MOST_EXPORTED])))
    if len(entries) > MOST_EXPORTED:
        said = _("Only the newest %(n)d entries are here. Choose fewer days for the rest.")
        rows.append([said % {"n": MOST_EXPORTED}, *[""] * (len(HEADER) - 1)])
    return [str(name) for name in HEADER], rows


def _of_days(request: SignedInRequest, form: LogFilterForm) -> LogEntryQuerySet:
    since, until = form.days
    zone = timezone.get_current_timezone()
    return log_reads.visible_to(request.user).filter(
        at__gte=datetime.combine(since, time.min, zone),
        at__lt=datetime.combine(until + timedelta(days=1), time.min, zone),
    )


def _narrowed(request: SignedInRequest, form: LogFilterForm) -> LogEntryQuerySet:
    user, chosen = request.user, form.chosen()
    entries = _of_days(request, form)
    if "verb" in chosen:
        entries = entries.filter(verb=chosen["verb"])
    if "person" in chosen:
        entries = entries.filter(actor_id=chosen["person"])
    if chosen.get("whose") == "own":
        entries = entries.filter(partner_id=user.partner_id)
    elif chosen.get("whose") == "others":
        entries = entries.exclude(partner_id=user.partner_id)
    elif "whose" in chosen:
        entries = entries.filter(partner_id=int(chosen["whose"]))
    if "reference" in chosen:
        entries = log_reads.about(user, entries, chosen["reference"])
    return log_reads.at_night(entries) if "hours" in chosen else entries


def _rows(lines: list[log_reads.Line]) -> Iterator[list[Any]]:
    for line in lines:
        verb = Verb(line.entry.verb).label
        yield [
            *(line.entry.at, line.who.name, line.who.partner, str(verb)),
            *(line.part, line.reason, " ".join(line.references)),
        ]


def _write_down(request: SignedInRequest, verb: Verb) -> None:
    """Whoever looks at the log is in it."""
    user = request.user
    owners = [user.partner_id] if user.partner_id else []
    privacy_log.add(verb, by=user, subjects=[], owners=owners, what="log")


def _without_place(request: SignedInRequest) -> str:
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    return query.urlencode()
