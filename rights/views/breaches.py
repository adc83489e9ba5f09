"""The breach register: for the data protection officer and the portal admin. References, nothing of a case."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import comparing
from accounts.models import User
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from notifications.actions import mark_read
from privacy import log
from privacy.choices import Verb

from .. import actions, breaches, rules
from ..forms import BreachForm, CandidatesForm, CaseListForm, ToldForm
from ..forms.fields import StepForm
from ..models import Breach, BreachNotice
from .acting import for_the_register

COLUMNS = (
    "kind",
    "what",
    "happened_at",
    "found_at",
    "groups",
    "people",
    "risk",
    "measures",
    "public",
    "partner",
)
PAGE = 100


@require_safe
@allow(Right.KEEP_BREACHES)
@for_the_register
def list_(request: SignedInRequest) -> HttpResponse:
    """All breaches, the newest first, with who is still to be told."""
    seen = Prefetch("notices", BreachNotice.objects.visible_to(request.user))
    visible = Breach.objects.visible_to(request.user).select_related("partner").prefetch_related(seen)
    rows = [_row(breach) for breach in visible[:PAGE]]
    return render(request, "rights/breaches.html", {"rows": rows})


def _row(breach: Breach) -> dict[str, Any]:
    notices = list(breach.notices.all())
    return {
        "breach": breach,
        "told": sum(notice.told_at is not None for notice in notices),
        "all": len(notices),
        "waiting": any(notice.told_at is None for notice in notices),
    }


def _found(user: User, pk: uuid.UUID) -> Breach:
    rows = Breach.objects.visible_to(user).select_related("partner", "recorded_by", "closed_by")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.KEEP_BREACHES)
@for_the_register
def record(request: SignedInRequest) -> HttpResponse:
    """Write a breach down."""
    data = request.POST if request.method == "POST" else None
    form = BreachForm(data, user=request.user)
    if data is None or not form.is_valid():
        status = 200 if data is None else 422
        return render(request, "rights/breach_form.html", {"form": form, "clashes": []}, status=status)
    values = dict(form.cleaned_data)
    del values["version"]
    made = actions.record_breach(by=request.user, **values)
    messages.success(request, _("The breach is written down. Say now whose data is concerned."))
    return redirect(made)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.KEEP_BREACHES)
@for_the_register
def edit(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Complete what is known of it."""
    row = _found(request.user, pk)
    ensure(rules.can_edit_breach(request.user, row))
    data = request.POST if request.method == "POST" else None
    initial = {name: getattr(row, name) for name in COLUMNS} | {"version": row.version}
    form = BreachForm(data, user=request.user, initial=initial)
    if data is None or not form.is_valid():
        status = 200 if data is None else 422
        context = {"form": form, "row": row, "clashes": []}
        return render(request, "rights/breach_form.html", context, status=status)
    try:
        actions.edit_breach(by=request.user, breach=row, **form.cleaned_data)
    except actions.Refused as refusal:
        form.add_error(None, str(refusal))
        now = _found(request.user, pk)
        comparing.renew(form, version=now.version)
        clashes = comparing.clashes(form, {name: getattr(now, name) for name in COLUMNS})
        context = {"form": form, "row": now, "clashes": clashes}
        return render(request, "rights/breach_form.html", context, status=409)
    messages.success(request, _("The changes are saved."))
    return redirect(row)


