"""Logging a complaint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from agencies import matching

from .. import access_log, actions, nik_check, rules
from ..choices import EventKind
from ..duplicates import Hint
from ..events import done_already
from ..forms import ComplaintForm, IntakeForm, NikForm, draft_key
from ..models import Case, IntakeDraft
from . import alike, drafts


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.WORK_CASES)
def new(request: SignedInRequest) -> HttpResponse:
    """The intake form."""
    ensure(rules.can_log(request.user))
    if request.method == "POST":
        return _save(request)
    if "draft" in request.GET:
        return _resume(request)
    return _page(request, IntakeForm(initial={"key": uuid4()}))


def _save(request: SignedInRequest) -> HttpResponse:
    if drafts.is_of_another(request, request.user):
        return render(request, "accounts/not_your_form.html", {"is_kept": False}, status=409)
    form = IntakeForm(request.POST)
    if not form.is_valid():
        _keep_quietly(request)
        return _page(request, form, status=422)
    if not done_already(form.cleaned_data["key"], by=request.user, kind=EventKind.LOGGED) and (
        hints := alike.unseen(request)
    ):
        _keep_quietly(request)
        return _page(request, form, hints=hints, status=409)
    began = timezone.now()
    case = actions.log(
        by=request.user,
        worker=form.worker_values(),
        case=form.case_values(),
        topics=form.topic_rows(),
        key=form.cleaned_data["key"],
    )
    if case.created_at < began:  # the form was sent before and may have been changed since: better say so
        text = _("This complaint is already saved as %(reference)s. To change something, edit the case.")
        messages.warning(request, text % {"reference": case.reference})
        return redirect(case)
    messages.success(request, _("The complaint is saved as %(reference)s.") % {"reference": case.reference})
    if request.POST.get("then") == "refer":
        return redirect("referrals:refer", case.reference)
    return redirect(case)


def _keep_quietly(request: SignedInRequest) -> None:
    """Keep a form that came back, so that closing the tab now loses nothing either."""
    draft_id = draft_key(request.POST.get("key", ""))
    try:
        if draft_id is not None:
            drafts.keep(request, draft_id)
    except ValidationError:
        pass  # the field that is too long says so


def _resume(request: SignedInRequest) -> HttpResponse:
    """Go on with a draft; one that has become a case leads there."""
    draft_id = draft_key(request.GET["draft"])
    if draft_id is None:
        raise Http404
    logged = Case.objects.visible_to(request.user).filter(
        events__key=draft_id, events__kind=EventKind.LOGGED, events__actor=request.user
    )
    if case := logged.first():
        return redirect(case)
    draft = get_object_or_404(IntakeDraft.objects.visible_to(request.user), pk=draft_id)
    access_log.read_draft(request.user, draft.pk)
    return _page(request, IntakeForm.resume(draft), draft=draft)


def _page(
    request: SignedInRequest,
    form: IntakeForm,
    *,
    draft: IntakeDraft | None = None,
    hints: Sequence[Hint] = (),
    status: int = 200,
) -> HttpResponse:
    """The form; with `hints`, asking whether it is somebody who is there already."""
    key = draft_key(str(form["key"].value()))
    context = {
        **beside(form),
        "form": form,
        "draft": draft,
        "hints": hints,
        "then": "refer" if request.POST.get("then") == "refer" else "case",
        "ticket": drafts.ticket(key, request.user) if key else "",
    }
    return render(request, "cases/new.html", context, status=status)


def beside(form: ComplaintForm) -> dict[str, Any]:
    """What the page shows beside what is typed: places of the country, and what the NIK says."""
    return {
        "places": matching.place_suggestions(str(form["country"].value() or "")),
        "nik_reading": _read_nik({name: form[name].value() for name in NikForm.base_fields}),
    }


def _read_nik(values: Any) -> nik_check.NikReading | None:
    form = NikForm(values)
    form.is_valid()  # whatever does not fit is left out
    return nik_check.read(
        form.cleaned_data.get("nik", ""),
        sex=form.cleaned_data.get("sex", ""),
        birth_date=form.cleaned_data.get("birth_date"),
        home_regency=form.cleaned_data.get("home_regency", ""),
    )


@require_POST
@allow(Right.WORK_CASES)
def nik(request: SignedInRequest) -> HttpResponse:
    """Say what a NIK tells, while typing. By POST, so that it stands in no address and no log."""
    return render(request, "cases/form/_nik_check.html", {"nik_reading": _read_nik(request.POST)})


@require_safe
@allow(Right.WORK_CASES)
def places(request: SignedInRequest) -> HttpResponse:
    """Suggestions for the city or district of a country."""
    country = request.GET.get("country", "")[:2]
    return render(request, "cases/form/_places.html", {"places": matching.place_suggestions(country)})
