"""Data subjects' requests: the list, one request and its steps, and what is open about one case."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import comparing
from accounts.models import User
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from agencies import paging
from cases import access_log
from cases.choices import EventKind
from cases.models import Case, CaseEvent
from cases.views import door
from notifications.actions import mark_read
from privacy.choices import Verb

from .. import actions, rules, wording
from ..choices import ARTICLES, ErasureState, RequestKind, RequestState
from ..forms import (
    CarryOutForm,
    CorrectedForm,
    DecideForm,
    IdentifyForm,
    RequestForm,
    ResumeForm,
    TellForm,
)
from ..models import DataRequest, LegalHold
from .acting import for_own_partner

PAGE = 50


@require_safe
@for_own_partner
def list_(request: SignedInRequest) -> HttpResponse:
    """Requests to one's own partner, what is due first on top; tiles say what waits."""
    user = request.user
    ensure(rules.may_see_requests(user))
    visible = DataRequest.objects.visible_to(user)
    tab = "all" if request.GET.get("tab") == "all" else "open"
    rows = visible.open() if tab == "open" else visible.order_by("-received_at", "pk")
    page = paging.numbered(request, rows.prefetch_related("cases"), size=PAGE)
    access_log.listed(user, {case for row in page.rows for case in row.cases.all()}, "requests")
    context = {
        "tab": tab,
        "may_decide": user.can(Right.DECIDE_REQUESTS),
        "tabs": _tabs(tab),
        "stats": _stats(visible),
        "page": page,
        "rows": [{"request": row, "step": wording.next_step(row)} for row in page.rows],
    }
    return render(request, "rights/requests.html", context)


def _tabs(tab: str) -> list[dict[str, Any]]:
    address = reverse("rights:requests")
    names = (("open", _("Open")), ("all", _("All")))
    return [{"label": label, "url": f"{address}?tab={code}", "active": code == tab} for code, label in names]


def _stats(visible: Any) -> list[dict[str, Any]]:
    waiting, steps = Count("pk", filter=Q(state=RequestState.RECEIVED), distinct=True), RequestState
    late = visible.overdue()
    counts = visible.order_by().aggregate(
        received=waiting,
        decide=Count("pk", filter=Q(state=steps.IDENTIFIED), distinct=True),
        carry_out=Count("pk", filter=Q(state=steps.GRANTED), distinct=True),
        tell=Count("pk", filter=Q(state__in=[steps.DONE, steps.REFUSED]), distinct=True),
        late=Count("pk", filter=Q(pk__in=late.values("pk")), distinct=True),
    )
    tiles = (
        ("late", _("Overdue"), "alarm-fill", "bad"),
        ("received", _("Identity to check"), "person", "warn"),
        ("decide", _("To decide"), "signpost-split", "warn"),
        ("carry_out", _("To carry out"), "list-check", "warn"),
        ("tell", _("To answer"), "chat-left-text", "warn"),
    )
    return [
        {"value": counts[code], "label": label, "icon": icon, "tone": tone if counts[code] else "neutral"}
        for code, label, icon, tone in tiles
    ]


@require_safe
@allow(Right.WORK_CASES)
@for_own_partner
def of_case(request: SignedInRequest, reference: str) -> HttpResponse:
    """What the worker asked about one case, whether it is paused or held, and the ways to write such a thing down."""
    mark_read(by=request.user, path=request.path)
    return _of_case(request, door.case_or_404(request.user, reference))


