"""What the page of an act shows: before, what would happen; then how far it is, and what became of each case."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import User
from cases.forms import CaseFilterForm
from cases.models import Case

from . import rules
from .choices import BulkState, Skip
from .kinds import KINDS
from .models import BulkAct
from .selecting import MOST, preview

PAGE = 50
DONE, LEFT_OUT = "done", "skipped"
PROBLEMS = {
    "tried_often": gettext_lazy("It failed again and again. The portal's admins see why in its log."),
    "too_many": gettext_lazy("There are more cases than a sheet has rows. Narrow the list, or choose CSV."),
    "erased": gettext_lazy("A case in it was erased meanwhile. Export anew if it is still needed."),
    "not_yours": gettext_lazy("Whoever asked for it may not do this any more."),
}


def before(act: BulkAct, user: User) -> dict[str, Any]:
    """What would happen, as things are now."""
    shown = preview(act, user, KINDS[act.kind](act).why_not)
    return {
        "preview": shown,
        "asked": _asked(act),
        "most": MOST,
        "left_out": [
            {"label": Skip(code).label, "count": count} for code, count in shown.left_out.most_common()
        ],
    }


def _asked(act: BulkAct) -> list[str]:
    """In words, what all cases of it match; of picked ones nothing."""
    if act.picked:
        return []
    form = CaseFilterForm(act.asked)
    told = [str(_("Whole team") if act.asked.get("tab") == "team" else _("My cases"))]
    for name, value in form.chosen().items():
        field: Any = form.fields[name]
        told.append(f"{field.label}: {dict(getattr(field, 'choices', [])).get(value, value)}")
    return told


def of(request: HttpRequest, user: User, act: BulkAct) -> dict[str, Any]:
    """How far it is, and a page of results."""
    context: dict[str, Any] = {
        "act": act,
        "live_url": request.get_full_path(),
        "may_stop": rules.can_stop(user, act),
        "may_undo": rules.can_undo(user, act),
        "may_fetch": rules.can_fetch(user, act),
        "problem": PROBLEMS.get(act.problem.get("code", ""), ""),
    }
    if act.state in (BulkState.DRAFT, BulkState.GATHERING):
        return context
    return context | _results(request, user, act)


def _results(request: HttpRequest, user: User, act: BulkAct) -> dict[str, Any]:
    """A page of the cases that it was done to, or that were left out. Only pieces that hold it are read."""
    kind = LEFT_OUT if request.GET.get("show") == LEFT_OUT else DONE
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 6 and int(asked) else 1
    found = _found(act, kind, (number - 1) * PAGE)
    references = _references(user, [case for case, _result in found])
    url = f"{request.path}?show={kind}&page="
    return {
        "show": kind,
        "rows": [
            {"case": references.get(case), "result": _said(act, result)} for case, result in found[:PAGE]
        ],
        "previous_url": f"{url}{number - 1}" if number > 1 else "",
        "next_url": f"{url}{number + 1}" if len(found) > PAGE else "",
    }


def _found(act: BulkAct, kind: str, skip: int) -> list[tuple[int, str]]:
    """The numbers of a page of cases, each with why it was left out, and of one more if there are more."""
    pieces = act.pieces.filter(is_done=True)
    count = F("rows_skipped") if kind == LEFT_OUT else F("cases__len") - F("rows_skipped")
    found: list[tuple[int, str]] = []
    for number, rows in pieces.annotate(rows=count).order_by("number").values_list("number", "rows"):
        if skip >= rows:
            skip -= rows
            continue
        piece = pieces.get(number=number)
        of_kind = [pair for pair in piece.told() if _is_of(act, pair[1], kind)]
        found += of_kind[skip:][: PAGE + 1 - len(found)]
        skip = 0
        if len(found) > PAGE:
            break
    return found


def _is_of(act: BulkAct, result: str, kind: str) -> bool:
    return bool(result) == (kind == LEFT_OUT)


def _references(user: User, numbers: list[int]) -> dict[int, Case]:
    """Those of the cases that this person knows of; a row that is closed to them names nothing but itself."""
    narrow = Case.objects.known_to(user).filter(pk__in=numbers).only("pk", "reference")
    return narrow.in_bulk()


def _said(act: BulkAct, result: str) -> str:
    if result:
        return str(Skip(result).label)
    return _("taken back") if act.state == BulkState.UNDONE else pgettext("a case", "done")
