"""A partner's offices and its duty roster."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import comparing
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import actions, moments
from ..actions.offices import OFFICE_FIELDS, seen_office
from ..models import Duty, Office, Partner
from ..models.staff import partners_managed_by
from ..office_forms import DutyForm, OfficeForm


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.MANAGE_STAFF)
def office_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Enter an office of the partner."""
    return _office(request, _partner(request, code), None)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.MANAGE_STAFF)
def office_edit(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Change an office."""
    partner = _partner(request, code)
    return _office(request, partner, _find(partner, pk))


@require_POST
@allow(Right.MANAGE_STAFF)
def office_close(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Take an office out of use."""
    partner = _partner(request, code)
    office = actions.close_office(by=request.user, partner=partner, office=_find(partner, pk))
    messages.success(request, _("%(name)s is out of use.") % {"name": office.name})
    return redirect("agencies:partner", code)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.MANAGE_STAFF)
def roster(request: SignedInRequest, code: str) -> HttpResponse:
    """Who is on duty for emergencies, and the form that adds a duty."""
    partner = _partner(request, code)
    form = DutyForm(request.POST if request.method == "POST" else None, partner=partner)
    if request.method != "POST":
        return _roster(request, partner, form)
    if not form.is_valid():
        return _roster(request, partner, form, status=422)
    try:
        actions.add_duty(by=request.user, partner=partner, **form.cleaned_data)
    except actions.ActRefused as refusal:
        form.add_error("person", str(refusal))
        return _roster(request, partner, form, status=409)
    messages.success(request, _("The duty is in the roster."))
    return redirect("agencies:roster", code)


@require_POST
@allow(Right.MANAGE_STAFF)
def duty_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Take a duty out of the roster."""
    actions.remove_duty(by=request.user, partner=_partner(request, code), duty=pk)
    messages.success(request, _("The duty is out of the roster."))
    return redirect("agencies:roster", code)


def _partner(request: SignedInRequest, code: str) -> Partner:
    return get_object_or_404(partners_managed_by(request.user), code=code)


def _find(partner: Partner, pk: int) -> Office:
    return get_object_or_404(Office.objects.filter(partner=partner), pk=pk)


def _office(request: SignedInRequest, partner: Partner, office: Office | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = OfficeForm(data, partner=partner, office=office, seen=seen_office(office))
    context: dict[str, Any] = {"form": form, "partner": partner, "office": office, "clashes": []}
    if data is None:
        return render(request, "agencies/office.html", context)
    if not form.is_valid():
        return render(request, "agencies/office.html", context, status=422)
    try:
        actions.edit_office(
            by=request.user,
            partner=partner,
            office=office,
            changes=form.values,
            seen=form.cleaned_data["seen"],
        )
    except actions.StaleData as refusal:
        assert office is not None
        office.refresh_from_db()
        form.add_error(None, str(refusal))
        form.renew(seen_office(office))
        context["clashes"] = comparing.clashes(form, {name: getattr(office, name) for name in OFFICE_FIELDS})
        return render(request, "agencies/office.html", context, status=409)
    except ValidationError:
        form.add_error("name", _("The partner has an office of this name already."))
        return render(request, "agencies/office.html", context, status=409)
    messages.success(request, _("The office is saved."))
    return redirect("agencies:partner", partner.code)


def _roster(request: SignedInRequest, partner: Partner, form: DutyForm, status: int = 200) -> HttpResponse:
    duties = Duty.objects.of_partners_of(request.user).filter(partner=partner).to_come()
    rows = [
        {"duty": duty, "when": f"{moments.at(duty.starts_at, partner)} – {moments.at(duty.ends_at, partner)}"}
        for duty in duties.select_related("person")
    ]
    context = {
        "partner": partner,
        "form": form,
        "rows": rows,
        "on_duty": Duty.objects.filter(partner=partner).now(),
    }
    return render(request, "agencies/roster.html", context, status=status)