@require_safe
@allow(Right.KEEP_BREACHES)
@for_the_register
def breach(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One breach: what is known, its clock, and who has to be told by when."""
    mark_read(by=request.user, path=request.path)
    return _page(request, _found(request.user, pk))


def _page(request: SignedInRequest, row: Breach, *, status: int = 200, **more: Any) -> HttpResponse:
    seen = BreachNotice.objects.visible_to(request.user).filter(breach=row)
    notices = list(seen.select_related("partner", "told_by"))
    may_edit = rules.can_edit_breach(request.user, row)
    context = {
        "row": row,
        "notices": [{"notice": notice, "late": notice.is_late()} for notice in notices],
        "waiting": sum(notice.told_at is None for notice in notices),
        "may_edit": may_edit,
        "told_form": ToldForm(),
        "list_form": CaseListForm(),
        "close_form": StepForm(initial={"version": row.version}),
        "candidates_form": CandidatesForm(user=request.user),
        **more,
    }
    return render(request, "rights/breach.html", context, status=status)


@require_POST
@allow(Right.KEEP_BREACHES)
@for_the_register
def candidates_(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Propose from the access log whose data was read in a time, or by a person. An address names neither."""
    row = _found(request.user, pk)
    ensure(rules.can_edit_breach(request.user, row))
    form = CandidatesForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, row, candidates_form=form, status=422)
    data = form.cleaned_data
    log.add(Verb.FOUND, by=request.user, subjects=[], what="log")
    found = breaches.candidates(
        since=data["since"], until=data["until"], person=data["email"], user=request.user
    )
    return _page(request, row, candidates_form=form, candidates=found, asked=True, most=breaches.MOST)


@require_POST
@allow(Right.KEEP_BREACHES)
@for_the_register
def notices(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Put the workers of cases on the list of those to tell."""
    row = _found(request.user, pk)
    ensure(rules.can_edit_breach(request.user, row))
    form = CaseListForm(request.POST)
    if not form.is_valid():
        return _page(request, row, list_form=form, status=422)
    wanted = form.references
    cases = breaches.named(wanted, request.user)
    if missing := sorted(set(wanted) - {reference for reference, _partner in cases}):
        form.add_error("typed", _("No such case: %(references)s.") % {"references": ", ".join(missing[:10])})
        return _page(request, row, list_form=form, status=422)
    count = actions.add_notices(by=request.user, breach=row, cases=cases)
    said = ngettext("%(n)d worker is new on the list.", "%(n)d workers are new on the list.", count)
    messages.success(request, said % {"n": count})
    return redirect(row)


@require_safe
@allow(Right.KEEP_BREACHES)
@for_the_register
def letter(request: SignedInRequest, pk: uuid.UUID, notice: uuid.UUID) -> HttpResponse:
    """The text of one notice, to be copied or printed."""
    row = _found(request.user, pk)
    seen = BreachNotice.objects.visible_to(request.user).filter(breach=row)
    found = get_object_or_404(seen.select_related("partner"), pk=notice)
    found.breach = row
    context = {"row": row, "notice": found, "paragraphs": breaches.letter(found)}
    return render(request, "rights/breach_letter.html", context)


@require_POST
@allow(Right.KEEP_BREACHES)
@for_the_register
def told(request: SignedInRequest, pk: uuid.UUID, notice: uuid.UUID) -> HttpResponse:
    """Tick that somebody was told."""
    row = _found(request.user, pk)
    ensure(rules.can_edit_breach(request.user, row))
    found = get_object_or_404(BreachNotice.objects.visible_to(request.user), pk=notice, breach=row)
    form = ToldForm(request.POST)
    if not form.is_valid():
        return _page(request, row, told_form=form, status=422)
    actions.told_breach(by=request.user, notice=found, **form.cleaned_data)
    messages.success(request, _("It is ticked."))
    return redirect(row)


@require_POST
@allow(Right.KEEP_BREACHES)
@for_the_register
def close(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Close the file once everybody was told."""
    row = _found(request.user, pk)
    ensure(rules.can_edit_breach(request.user, row) or not row.is_open)
    form = StepForm(request.POST)
    form.is_valid()  # a spoiled key or version is replaced
    try:
        actions.close_breach(by=request.user, breach=row, **form.cleaned_data)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
        return _page(request, _found(request.user, pk), status=409)
    messages.success(request, _("The breach is closed."))
    return redirect(row)