def _of_case(request: SignedInRequest, case: Case, *, form: Any = None, status: int = 200) -> HttpResponse:
    user = request.user
    access_log.read(user, case, "data_rights")
    own = DataRequest.objects.visible_to(user).filter(cases=case).order_by("-received_at")
    hold = LegalHold.objects.visible_to(user).standing().filter(case=case).select_related("placed_by").first()
    if form is None and rules.can_resume(user, case):
        form = ResumeForm()
    context = {
        "case": case,
        "rows": [{"request": row, "step": wording.next_step(row)} for row in own],
        "resume_form": form,
        "hold": hold,
        "may_hold": rules.decides_on(user, case) and hold is None,
    }
    return render(request, "rights/of_case.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.WORK_CASES)
@for_own_partner
def receive(request: SignedInRequest, reference: str) -> HttpResponse:
    """Write down what a worker, or who acts for them, asks."""
    case = door.case_or_404(request.user, reference)
    data = request.POST if request.method == "POST" else None
    form = RequestForm(data, case=case, user=request.user)
    if data is None or not form.is_valid():
        access_log.read(request.user, case, "data_rights")
        status = 200 if data is None else 422
        return render(request, "rights/receive.html", {"case": case, "form": form}, status=status)
    values = dict(form.cleaned_data)
    cases = list(values.pop("cases"))
    made = actions.receive(by=request.user, cases=cases, **values)
    messages.success(request, _("The request is written down. It has to be answered within 3 x 24 hours."))
    return redirect(made)


@require_POST
@allow(Right.DECIDE_REQUESTS)
@for_own_partner
def resume(request: SignedInRequest, reference: str) -> HttpResponse:
    """Lift a pause."""
    case = door.case_or_404(request.user, reference)
    form = ResumeForm(request.POST)
    if not form.is_valid():
        return _of_case(request, case, form=form, status=422)
    try:
        actions.resume(by=request.user, case=case, **form.cleaned_data)
    except actions.Refused as refusal:
        form.add_error(None, str(refusal))
        return _of_case(request, case, form=form, status=409)
    messages.success(request, _("The pause is lifted. Those who have the case are told."))
    return redirect(case)


@dataclass(frozen=True)
class Step:
    """A step as the page offers it: its address, who may take it, its form and its action."""

    name: str
    rule: Callable[[User, DataRequest], bool]
    states: frozenset[RequestState]
    title: Any
    submit: Any
    action: Callable[..., DataRequest]
    icon: str = "check2"

    def form(self, row: DataRequest, data: Any = None) -> django_forms.Form:
        """The form of this step for this request: with what was sent, or blank."""
        initial = {"version": row.version}
        if self.name == "identify":
            return IdentifyForm(data, initial=initial)
        if self.name == "decide":
            return DecideForm(data, initial=initial, request=row)
        if self.name == "tell":
            return TellForm(data, initial=initial)
        if row.kind == RequestKind.CORRECTION:
            return CorrectedForm(data, initial=initial | {"corrected": _edited(row)})
        return CarryOutForm(data, initial=initial)


STATE = RequestState
STEPS = {
    "identify": Step(
        "identify",
        rules.can_identify,
        frozenset({STATE.RECEIVED}),
        gettext_lazy("Check the identity"),
        gettext_lazy("The identity is checked"),
        actions.identify,
    ),
    "carry_out": Step(
        "carry_out",
        rules.can_carry_out,
        frozenset({STATE.GRANTED}),
        gettext_lazy("Carry it out"),
        gettext_lazy("Carry it out"),
        actions.carry_out,
    ),
    "decide": Step(
        "decide",
        rules.can_decide,
        frozenset({STATE.RECEIVED, STATE.IDENTIFIED, STATE.GRANTED}),
        gettext_lazy("Decide"),
        gettext_lazy("Write the decision down"),
        actions.decide,
    ),
    "tell": Step(
        "tell",
        rules.can_tell,
        frozenset({STATE.DONE, STATE.REFUSED}),
        gettext_lazy("Tell whoever asked"),
        gettext_lazy("They were told"),
        actions.tell,
    ),
}


def _edited(row: DataRequest) -> list[str]:
    """The fields that were edited in its cases since the request came in."""
    edits = CaseEvent.objects.filter(
        case__in=row.cases.all(), kind=EventKind.EDITED, at__gte=row.received_at
    ).values_list("data", flat=True)
    return sorted({name for data in edits for name in data.get("fields", [])})


@require_safe
@for_own_partner
def request_(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One request: what is asked, its clock, what was done, and the next step."""
    row = found(request.user, pk)
    mark_read(by=request.user, path=request.path)
    return page(request, row)


def found(user: User, pk: uuid.UUID) -> DataRequest:
    """The request of one's own partner; 404 for what is not there and what is a stranger's, 403 for other roles."""
    ensure(rules.may_see_requests(user))
    rows = DataRequest.objects.visible_to(user).select_related(
        "partner", "recorded_by", "identified_by", "decided_by", "done_by", "told_by"
    )
    return get_object_or_404(rows.prefetch_related("cases"), pk=pk)


def page(
    request: SignedInRequest,
    row: DataRequest,
    *,
    tried: str = "",
    form: Any = None,
    status: int = 200,
) -> HttpResponse:
    """The page; after a step that was refused or not well-formed with what was typed."""
    user, reads = request.user, rules.reads_texts(request.user, row)
    access_log.about(Verb.READ, user, row.cases.all(), row.log_code)
    offered = [
        {
            "step": step,
            "form": form if step.name == tried else step.form(row),
            "url": _step_url(row, step.name),
        }
        for step in STEPS.values()
        if (row.state in step.states and step.rule(user, row)) or step.name == tried
    ]
    context = {
        "row": row,
        "reads": reads,
        "article": ARTICLES[RequestKind(row.kind)],
        "facts": wording.facts(row) if reads else [],
        "history": wording.history(row, reads=reads),
        "next_step": wording.next_step(row),
        "steps": [] if _waits_for_worker(row) else offered,
        "erasing": _waits_for_worker(row),
        "exports": list(row.exports.select_related("asked_by")) if reads else [],
        "may_export": rules.can_export(user, row),
        "works_cases": user.works_cases,
    }
    return render(request, "rights/request.html", context, status=status)


def _waits_for_worker(row: DataRequest) -> bool:
    """Whether somebody carried out an erasure that the worker process has not finished yet."""
    granted = row.kind == RequestKind.ERASURE and row.state == STATE.GRANTED
    return granted and row.cases.filter(erasures__state=ErasureState.CONFIRMED).exists()


def _step_url(row: DataRequest, name: str) -> str:
    return reverse(f"rights:{name}", args=[row.pk])


def _take(request: SignedInRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    step, row = STEPS[name], found(request.user, pk)
    ensure(step.rule(request.user, row))
    form = step.form(row, request.POST)
    if not form.is_valid():
        return page(request, row, tried=name, form=form, status=422)
    values = form.values if isinstance(form, DecideForm) else form.cleaned_data
    try:
        step.action(by=request.user, request=row, **values)
    except actions.Refused as refusal:
        form.add_error(None, str(refusal))
        now = found(request.user, pk)
        comparing.renew(form, version=now.version)  # what stands now is on the page
        return page(request, now, tried=name, form=form, status=409)
    messages.success(request, _("It is written down."))
    return redirect(row)


@require_POST
@for_own_partner
def identify(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _take(request, pk, "identify")


@require_POST
@for_own_partner
def decide(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _take(request, pk, "decide")


@require_POST
@for_own_partner
def carry_out(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _take(request, pk, "carry_out")


@require_POST
@for_own_partner
def tell(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _take(request, pk, "tell")
