"""The list of cases as it was asked for, read in a fixed number of statements whatever its length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import prepared
from accounts.models import User
from accounts.policy import SignedInRequest
from accounts.roles import Right
from agencies import capped, countries, paging
from notifications import unread
from notifications.models import Notification

from .. import rules
from ..filtering import filtered, on_tab
from ..forms import CaseFilterForm
from ..models import Case, CaseAccess, IntakeDraft
from ..models.case_reads import NEWEST_FIRST
from ..standing import standing
from .tiles import tiles

PAGE = 25
TOPICS_SHOWN = 2
_Rows = Callable[[User, paging.Keyset, Any, paging.Place], Any]
UNREAD_LIMIT = 500
STALE_AFTER = 300  # seconds until "3 hours left" must be written anew, though nothing changed


class Listing:
    """One page of cases, what waits, and what is not finished typing; each part is read when it is asked for.

    `narrow_first` reads of the cases only what tells whether anything changed: for a refresh, which mostly finds that
    nothing did.
    """

    def __init__(self, request: SignedInRequest, form: CaseFilterForm, *, narrow_first: bool) -> None:
        self.request, self.user, self.form = request, request.user, form
        self.chosen = form.chosen()
        self.tab = form.cleaned_data["tab"]
        self.narrow_first = narrow_first
        self.keyset = paging.Keyset("cases", NEWEST_FIRST, self.user.pk, PAGE)
        self.place = self.keyset.place(request, Case.objects.all())

    @cached_property
    def page(self) -> paging.Page[Any]:
        found = self._asked(_narrow if self.narrow_first else _whole)
        return self.keyset.page(self.request, found, self.place)

    @cached_property
    def cases(self) -> list[Any]:
        """Those of the page, with all that their rows show."""
        return list(Case.objects.shown_to(self.user, self.page.rows)) if self.narrow_first else self.page.rows

    @cached_property
    def referrals(self) -> dict[int, list[Any]]:
        """Of each case of the page."""
        told: dict[int, list[Any]] = defaultdict(list)
        numbers = [case.pk for case in self.cases]
        for referral in prepared.rows("told of cases", None, Case.objects.told_of, numbers=numbers):
            told[referral.case_id].append(referral)
        return told

    def _asked(self, rows: _Rows) -> list[Any]:
        """The rows of the page, of a query that is built once where nothing narrows the list."""
        if self.chosen:
            found = filtered(self.user, on_tab(self.user, self.tab), self.chosen)
            return list(rows(self.user, self.keyset, found, self.place))

        def ask(reader: User, **values: Any) -> Any:
            place = replace(self.place, values=tuple(values.values()))
            return rows(reader, self.keyset, filtered(reader, on_tab(reader, self.tab), {}), place)

        key = ("cases", rows, self.tab, self.place.back, bool(self.place.values))
        values = dict(zip(self.keyset.fields, self.place.values, strict=False))
        return prepared.rows(key, self.user, ask, **values)

    @cached_property
    def drafts(self) -> list[IntakeDraft]:
        """The reader's drafts, without the long texts in them."""
        return prepared.rows("drafts", self.user, _drafts)

    @cached_property
    def waiting(self) -> dict[str, Any]:
        """What waits, counted no further than a page says, and of which cases (`unread`) there is news; one statement."""
        waiting = capped.together_prepared(
            self.user, ("cases", self.tab), lambda reader: _waiting(reader, self.tab)
        )
        unread.counted(self.request, len(waiting["unread"]))
        return waiting

    @cached_property
    def etag(self) -> str:
        """Changes when a row of the page, what waits, the reader's drafts or unread messages do, and with time."""
        marks = (
            self.user.pk,
            self.user.time_zone,
            get_language(),
            self.request.get_full_path(),
            [(case.pk, case.changed_at, case.masked) for case in self.page.rows],
            (self.page.previous_url, self.page.next_url),
            sorted(self.waiting.items()),
            [(draft.pk, draft.changed_at) for draft in self.drafts],
            int(timezone.now().timestamp()) // STALE_AFTER,
        )
        return f'"{sha256(repr(marks).encode()).hexdigest()[:24]}"'

    def context(self) -> dict[str, Any]:
        """What the templates need."""
        news = {text.split("/")[0] for text in self.waiting["unread"]}
        return {
            "form": self.form,
            "active": len(self.chosen),
            "tab": self.tab,
            "tabs": _tabs(self.request, self.tab),
            "reset_url": f"{reverse('cases:list')}?tab={self.tab}",
            "stats": tiles(self.waiting, self.tab, len(self.drafts)),
            "page": self.page,
            "rows": [_row(case, self.referrals[case.pk], self.form.topics, news) for case in self.cases],
            "drafts": [
                {"draft": draft, "name": draft.heading, "country": countries.name(draft.country)}
                for draft in self.drafts
            ],
            "may_log": rules.can_log(self.user),
            "etag": self.etag,
        }


def _narrow(user: User, keyset: paging.Keyset, found: Any, place: paging.Place) -> Any:
    return keyset.rows(found, place).with_mask(user).only("pk", "changed_at")  # type: ignore[attr-defined]  # of cases


def _whole(user: User, keyset: paging.Keyset, found: Any, place: paging.Place) -> Any:
    return keyset.ordered(Case.objects.shown_to(user, keyset.rows(found, place)), place)


def _drafts(reader: User) -> Any:
    return IntakeDraft.objects.visible_to(reader).defer("fields")


def _waiting(reader: User, tab: str) -> dict[str, Any]:
    asked: dict[str, Any] = on_tab(reader, tab).need_counts()
    if reader.can(Right.OVERSEE_CASES):
        openings = CaseAccess.objects.visible_to(reader).to_review().exclude(person=reader)
        asked["openings"] = capped.CappedCount(openings)
    messages = Notification.objects.visible_to(reader).unread()
    return asked | {"unread": ArraySubquery(messages.values("reference")[:UNREAD_LIMIT])}


def _tabs(request: SignedInRequest, tab: str) -> list[dict[str, Any]]:
    query = request.GET.copy()
    for name in paging.PLACES:
        query.pop(name, None)
    tabs = []
    for code, label in (("mine", _("My cases")), ("team", _("Whole team"))):
        query["tab"] = code
        tabs.append(
            {"label": label, "url": f"{reverse('cases:list')}?{query.urlencode()}", "active": code == tab}
        )
    return tabs


def _row(case: Any, referrals: list[Any], topics: dict[str, str], news: set[str]) -> dict[str, Any]:
    """A line of the list; of a case that is closed to the reader only what keeps it from getting lost."""
    if case.masked:
        return {
            "masked": True,
            "case": case,
            "move": standing(case, referrals).move.masked(),
            "unread": case.reference in news,
        }
    named = [name for code, name in topics.items() if code in case.topic_codes]
    return {
        "masked": False,
        "case": case,
        "topics": named[:TOPICS_SHOWN],
        "more_topics": max(len(named) - TOPICS_SHOWN, 0),
        "standing": standing(case, referrals),
        "unread": case.reference in news,
    }
