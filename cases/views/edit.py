"""Editing a case: everything that is kept, with a word for the second of two people at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right

from .. import access_log, actions, rules
from ..actions import CaseClosed, CasePaused, StaleCase
from ..choices import EventKind
from ..forms import EditForm
from ..models import Case
from ..pausing import case_paused
from .detail import case_or_404
from .intake import beside


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.WORK_CASES)
def edit(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show and change the whole case."""
    case = case_or_404(request, reference)
    ensure(rules.can_read(request.user, case))
    if request.method != "POST":
        if case.is_closed:
            messages.info(request, _("The case is closed. Please reopen it first."))
            return redirect(case)
        if case.is_paused:
            messages.info(request, case_paused())
            return redirect(case)
        return _page(request, case, EditForm.of(case))
    form = EditForm(request.POST, case=case)
    if not form.is_valid():
        return _page(request, case, form, status=422)
    try:
        saved = actions.edit(
            by=request.user,
            case=case,
            version=form.cleaned_data["version"],
            worker=form.worker_values(),
            fields=form.case_values(),
            topics=form.topic_rows(),
            key=form.cleaned_data["key"],
        )
    except StaleCase as stale:
        return _page_over(request, form, stale.case)
    except CaseClosed:
        form.add_error(None, _("The case is closed. Please reopen it first."))
        return _page(request, case, form, status=409)
    except CasePaused:
        form.add_error(None, case_paused())
        return _page(request, case, form, status=409)
    messages.success(request, _("The changes are saved."))
    return redirect(saved)


def _page_over(request: SignedInRequest, form: EditForm, current: Case) -> HttpResponse:
    """The form again after somebody else's change, with both."""
    again, clashes, taken_over = form.over(current)
    last = current.events.filter(kind=EventKind.EDITED).select_related("actor").order_by("-at", "-pk").first()
    return _page(
        request,
        current,
        again,
        last_edit=last,
        clashes=clashes,
        taken_over=taken_over,
        stale=True,
        status=409,
    )


def _page(
    request: SignedInRequest, case: Case, form: EditForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    access_log.read(request.user, case, "edit")
    context = {"stale": False, **more, **beside(form), "case": case, "form": form}
    return render(request, "cases/edit.html", context, status=status)
