"""The way to one case by its reference: the same 404 for what is not there and what is a stranger's, and for a colleague
to whom a restricted case is closed the page that says so (ADR 0018)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import prepared
from accounts.models import User

from .. import rules
from ..forms import GlassForm
from ..models import Case
from ..models.case_reads import CaseQuerySet


class CaseRestricted(PermissionDenied):
    """A colleague came to a restricted case that is closed to them; `case` is for the page that says so."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


class CaseErased(PermissionDenied):
    """Somebody of its own partner came to a case that was erased; `case` is for the page that says so, and `topics` what
    it was about, or None where that stays with the readers of a restricted case."""

    def __init__(self, user: User, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case
        self.topics = list(case.topics.all()) if case.is_open_to(user) else None


def case_or_404(user: User, reference: str, cases: Callable[[], CaseQuerySet] = Case.objects.all) -> Case:
    """The case of this person's own partner, with what `cases` loads along: a function of a module, whose query is built once.

    Raises CaseErased for one that was erased, CaseRestricted for a colleague to whom it is closed, Http404 for
    everybody else.
    """

    def wanted(reader: User, reference: str) -> CaseQuerySet:
        return cases().visible_to(reader).filter(reference=reference).order_by()

    case: Case | None = next(iter(prepared.rows(("case", cases), user, wanted, reference=reference)), None)
    if case is None:
        refuse(user, reference)
    return case


def with_keys() -> CaseQuerySet:
    """Cases with what opens their contents and their worker's."""
    return Case.objects.select_related("data_key", "worker__data_key")


def refuse(user: User, reference: str) -> NoReturn:
    """Say that the case is erased or restricted to whoever may know that it is there; to others that there is none."""
    gone = Case.objects.erased_of_partner_of(user).filter(reference=reference).select_related("outcome")
    if case := gone.first():
        raise CaseErased(user, case)
    closed = Case.objects.closed_to(user).filter(reference=reference).select_related("assigned_to")
    if case := closed.first():
        raise CaseRestricted(case)
    raise Http404


def erased(request: HttpRequest, exception: CaseErased) -> HttpResponse:
    """The page of a case that was erased: its reference, and the coded facts that are left. 410, it does not come back.

    Asks the database nothing of the case.
    """
    context = {"case": exception.case, "topics": exception.topics, "open": exception.topics is not None}
    return render(request, "cases/erased.html", context, status=410)


def restricted(
    request: HttpRequest, case: Case, form: GlassForm | None = None, *, refusal: str = "", status: int = 403
) -> HttpResponse:
    """The page of a case that is closed to the reader: nothing of the case but its reference and who has it.

    Asks the database nothing of the case. A region that refreshes itself lets the whole page come anew.
    """
    assert isinstance(request.user, User)
    context = {
        "case": case,
        "form": form or GlassForm(),
        "refusal": refusal,
        "oversees": rules.oversees(request.user, case),
    }
    response = render(request, "cases/restricted.html", context, status=status)
    if "HX-Request" in request.headers:
        response["HX-Refresh"] = "true"
    return response
