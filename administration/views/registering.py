"""Registering a partner by page."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from agencies.models import Partner

from .. import actions
from ..forms.partners import RegisterForm


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.MANAGE_PARTNERS)
def register(request: SignedInRequest) -> HttpResponse:
    """Register a partner; it is referred to once it is activated."""
    form = RegisterForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "administration/register.html", {"form": form})
    if earlier := _before(request):
        return _registered(request, earlier)
    if not form.is_valid():
        return render(request, "administration/register.html", {"form": form}, status=422)
    try:
        new = actions.register(by=request.user, **form.cleaned_data)
    except ValidationError as error:  # somebody took the code or the prefix at this very moment
        form.add_error(None, error if not hasattr(error, "error_dict") else error.messages)
        return render(request, "administration/register.html", {"form": form}, status=409)
    return _registered(request, new)


def _before(request: SignedInRequest) -> Partner | None:
    """What a double click registered already."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        return None
    return actions.registered_before(by=request.user, key=key)


def _registered(request: SignedInRequest, partner: Partner) -> HttpResponse:
    messages.success(
        request,
        _("%(name)s is registered. Put the data-sharing agreement on file, then activate it.")
        % {"name": partner.name},
    )
    return redirect("agencies:partner", partner.code)
