"""The officer's inbox, and what one's own partner has sent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from cases import access_log
from cases.choices import DataGroup

from .. import disclosure, rules
from ..choices import ENDED, NOT_SENT_YET, State
from ..forms import FilterForm
from ..models import Referral, ReferralQuerySet
from .live import etag_of, fragment
from .rows import row

PAGE = 25
LAST_PAGE = 200  # further down, filters find what paging does not
COUNT_LIMIT = 100
Narrow = Callable[[ReferralQuerySet], ReferralQuerySet]


@dataclass(frozen=True)
class Tab:
    """A part of a list: its name in the address, its label, which referrals, and what to say when it is empty."""

    code: str
    label: str | Promise
    narrow: Narrow
    empty_title: str | Promise
    empty_text: str | Promise


INBOX, SENT = "referrals:inbox", "referrals:sent"
ALL = "all"
NOTHING_FOUND = (_("Nothing found"), _("Try fewer or other filters."))

INBOX_TABS = (
    Tab(
        "todo",
        _("Waits for us"),
        lambda rows: rows.for_the_receiver().most_urgent_first(),
        _("Nothing waits for you"),
        _("New referrals appear here by themselves, the most urgent one first."),
    ),
    Tab(
        "question",
        _("Waits for the sender"),
        lambda rows: rows.filter(state=State.CLARIFYING).most_urgent_first(),
        _("No question is open"),
        _("When you ask a question about a referral, it waits here for the answer."),
    ),
    Tab(
        "progress",
        pgettext_lazy("referrals", "In progress"),
        lambda rows: rows.in_progress().most_urgent_first(),
        _("Nothing is in progress"),
        _("Referrals that you accept stand here until you complete them."),
    ),
    Tab(
        "ended",
        pgettext_lazy("referrals", "Ended"),
        lambda rows: rows.filter(state__in=sorted(ENDED)).last_changed_first(),
        _("Nothing has ended yet"),
        _("Referrals that were completed, declined or taken back stand here."),
    ),
    Tab(ALL, pgettext_lazy("referrals", "All"), lambda rows: rows.last_changed_first(), *NOTHING_FOUND),
)

SENT_TABS = (
    Tab(
        "todo",
        _("Waits for us"),
        lambda rows: rows.for_the_sender().most_urgent_first(),
        _("Nothing waits for you"),
        _("Questions from agencies, and referrals that need another agency, appear here by themselves."),
    ),
    Tab(
        "agency",
        _("With agencies"),
        lambda rows: rows.filter(
            state__in=[State.WAITING, State.SENT, State.RECEIVED, State.ACCEPTED]
        ).most_urgent_first(),
        _("Nothing is with an agency"),
        _("Open a case and refer it; the portal finds the agency that is responsible."),
    ),
    Tab(
        "ended",
        pgettext_lazy("referrals", "Ended"),
        lambda rows: rows.filter(state__in=sorted(ENDED)).last_changed_first(),
        _("Nothing has ended yet"),
        _("Referrals that were completed, declined or taken back stand here."),
    ),
    Tab(ALL, pgettext_lazy("referrals", "All"), lambda rows: rows.last_changed_first(), *NOTHING_FOUND),
)


@dataclass(frozen=True)
class Listing:
    """A list as it was asked for: one page of one tab, narrowed by the filters in use."""

    name: str
    tabs: tuple[Tab, ...]
    tab: Tab
    form: FilterForm
    used: dict[str, Any]
    number: int
    referrals: list[Referral]  # those of the page, and one more if there is a next page
    counts: dict[str, str]

    @property
    def facts(self) -> tuple[Any, ...]:
        """Everything that the list shows, in short: when this is the same, the list is."""
        asked = (
            self.name,
            self.tab.code,
            self.number,
            sorted((key, str(value)) for key, value in self.used.items()),
        )
        rows = [
            (referral.pk, referral.changed_at, referral.case.changed_at, disclosure.is_open(referral))
            for referral in self.referrals
        ]
        return asked, rows, self.counts

    def context(self, user: User) -> dict[str, Any]:
        """What the templates need."""
        start, rows = (self.number - 1) * PAGE, self.referrals[:PAGE]
        more = len(self.referrals) > PAGE and self.number < LAST_PAGE
        return {
            "tab": self.tab,
            "tabs": _tab_links(self),
            "rows": [row(user, referral) for referral in rows],
            "which": f"{start + 1}–{start + len(rows)}",
            "previous_url": self.url(self.number - 1) if self.number > 1 else "",
            "next_url": self.url(self.number + 1) if more else "",
            "live_url": self.url(self.number),
            "list_url": f"{reverse(self.name)}?tab={self.tab.code}",
            "filtered": bool(self.used),
            "received": self.name == INBOX,
        }

    def url(self, number: int) -> str:
        """The address of a page of this list."""
        query = {key: value for key, value in self.form.data.items() if key in self.form.fields}
        return f"{reverse(self.name)}?{urlencode({**query, 'page': number} if number > 1 else query)}"


@require_GET
@allow(Right.WORK_CASES)
def inbox(request: SignedInRequest) -> HttpResponse:
    """What other partners put before ours, the most urgent first."""
    rows = Referral.objects.received_by(request.user)

    def readable(found: ReferralQuerySet) -> ReferralQuerySet:
        return found.readable_by_receiver(DataGroup.CASE)

    form = FilterForm(request.GET, states=[state for state in State if state not in NOT_SENT_YET])
    listing = _listing(request, INBOX, rows, INBOX_TABS, form, may_search=readable)
    return _answer(request, listing, "referrals/inbox.html")


@require_GET
@allow(Right.WORK_CASES)
def sent(request: SignedInRequest) -> HttpResponse:
    """What our partner put before others."""
    rows = Referral.objects.sent_by(request.user)
    form = FilterForm(request.GET, states=list(State))
    listing = _listing(request, SENT, rows, SENT_TABS, form, may_search=lambda found: found)
    return _answer(request, listing, "referrals/sent.html")


def _listing(
    request: SignedInRequest,
    name: str,
    rows: ReferralQuerySet,
    tabs: tuple[Tab, ...],
    form: FilterForm,
    *,
    may_search: Narrow,
) -> Listing:
    used = form.values()
    tab = _tab(tabs, request.GET.get("tab", ""), used)
    number = _page_number(request.GET.get("page", ""))
    start = (number - 1) * PAGE
    found = _narrowed(tab.narrow(rows), used, may_search).with_page_data()
    return Listing(
        name=name,
        tabs=tabs,
        tab=tab,
        form=form,
        used=used,
        number=number,
        referrals=list(found[start : start + PAGE + 1]),
        counts={one.code: _capped_count(one.narrow(rows)) for one in tabs if one.code != ALL},
    )


def _answer(request: SignedInRequest, listing: Listing, template: str) -> HttpResponse:
    """The page, or for the region that refreshes itself only the list."""
    etag = etag_of(request, listing.facts)
    if request.htmx:  # type: ignore[attr-defined]  # put there by django-htmx
        return fragment(request, etag, lambda: _refreshed(request, listing))
    _log(request.user, listing)
    context = listing.context(request.user)
    whole = {
        "form": listing.form,
        "active": len(listing.used),
        "reset_url": context["list_url"],
        "etag": etag,
    }
    response = render(request, template, context | whole)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _refreshed(request: SignedInRequest, listing: Listing) -> HttpResponse:
    _log(request.user, listing, refresh=True)
    return render(request, "referrals/_list.html", listing.context(request.user))


def _log(user: User, listing: Listing, *, refresh: bool = False) -> None:
    """Write down whose cases the list tells of: to a receiver, those that are open to it."""
    shown = [row for row in listing.referrals[:PAGE] if rules.is_sender(user, row) or disclosure.is_open(row)]
    access_log.listed(
        user,
        [row.case for row in shown],
        listing.name.replace("referrals:", ""),
        found="q" in listing.used,
        refresh=refresh,
    )


def _tab(tabs: tuple[Tab, ...], code: str, used: dict[str, Any]) -> Tab:
    """The tab asked for. Who looks for a reference or a state looks everywhere."""
    if "q" in used or "state" in used:
        return tabs[-1]
    return next((tab for tab in tabs if tab.code == code), tabs[0])


def _narrowed(rows: ReferralQuerySet, used: dict[str, Any], may_search: Narrow) -> ReferralQuerySet:
    """What the filters leave; by the case's contents only referrals are found that show them to the reader."""
    if words := used.get("q"):
        reference, _slash, number = words.upper().partition("/R")
        rows = rows.filter(case__reference__contains=reference.strip())
        rows = rows.filter(number=int(number)) if number.isdecimal() and len(number) < 5 else rows
    if state := used.get("state"):
        rows = rows.filter(state=state)
    if topic := used.get("topic"):
        rows = may_search(rows).filter(case__topics=topic)
    if country := used.get("country"):
        rows = may_search(rows).filter(case__country=country)
    return rows


def _capped_count(rows: ReferralQuerySet) -> str:
    found = rows.order_by()[: COUNT_LIMIT + 1].count()
    return f"{COUNT_LIMIT}+" if found > COUNT_LIMIT else str(found)


def _page_number(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isdecimal() and len(text) < 6 else 1


def _tab_links(listing: Listing) -> list[dict[str, Any]]:
    return [
        {
            "label": tab.label,
            "url": f"{reverse(listing.name)}?tab={tab.code}",
            "active": tab is listing.tab,
            "count": listing.counts.get(tab.code),
            "icon": "",
        }
        for tab in listing.tabs
    ]
