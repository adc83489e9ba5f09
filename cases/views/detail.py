"""One case: what is known, where its referrals stand, and what happened."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_POST, require_safe

from accounts import prepared
from accounts.models import User
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from agencies.narrow import CLOCK, NAME, PERSON, narrowed
from notifications import unread

from .. import access_log, actions, clock_rows, facts, log_reads, rules, timeline
from ..choices import ClockCode
from ..forms import AssignForm, NoteForm
from ..models import Case, CaseEvent
from ..models.case_reads import CaseQuerySet
from ..standing import chains, move_of
from . import access, door
from .documents import newest

STALE_AFTER = 300  # seconds until "3 hours left" must be written anew, though nothing changed


def case_or_404(request: SignedInRequest, reference: str) -> Case:
    """The case with all that its page shows, and whether a worker's request about it is open; see `door`."""
    return door.case_or_404(request.user, reference, _whole)


def _whole() -> CaseQuerySet:
    asked = Case.data_requests.through  # rights know cases, not the reverse
    open_requests = Exists(asked.objects.filter(case=OuterRef("pk")).exclude(datarequest__state="told"))
    whole = Case.objects.annotate(open_requests=open_requests).select_related(
        "data_key", "worker__data_key", "worker__home_province", "worker__home_regency", "outcome"
    )
    return narrowed(whole, assigned_to=PERSON, created_by=PERSON, closed_by=PERSON)


def etag(case: Case) -> str:
    age = int(timezone.now().timestamp()) // STALE_AFTER
    marks = (case.pk, case.changed_at, age, get_language(), timezone.get_current_timezone_name())
    return f'"{sha256(repr(marks).encode()).hexdigest()[:24]}"'


@require_safe
@allow(Right.WORK_CASES)
def detail(request: SignedInRequest, reference: str) -> HttpResponse:
    """The case page. Seeing it is reading the messages about it."""
    case = case_or_404(request, reference)
    unread.read_about(request, case.reference)
    return _page(request, case)


@require_safe
@allow(Right.WORK_CASES)
def live(request: SignedInRequest, reference: str) -> HttpResponse:
    """Referrals and timeline alone, for quiet refreshes; 304 when nothing changed."""
    case = door.case_or_404(request.user, reference)

    @condition(etag_func=lambda _request: etag(case))
    def fragment(request: SignedInRequest) -> HttpResponse:
        access_log.read(request.user, case, "detail", refresh=True)
        context = {"case": case, **_progress(request.user, case), **_time_limits(request.user, case)}
        return render(request, "cases/detail/_live.jinja", context)

    response = fragment(request)
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_POST
@allow(Right.WORK_CASES)
def note(request: SignedInRequest, reference: str) -> HttpResponse:
    """Add a line that the own team reads."""
    case = case_or_404(request, reference)
    ensure(rules.can_note(request.user, case))
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, case, note_form=form, status=422)
    actions.note(by=request.user, case=case, text=form.cleaned_data["text"], key=form.cleaned_data["key"])
    messages.success(request, _("The note is added."))
    return redirect(case)


@require_POST
@allow(Right.OVERSEE_CASES)
def assign(request: SignedInRequest, reference: str) -> HttpResponse:
    """Give the case to a colleague. Of a restricted case a supervisor need not see more than that it is there."""
    overseen = Case.objects.known_to(request.user).select_related("assigned_to")
    case = get_object_or_404(overseen, reference=reference)
    ensure(rules.can_assign(request.user, case))
    form = AssignForm(request.POST, case=case)
    if not form.is_valid():
        if not rules.can_read(request.user, case):
            return access.page(request, case, assign_form=form, status=422)
        return _page(request, case_or_404(request, reference), assign_form=form, status=422)
    to = form.cleaned_data["to"]
    assigned = actions.assign(by=request.user, case=case, to=to, key=form.cleaned_data["key"])
    messages.success(request, _("%(person)s has the case now.") % {"person": to.full_name})
    return redirect(case if rules.can_read(request.user, assigned) else case.access_url)


def _page(
    request: SignedInRequest,
    case: Case,
    *,
    note_form: NoteForm | None = None,
    assign_form: AssignForm | None = None,
    status: int = 200,
) -> HttpResponse:
    access_log.read(request.user, case, "detail")
    if assign_form is None and rules.can_assign(request.user, case):
        assign_form = AssignForm(case=case)
    context = {
        "case": case,
        "etag": etag(case),
        "topics": list(case.topics.all()),
        "worker_facts": facts.worker(case.worker),
        "reporter_facts": facts.reporter(case),
        "placement_facts": facts.placement(case),
        "complaint_facts": facts.complaint(case),
        "screening_facts": facts.screening(case),
        "note_form": note_form or NoteForm(),
        "assign_form": assign_form,
        "document_rows": newest(case),
        "read_by": log_reads.others_lately(case, request.user),
        **_progress(request.user, case),
        **_time_limits(request.user, case),
    }
    return render(request, "cases/detail.jinja", context, status=status)


def _progress(user: User, case: Case) -> dict[str, Any]:
    """What changes by itself: referrals, newest first, whether there can be more, and the timeline."""
    referrals = prepared.rows("referrals of a case", None, _referrals, case=case.pk)
    for referral in referrals:
        referral.case = case
    events = prepared.rows("events of a case", None, _events, case=case.pk, partner=case.partner_id)
    return {
        "referrals": [{"referral": referral, "move": move_of(referral)} for referral in referrals],
        "chains": chains(referrals),
        "may_refer": rules.can_edit(user, case) or rules.can_save_a_life(user, case),
        "events": timeline.tell(events, with_referral=True),
    }


def _referrals(case: int) -> Any:
    referrals: Any = Case._meta.get_field("referrals").related_model  # referrals know cases, not the reverse
    found = referrals.objects.filter(case=case).order_by("-number")
    return narrowed(found, sender=CLOCK, receiver=CLOCK, outcome=NAME).defer(
        "ranking", "request", "why_params"
    )


def _events(case: int, partner: int) -> Any:
    return CaseEvent.objects.filter(case=case).told_to(partner).with_names(referral=("number",))


def _clocks(case: int) -> Any:
    clocks: Any = Case._meta.get_field("clocks").related_model
    return narrowed(clocks.objects.filter(case=case), partner=NAME, referral=("number",))


def _time_limits(user: User, case: Case) -> dict[str, Any]:
    """The clocks of the case and its referrals; the advice to report sexual violence stands by itself."""
    clocks = prepared.rows("clocks of a case", None, _clocks, case=case.pk)
    for clock in clocks:
        clock.case = case
    advice = [clock for clock in clocks if clock.code == ClockCode.TPKS_REPORT]
    shown = [clock for clock in clocks if clock.code != ClockCode.TPKS_REPORT and clock.stopped_at is None]
    return {
        "clocks": clock_rows.rows(shown, linked=True),
        "police": next((clock for clock in advice if clock.stopped_at is None), None),
        "may_decide": rules.can_decide_on_police_report(user, case),
    }
