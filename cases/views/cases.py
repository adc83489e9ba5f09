"""The caseworker's first page: cases, what they wait for, and what is not finished typing."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any

from django.db.models import Count, Max
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_POST, require_safe

from accounts.models import User
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from agencies import countries, paging
from notifications.models import Notification

from .. import access_log, rules
from ..choices import Need
from ..forms import CaseFilterForm
from ..models import Case, CaseAccess, IntakeDraft
from ..models.case_reads import SEARCH_LENGTH
from ..standing import standing

PAGE = 25
TOPICS_SHOWN = 2
UNREAD_LIMIT = 500
STALE_AFTER = 300  # seconds until "3 hours left" must be written anew, though nothing changed
SEARCH = "search"  # the session keeps the last searches; the address names one of them
SEARCHES_KEPT = 10


def etag(request: SignedInRequest) -> str:
    """Changes when anything of the partner's cases, the reader's drafts or unread messages does, and with time."""
    user = request.user
    # Not the newest alone: an act that began before another may be committed after it.
    known: Any = Case.objects.known_to(user).with_mask(user)
    newest = known.order_by("-changed_at").values_list("pk", "changed_at", "masked")[:PAGE]
    drafts = IntakeDraft.objects.visible_to(user).aggregate(n=Count("pk"), newest=Max("changed_at"))
    unread = Notification.objects.visible_to(user).unread().aggregate(n=Count("pk"), newest=Max("pk"))
    age = int(timezone.now().timestamp()) // STALE_AFTER
    marks = (
        user.pk,
        user.time_zone,
        list(newest),
        *drafts.values(),
        *unread.values(),
        age,
        get_language(),
        request.get_full_path(),
    )
    return f'"{sha256(repr(marks).encode()).hexdigest()[:24]}"'


@require_POST
@allow(Right.WORK_CASES)
def search(request: SignedInRequest) -> HttpResponse:
    """Narrow the list. What was searched for may be a name, so it stays in the session and out of the address."""
    form = CaseFilterForm(request.POST)
    chosen = form.chosen()
    query = QueryDict(mutable=True)
    query["tab"] = form.cleaned_data["tab"]
    chosen.pop("q", None)
    if words := request.POST.get("q", "")[
        : 2 * SEARCH_LENGTH
    ]:  # one that makes no sense comes back with a sentence
        query[SEARCH] = secrets.token_urlsafe(6)
        kept = list(request.session.get(SEARCH, {}).items())[-(SEARCHES_KEPT - 1) :]
        request.session[SEARCH] = {**dict(kept), query[SEARCH]: words}
    query.update(chosen)
    return redirect(f"{reverse('cases:list')}?{query.urlencode()}")


def _form(request: SignedInRequest) -> CaseFilterForm:
    data = request.GET.copy()
    data["q"] = request.session.get(SEARCH, {}).get(data.get(SEARCH, ""), "")
    return CaseFilterForm(data)


@require_safe
@allow(Right.WORK_CASES)
def list_(request: SignedInRequest) -> HttpResponse:
    """The whole page; for a refresh (htmx) only what may have changed, or 304."""
    if "HX-Request" in request.headers:
        response = condition(etag_func=etag)(_region)(request)
        patch_cache_control(response, private=True, no_store=True)
    else:
        mark = etag(request)  # before the data is read: at worst one refresh too many
        context = _context(request, _form(request))
        _log(request, context)
        response = render(request, "cases/list.html", {**context, "etag": mark})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _region(request: SignedInRequest) -> HttpResponse:
    context = _context(request, _form(request))
    _log(request, context, refresh=True)
    return render(request, "cases/list/_region.html", context)


def _log(request: SignedInRequest, context: dict[str, Any], *, refresh: bool = False) -> None:
    """Write down whose names the list shows; a masked row has none."""
    access_log.listed(
        request.user,
        [row["case"] for row in context["rows"] if not row["masked"]],
        "cases",
        drafts=[row["draft"].pk for row in context["drafts"]],
        found=bool(context["form"].chosen().get("q")),
        refresh=refresh,
    )


def _context(request: SignedInRequest, form: CaseFilterForm) -> dict[str, Any]:
    user = request.user
    chosen = form.chosen()
    tab = form.cleaned_data["tab"]
    cases = Case.objects.known_to(user)
    if tab == "mine":
        cases = cases.filter(assigned_to=user)
    found = _filtered(user, cases, chosen).newest_first().only("pk")
    page = paging.numbered(request, found, size=PAGE)
    rows = Case.objects.known_to(user).shown_to(user, page.rows)
    unread, drafts = _unread(request), _drafts(request)
    return {
        "form": form,
        "active": len(chosen),
        "tab": tab,
        "tabs": _tabs(request, tab),
        "reset_url": f"{reverse('cases:list')}?tab={tab}",
        "stats": _stats(cases, tab, len(drafts)) + _reviews(user),
        "page": page,
        "rows": [_row(case, unread) for case in rows],
        "drafts": drafts,
        "may_log": rules.can_log(user),
    }


def _filtered(user: User, cases: Any, chosen: dict[str, str]) -> Any:
    """What the filters leave; a case that is closed to the reader is found by nothing that its row does not show."""
    if "topic" in chosen or "country" in chosen:
        cases = cases.visible_to(user)
    if "q" in chosen:
        cases = cases.giving_nothing_away_to(user, chosen["q"])
    if "restricted" in chosen:
        cases = cases.restricted()
    everywhere = chosen.get("q") or chosen.get("need") == Need.SETTLEMENT  # whoever looks for a case finds it
    cases = cases.search(chosen.get("q", "")).in_state(chosen.get("state") or ("all" if everywhere else ""))
    if "need" in chosen:
        cases = cases.needing(Need(chosen["need"]))
    if "topic" in chosen:
        cases = cases.filter(topics=chosen["topic"])
    return cases.filter(**{name: chosen[name] for name in ("country", "urgency") if name in chosen})


def _tabs(request: SignedInRequest, tab: str) -> list[dict[str, Any]]:
    query = request.GET.copy()
    query.pop("page", None)
    tabs = []
    for code, label in (("mine", _("My cases")), ("team", _("Whole team"))):
        query["tab"] = code
        tabs.append(
            {"label": label, "url": f"{reverse('cases:list')}?{query.urlencode()}", "active": code == tab}
        )
    return tabs


def _stats(cases: Any, tab: str, drafts: int) -> list[dict[str, Any]]:
    """What waits, as tiles that lead to the list of it."""
    counts = cases.need_counts()
    tones = {Need.ANSWER: "warn", Need.CHOICE: "warn", Need.REFER_AGAIN: "warn", Need.OVERDUE: "bad"}
    icons = {
        Need.ANSWER: "question-circle",
        Need.CHOICE: "signpost-split",
        Need.REFER_AGAIN: "x-circle",
        Need.OVERDUE: "alarm-fill",
    }
    tiles: list[dict[str, Any]] = [
        {
            "value": counts[need],
            "label": need.label,
            "url": f"{reverse('cases:list')}?tab={tab}&need={need}",
            "icon": icons[need],
            "tone": tone if counts[need] else "neutral",
        }
        for need, tone in tones.items()
    ]
    if counts[Need.SETTLEMENT]:
        tiles.append(
            {
                "value": counts[Need.SETTLEMENT],
                "label": Need.SETTLEMENT.label,
                "url": f"{reverse('cases:list')}?tab={tab}&need={Need.SETTLEMENT}",
                "icon": "calendar-check",
                "tone": "warn",
            }
        )
    if drafts:
        label = ngettext("Open draft", "Open drafts", drafts)
        tiles.append({"value": drafts, "label": label, "url": "#drafts", "icon": "pencil", "tone": "neutral"})
    return tiles


def _reviews(user: User) -> list[dict[str, Any]]:
    """For supervisors: how many openings in an emergency wait for their judgement, if any."""
    waiting = CaseAccess.objects.visible_to(user).to_review().exclude(person=user)
    if not user.can(Right.OVERSEE_CASES) or not (count := waiting.count()):
        return []
    label = ngettext("Opening to review", "Openings to review", count)
    return [
        {"value": count, "label": label, "url": reverse("cases:glass"), "icon": "shield-lock", "tone": "bad"}
    ]


def _row(case: Any, unread: set[str]) -> dict[str, Any]:
    """A line of the list; of a case that is closed to the reader only what keeps it from getting lost."""
    if case.masked:
        return {
            "masked": True,
            "case": case,
            "move": standing(case).move.masked(),
            "unread": case.reference in unread,
        }
    topics = list(case.topics.all())
    return {
        "masked": False,
        "case": case,
        "topics": topics[:TOPICS_SHOWN],
        "more_topics": max(len(topics) - TOPICS_SHOWN, 0),
        "standing": standing(case),
        "unread": case.reference in unread,
    }


def _unread(request: SignedInRequest) -> set[str]:
    """References of cases about which the reader has unread messages."""
    messages = Notification.objects.visible_to(request.user).unread()
    return {text.split("/")[0] for text in messages.values_list("reference", flat=True)[:UNREAD_LIMIT]}


def _drafts(request: SignedInRequest) -> list[dict[str, Any]]:
    """The reader's drafts, without the long texts in them."""
    drafts = IntakeDraft.objects.visible_to(request.user)
    return [
        {"draft": draft, "name": draft.heading, "country": countries.name(draft.country)}
        for draft in drafts.defer("fields")
    ]
