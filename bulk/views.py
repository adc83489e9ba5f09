"""Acting on many cases: choosing them in the list, seeing what would happen, confirming it once, and watching it being done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from cases import searches
from cases.forms import CaseFilterForm
from privacy import acting, keys, log
from privacy.choices import Verb

from . import actions, packing, rules, showing
from .choices import BulkState, Kind
from .forms import ALL, PAGE, ChosenForm, ValuesForm, form_of
from .models import BulkAct

STOP_POLLING = 286  # as htmx understands it
SHOWN = 50  # acts in the list
BYTES = 64 * 1024  # that flow at once


@require_safe
@allow(Right.WORK_CASES)
def acts(request: SignedInRequest) -> HttpResponse:
    """The acts on many cases of the reader, for supervisors of all of their partner."""
    found = BulkAct.objects.visible_to(request.user).exclude(state=BulkState.DRAFT).select_related("by")
    return render(request, "bulk/acts.html", {"acts": found[:SHOWN]})


@require_POST
@allow(Right.WORK_CASES)
def new(request: SignedInRequest) -> HttpResponse:
    """Begin an act on cases that were chosen in the list. Nothing is done yet."""
    form = ChosenForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose again what is to be done with which cases."))
        return redirect("cases:list")
    chosen = form.cleaned_data
    ensure(rules.can(request.user, chosen["kind"]))
    asked = QueryDict(chosen["asked"])
    narrowed = CaseFilterForm(searches.asked(request.session, asked))
    as_it_was = narrowed.is_valid() and not searches.is_forgotten(request.session, asked)
    if chosen["which"] == ALL and not as_it_was:
        messages.error(
            request, _("What this list was narrowed to is not known any more. Search once more, then choose.")
        )
        return redirect("cases:list")
    which: dict[str, Any] = {"asked": {"tab": narrowed.cleaned_data["tab"], **narrowed.chosen()}}
    if chosen["which"] != ALL:
        which = {"references": request.POST.getlist("shown" if chosen["which"] == PAGE else "case")}
    try:
        act = actions.prepare(by=request.user, kind=Kind(chosen["kind"]), key=chosen["key"], **which)
    except actions.BulkRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('cases:list')}?{asked.urlencode()}")
    return redirect(act)


@require_safe
@allow(Right.WORK_CASES)
def detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Before it is confirmed, what would happen; then how far it is. Refreshes itself by its region."""
    act = _find(request, pk)
    if act.state == BulkState.DRAFT:
        return _draft(request, act, form_of(act, request.user))
    context = showing.of(request, request.user, act)
    if "HX-Request" not in request.headers:
        return render(request, "bulk/detail.html", context)
    return render(request, "bulk/_state.html", context, status=200 if act.is_moving else STOP_POLLING)


@require_POST
@allow(Right.WORK_CASES)
def confirm(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Have it done by the worker."""
    act = _find(request, pk)
    ensure(rules.can_carry_on(request.user, act))
    if act.state != BulkState.DRAFT:
        return redirect(act)
    form = form_of(act, request.user, request.POST)
    assert form is not None
    if not form.is_valid():
        return _draft(request, act, form, status=422)
    return redirect(actions.confirm(by=request.user, act=act, values=form.values))


@require_POST
@allow(Right.WORK_CASES)
def stop(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Stop after the cases that are in hand."""
    return _act(request, pk, actions.stop)


@require_POST
@allow(Right.WORK_CASES)
def undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take it back where nobody has changed the same since."""
    return _act(request, pk, actions.undo)


@require_safe
@allow(Right.WORK_CASES)
def file(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """Fetch what was exported: a part at a time, and written down; 410 with a sentence when its time is over."""
    act = _find(request, pk)
    ensure(rules.can_carry_on(request.user, act))
    if rules.can_fetch(request.user, act) and packing.holds_what_is_closed(act, request.user):
        messages.error(
            request,
            _(
                "A case in this file is paused or closed to you by now. Export once more; it is left out then."
            ),
        )
        return redirect(act)
    if not rules.can_fetch(request.user, act):
        context = showing.of(request, request.user, act) | {"over": True}
        return render(request, "bulk/detail.html", context, status=410)
    what = f"export:{act.pk}"  # the entries of the cases in it say the same
    log.add(Verb.DOWNLOADED, by=request.user, subjects=[], owners=[act.partner_id], what=what)
    partner, part = act.partner_id, packing.fetched(act)
    response = StreamingHttpResponse(_as_partner(partner, part), content_type=packing.type_of(act))
    response.headers["Content-Disposition"] = f'attachment; filename="{packing.name_of(act)}"'
    response.headers["Content-Length"] = str(act.file_size)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _as_partner(partner: int, parts: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes flow after the request's transaction has ended, and are read for the same partner."""
    while True:
        with acting.as_partner(partner), keys.scope():
            part = next(parts, None)
        if part is None:
            return
        for start in range(0, len(part), BYTES):
            yield part[start : start + BYTES]


@require_POST
@allow(Right.WORK_CASES)
def discard(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Throw the draft away."""
    act = _find(request, pk)
    try:
        actions.discard(by=request.user, act=act)
    except actions.BulkRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(act)
    messages.success(request, _("Nothing was done."))
    return redirect("cases:list")


def _act(request: SignedInRequest, pk: UUID, do: Callable[..., Any]) -> HttpResponse:
    act = _find(request, pk)
    try:
        do(by=request.user, act=act)
    except actions.BulkRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(act)


def _draft(
    request: SignedInRequest, act: BulkAct, form: ValuesForm | None, *, status: int = 200
) -> HttpResponse:
    """What would happen; of another person's draft a supervisor learns only that there is one."""
    ensure(form is not None)
    context = {"act": act, "form": form, **showing.before(act, request.user)}
    return render(request, "bulk/draft.html", context, status=status)


def _find(request: SignedInRequest, pk: UUID) -> BulkAct:
    found = BulkAct.objects.visible_to(request.user).select_related(
        "by", "to", "topic", "data_key", "undo_by"
    )
    return get_object_or_404(found, pk=pk)
