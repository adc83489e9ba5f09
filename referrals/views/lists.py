"""The officer's inbox, and what one's own partner has sent."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from accounts import prepared
from accounts.models import User
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from agencies import capped, paging
from cases import access_log
from cases.choices import DataGroup

from .. import disclosure, rules
from ..choices import NOT_SENT_YET, State
from ..forms import FilterForm
from ..models import Referral, ReferralQuerySet
from .live import etag_of, fragment
from .rows import row
from .tabs import ALL, INBOX_TABS, SENT_TABS, Narrow, Tab

PAGE = 25
INBOX, SENT = "referrals:inbox", "referrals:sent"


@dataclass(frozen=True)
class Listing:
    """A list as it was asked for: one page of one tab, narrowed by the filters in use."""

    name: str
    tabs: tuple[Tab, ...]
    tab: Tab
    form: FilterForm
    used: dict[str, Any]
    asked: QueryDict
    page: paging.Page[Referral]
    counts: dict[str, str]

    @property
    def facts(self) -> tuple[Any, ...]:
        """Everything that the list shows, in short: when this is the same, the list is."""
        used = sorted((key, str(value)) for key, value in self.used.items())
        rows = [
            (referral.pk, referral.changed_at, referral.case.changed_at, disclosure.is_open(referral))
            for referral in self.page.rows
        ]
        around = (self.page.previous_url, self.page.next_url, self.page.lost)
        return self.name, self.tab.code, used, around, rows, self.counts

    def context(self, user: User) -> dict[str, Any]:
        """What the templates need."""
        return {
            "tab": self.tab,
            "tabs": _tab_links(self),
            "page": self.page,
            "rows": [row(user, referral) for referral in self.page.rows],
            "live_url": f"{reverse(self.name)}?{self.asked.urlencode()}",
            "list_url": f"{reverse(self.name)}?tab={self.tab.code}",
            "filtered": bool(self.used),
            "received": self.name == INBOX,
        }


@require_GET
@allow(Right.WORK_CASES)
def inbox(request: SignedInRequest) -> HttpResponse:
    """What other partners put before ours, the most urgent first."""

    def readable(found: ReferralQuerySet) -> ReferralQuerySet:
        return found.readable_by_receiver(DataGroup.CASE)

    form = FilterForm(request.GET, states=[state for state in State if state not in NOT_SENT_YET])
    listing = _listing(request, INBOX, Referral.objects.received_by, INBOX_TABS, form, may_search=readable)
    return _answer(request, listing, "referrals/inbox.jinja")


@require_GET
@allow(Right.WORK_CASES)
def sent(request: SignedInRequest) -> HttpResponse:
    """What our partner put before others."""
    form = FilterForm(request.GET, states=list(State))
    listing = _listing(
        request, SENT, Referral.objects.sent_by, SENT_TABS, form, may_search=lambda found: found
    )
    return _answer(request, listing, "referrals/sent.jinja")


def _listing(
    request: SignedInRequest,
    name: str,
    rows: Callable[[User], ReferralQuerySet],
    tabs: tuple[Tab, ...],
    form: FilterForm,
    *,
    may_search: Narrow,
) -> Listing:
    used = form.values()
    tab = _tab(tabs, request.GET.get("tab", ""), used)
    keyset = paging.Keyset(name, tab.order, request.user.pk, PAGE)
    place = keyset.place(request, Referral.objects.with_order_keys())

    # Chosen by their numbers alone, beside the counts, and then read whole: a join of all that match would be sorted.
    def ask(reader: User, **values: Any) -> dict[str, Any]:
        known = rows(reader)
        narrowed = _narrowed(tab.narrow(known), used, may_search).with_order_keys()
        page = keyset.rows(narrowed, replace(place, values=tuple(values.values())))
        return {"chosen": ArraySubquery(page.values("pk")), **_counts(known, tabs)}

    def shown(reader: User, numbers: list[Any]) -> Any:
        chosen = rows(reader).filter(prepared.AnyOf("pk", numbers)).with_order_keys()
        return keyset.ordered(chosen.with_list_data(), place)

    key = (name, tab.code, place.back, bool(place.values))
    values = dict(zip(keyset.fields, place.values, strict=False))
    if used:
        beside = capped.together(request.user, ask(request.user, **values))
    else:
        beside = capped.together_prepared(request.user, key, ask, **values)
    found = prepared.rows(("shown", *key), request.user, shown, numbers=beside.pop("chosen"))
    return Listing(
        name=name,
        tabs=tabs,
        tab=tab,
        form=form,
        used=used,
        asked=_asked(request, form),
        page=keyset.page(request, found, place),
        counts={code: capped.in_words(count) for code, count in beside.items()},
    )


def _asked(request: SignedInRequest, form: FilterForm) -> QueryDict:
    """What the address says, without what means nothing here."""
    asked = request.GET.copy()
    for name in asked.keys() - form.fields.keys() - set(paging.PLACES):
        del asked[name]
    return asked


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
    return render(request, "referrals/_list.jinja", listing.context(request.user))


def _log(user: User, listing: Listing, *, refresh: bool = False) -> None:
    """Write down whose cases the list tells of: to a receiver, those that are open to it."""
    shown = [row for row in listing.page.rows if rules.is_sender(user, row) or disclosure.is_open(row)]
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


def _counts(rows: ReferralQuerySet, tabs: tuple[Tab, ...]) -> dict[str, Any]:
    """How many referrals stand in each tab."""
    return {tab.code: capped.CappedCount(tab.narrow(rows)) for tab in tabs if tab.code != ALL}


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
