"""What a partner is called, and was called before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import comparing
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import actions
from ..models import Partner
from ..models.staff import partners_managed_by
from ..name_forms import FormerNameForm, RenameForm

PAGE = "agencies/partner_names.html"


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def names(request: SignedInRequest, code: str) -> HttpResponse:
    """The names of a partner; and giving it another one."""
    partner = _partner(request, code)
    form = RenameForm(request.POST if request.method == "POST" else None, partner=partner)
    context: dict[str, Any] = {
        "partner": partner,
        "form": form,
        "former_form": FormerNameForm(prefix="former"),
        "clashes": [],
    }
    if request.method != "POST":
        return render(request, PAGE, context)
    if not form.is_valid():
        return render(request, PAGE, context, status=422)
    try:
        actions.rename_partner(by=request.user, partner=partner, **form.cleaned_data)
    except actions.StaleData as error:
        partner = _partner(request, code)
        form.add_error(None, str(error))
        form.renew(actions.names_mark(partner))
        now = {"name_id": partner.name_id, "name_en": partner.name_en}
        context |= {"partner": partner, "clashes": comparing.clashes(form, now)}
        return render(request, PAGE, context, status=409)
    except ValidationError as error:
        return _refused(request, context, form, error)
    messages.success(request, _("The new name holds. The former one is still found."))
    return redirect("agencies:partner", code=code)


@require_POST
@allow(Right.MANAGE_PARTNERS)
def former_name_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Note a name that the partner bore before."""
    partner = _partner(request, code)
    form = FormerNameForm(request.POST, prefix="former")
    context = {"partner": partner, "form": RenameForm(partner=partner), "former_form": form, "clashes": []}
    if not form.is_valid():
        return render(request, PAGE, context, status=422)
    try:
        actions.add_former_name(by=request.user, partner=partner, **form.cleaned_data)
    except ValidationError as error:
        return _refused(request, context, form, error)
    messages.success(request, _("The former name is noted. It is found from now on."))
    return redirect("agencies:names", code=code)


@require_POST
@allow(Right.MANAGE_PARTNERS)
def former_name_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Forget a former name that was a mistake."""
    actions.drop_former_name(by=request.user, partner=_partner(request, code), pk=pk)
    messages.success(request, _("The former name is removed."))
    return redirect("agencies:names", code=code)


def _partner(request: SignedInRequest, code: str) -> Partner:
    partners = partners_managed_by(request.user).prefetch_related("former_names")
    return get_object_or_404(partners, code=code)


def _refused(
    request: SignedInRequest, context: dict[str, Any], form: forms.Form, error: ValidationError
) -> HttpResponse:
    form.add_error(None, error)
    return render(request, PAGE, context, status=422)
