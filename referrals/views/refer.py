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
from agencies.models import Partner
from cases.models import Case

from .. import actions, disclosure, reasons, routing, rules, wording
from ..actions import ActRefused, KeyUsed
from ..choices import Service, State
from ..forms import ReferForm
from ..models import Referral
from . import partners


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def refer(request: SignedInRequest, reference: str) -> HttpResponse:
    """Fill in and send; `?after=` names an ended referral that this one follows."""
    case = _case(request.user, reference)
    ensure(rules.can_refer(request.user, case))
    previous = _previous(request, case)
    if request.method == "GET":
        form = ReferForm(initial=ReferForm.first_values(case, previous), case=case)
        return _page(request, case, previous, form)
    if partners.wants_search(request):
        return _page(request, case, previous, _as_typed(request, case))
    form = ReferForm(request.POST, case=case)
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
    return redirect(referral)


def _case(user: User, reference: str) -> Case:
    mine = Case.objects.visible_to(user).select_related("worker__home_province", "worker__home_regency")
    return get_object_or_404(mine.prefetch_related("topics"), reference=reference)


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
    services = _services(request, previous)
    answer = matching.ask(routing.ask_about(case, services=services))
    candidates = wording.ranking(routing.ranked(answer))
    chosen, find = request.POST.get("to", ""), request.POST.get("find", "")
    context = {
        "case": case,
        "topics": [topic.name for topic in case.topics.all()],
        "previous": previous,
        "form": form,
        "groups": _groups(case, form),
        **_would(case, services, answer),
        "candidates": candidates,
        **partners.search(request.user, find, chosen=chosen, but=candidates),
    }
    return render(request, "referrals/refer.html", context, status=status)


def _services(request: SignedInRequest, previous: Referral | None) -> list[str]:
    if request.method == "POST":
        return [code for code in request.POST.getlist("services") if code in Service.values]
    return previous.services if previous else []


def _groups(case: Case, form: ReferForm) -> list[dict[str, Any]]:
    """Each group of data with its tick box and what the agency would read."""
    ticked = form["groups"].value() or []
    choices = dict(form.fields["groups"].choices)  # type: ignore[attr-defined]  # the stubs know every form field as a Field
    return [
        {
            "code": section.group.value,
            "label": choices[section.group.value],
            "ticked": section.group.value in ticked,
            "rows": section.rows,
        }
        for section in disclosure.preview(case)
    ]


def _would(case: Case, services: list[str], answer: matching.Answer) -> dict[str, Any]:
    """What the portal would do now, if it were left to find the agency."""
    draft = Referral(case=case, sender_id=case.partner_id, services=services, state=State.WAITING)
    choice = routing.pick(draft, answer)
    if isinstance(choice, Partner):
        return {"clear": True, "would": _("It would go to %(partner)s.") % {"partner": choice}}
    why = reasons.explain(choice["code"], choice["params"])
    return {"clear": False, "would": _("It would leave the choice to you: %(why)s") % {"why": why}}


def _as_typed(request: SignedInRequest, case: Case) -> ReferForm:
    """The form as it stands, not checked yet: somebody only looks for an agency."""
    blank = ReferForm(case=case)
    typed = {
        name: field.widget.value_from_datadict(request.POST, request.FILES, name)
        for name, field in blank.fields.items()
    }
    return ReferForm(initial=typed, case=case)


def _refused(request: SignedInRequest, case: Case, refusal: ActRefused) -> ReferForm:
    """The form as it was sent, under a new key and with the sentence that says why not."""
    data = request.POST.copy()
    data["key"] = str(uuid.uuid4())
    form = ReferForm(data, case=case)
    form.add_error(None if isinstance(refusal, KeyUsed) else "to", str(refusal))
    return form
