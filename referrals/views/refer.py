"""Referring a case: what is asked, under whose consent, and to whom."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from agencies import matching
from agencies.choices import ServiceKind, Urgency
from agencies.models import Partner
from cases import access_log
from cases.choices import ConsentMethod, DataGroup
from cases.documents import may_follow_later, missing_power_of_attorney
from cases.models import Case
from cases.models.case_reads import CaseQuerySet
from cases.pausing import case_paused
from cases.views import door

from .. import actions, preview, routing, rules, wording
from ..actions import ActRefused, KeyUsed
from ..choices import State
from ..forms import ReferForm
from ..forms.refer import TO_SAVE_A_LIFE
from ..models import Referral
from . import partners


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def refer(request: SignedInRequest, reference: str) -> HttpResponse:
    """Fill in and send; `?after=` names an ended referral that this one follows, `?to=` the agency to begin with."""
    case = _case(request.user, reference)
    ensure(rules.owns(request.user, case))
    if request.method == "GET" and case.is_closed:
        messages.info(request, _("The case is closed. Please reopen it first."))
        return redirect(case)
    if request.method == "GET" and case.is_paused and not rules.can_override(request.user, case):
        messages.info(request, case_paused())
        return redirect(case)
    previous = _previous(request, case)
    if request.method == "GET":
        form = _form(request, case, initial=ReferForm.first_values(case, previous))
        return _page(request, case, previous, form)
    if partners.wants_search(request) or "preview" in request.POST:
        return _page(request, case, previous, _as_typed(request, case))
    form = _form(request, case, request.POST)
    if not form.is_valid():
        return _page(request, case, previous, form, status=422)
    try:
        referral = actions.create(
            by=request.user,
            case=case,
            services=form.cleaned_data["services"],
            request=form.cleaned_data["request"],
            consent=form.consent(),
            previous=previous,
            to=form.cleaned_data["to"],
            key=form.cleaned_data["key"],
        )
    except ActRefused as refusal:
        return _page(request, case, previous, _refused(request, case, refusal), status=409)
    messages.success(request, _("The referral is made."))
    if form.cleaned_data["method"] == ConsentMethod.OVERRIDE and not actions.reviewers(
        case, but=request.user
    ):
        messages.warning(
            request,
            _(
                "Your organisation has no other supervisor yet, so nobody can review this decision."
                " Please ask your partner admin to name one."
            ),
        )
    return redirect(referral)


def _form(request: SignedInRequest, case: Case, data: Any = None, **fields: Any) -> ReferForm:
    return ReferForm(data, case=case, may_override=rules.can_override(request.user, case), **fields)


def _case(user: User, reference: str) -> Case:
    return door.case_or_404(user, reference, _whole)


def _whole() -> CaseQuerySet:
    homes = door.with_keys().select_related("worker__home_province", "worker__home_regency")
    return homes.prefetch_related("topics")


def _previous(request: SignedInRequest, case: Case) -> Referral | None:
    """The referral that this one follows; 404 for one of another case, none when it cannot be followed (any more)."""
    if not (after := request.GET.get("after", "")):
        return None
    try:
        pk = uuid.UUID(after)
    except ValueError as error:
        raise Http404 from error
    sent = Referral.objects.sent_by(request.user).filter(case=case)
    previous = get_object_or_404(sent.select_related("case", "consent", "receiver"), pk=pk)
    return previous if rules.can_refer_again(request.user, previous) else None


def _page(
    request: SignedInRequest, case: Case, previous: Referral | None, form: ReferForm, *, status: int = 200
) -> HttpResponse:
    access_log.read(request.user, case, "refer")
    services = _services(request, previous)
    answer = matching.ask(routing.ask_about(case, services=services))
    candidates = wording.ranking(routing.ranked(answer))
    chosen = request.POST.get("to", request.GET.get("to", ""))  # by a button of `again/_button.jinja`
    find = request.POST.get("find", "")
    would = _would(case, services, answer)
    to = _chosen(case, chosen) or would["likely"]
    context = {
        "case": case,
        "topics": [topic.name for topic in case.topics.all()],
        "previous": previous,
        "form": form,
        "groups": preview.offered(case, form["groups"].value() or []),
        **would,
        "preview": _preview(request, case, form, to),
        "asks_power_of_attorney": to if missing_power_of_attorney(case, to) else None,
        "may_follow_later": may_follow_later(case),
        "emergency": case.urgency == Urgency.EMERGENCY,
        "candidates": candidates,
        **partners.search(request.user, find, chosen=chosen, but=candidates),
    }
    return render(request, "referrals/refer.html", context, status=status)


def _services(request: SignedInRequest, previous: Referral | None) -> list[str]:
    if request.method == "POST":
        return [code for code in request.POST.getlist("services") if code in ServiceKind.values]
    return previous.services if previous else []


def _chosen(case: Case, typed: str) -> Partner | None:
    """The agency that is chosen in the form, if it can be."""
    known = typed.isdecimal() and len(typed) < 10
    return Partner.objects.active().exclude(pk=case.partner_id).filter(pk=typed).first() if known else None


def _preview(
    request: SignedInRequest, case: Case, form: ReferForm, to: Partner | None
) -> dict[str, Any] | None:
    """What the agency will read and what not, as its page would say it; None while that says nothing yet.

    It is shown when it is asked for, and by itself as soon as it is clear who the agency is and something is ticked.
    """
    asked = "preview" in request.POST
    if to is None and not asked:
        return None
    ticked = [group for group in form["groups"].value() or [] if group in DataGroup.values]
    if not ticked and form["method"].value() == ConsentMethod.OVERRIDE and form.may_override:
        ticked = TO_SAVE_A_LIFE
    if not ticked and not asked:
        return None
    sections = preview.would_show(case, ticked, to=to)
    shown = {section.group for section in sections if section.shared}
    return {
        "to": to,
        "asked": asked,
        "shown": [
            {"label": section.group.label, "rows": section.rows} for section in sections if section.shared
        ],
        "hidden": [group.label for group in DataGroup if group not in shown],
        "services": [
            ServiceKind(code).label for code in form["services"].value() or [] if code in ServiceKind.values
        ],
        "request": form["request"].value() or "",
        "without_consent": form["method"].value() == ConsentMethod.OVERRIDE,
    }


def _would(case: Case, services: list[str], answer: matching.Answer) -> dict[str, Any]:
    """What the portal would do now, if it were left to find the agency."""
    draft = Referral(case=case, sender_id=case.partner_id, services=services, state=State.WAITING)
    choice = routing.pick(draft, answer)
    likely = choice if isinstance(choice, Partner) else None
    return {"clear": likely is not None, "likely": likely, "would": wording.would(choice)}


def _as_typed(request: SignedInRequest, case: Case) -> ReferForm:
    """The form as it stands, not checked yet: somebody only looks for an agency."""
    blank = _form(request, case)
    typed = {
        name: field.widget.value_from_datadict(request.POST, request.FILES, name)
        for name, field in blank.fields.items()
    }
    return _form(request, case, initial=typed)


def _refused(request: SignedInRequest, case: Case, refusal: ActRefused) -> ReferForm:
    """The form as it was sent, with the sentence that says why not."""
    form = _form(request, case, request.POST)
    form.add_error(None if isinstance(refusal, KeyUsed) else "to", str(refusal))
    return form
