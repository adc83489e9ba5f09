"""One service, those of one partner, and keeping them right."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.comparing import Clash
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from agencies.models import Partner
from agencies.models.staff import partners_managed_by
from agencies.paging import numbered

from .. import actions, comparing, rules, wording
from ..forms import WholeForm
from ..models import Service
from ..opening import openings
from ..small_forms import PlacesForm


@require_GET
def service(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One service with everything that this reader may know of it."""
    row = _service(request, pk)
    return render(request, "directory/service.html", _context(request, row))


@require_GET
def services_of(request: SignedInRequest, code: str) -> HttpResponse:
    """The services of one partner; its admins see those, too, that are offered no more."""
    partner = get_object_or_404(Partner, code=code)
    rows = Service.objects.visible_to(request.user).filter(partner=partner).whole()
    page = numbered(request, rows.order_by("retired_at", "name_id", "pk"))
    now = timezone.now()
    names = wording.Names()
    shown = [_row(opening, names, now) for opening in openings(page.rows)]
    context = {
        "partner": partner,
        "page": page,
        "rows": shown,
        "can_edit": rules.can_edit_services_of(request.user, partner.pk),
        "can_open_partner": partners_managed_by(request.user).filter(pk=partner.pk).exists(),
        "takes_part": partner.is_active and partner.retired_at is None,
    }
    return render(request, "directory/services_of.html", context)


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_STAFF)
def service_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Enter a service of a partner."""
    partner = get_object_or_404(partners_managed_by(request.user), code=code)
    form = WholeForm(request.POST if request.method == "POST" else None, partner=partner)
    if request.method != "POST":
        return _form(request, form, partner)
    if not form.is_valid():
        return _form(request, form, partner, status=422)
    key = form.service.cleaned_data["key"]
    try:
        row = actions.add_service(by=request.user, partner=partner, key=key, content=form.content())
    except actions.ActRefused as refusal:
        form.service.add_error(None, str(refusal))
        return _form(request, form, partner, status=409)
    except ValidationError as error:
        form.refuse(error)
        return _form(request, form, partner, status=422)
    messages.success(request, _("The service is entered."))
    return redirect(row)


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_STAFF)
def service_edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Change a service."""
    row = _managed(request, pk)
    form = WholeForm(request.POST if request.method == "POST" else None, partner=row.partner, service=row)
    if request.method != "POST":
        return _form(request, form, row.partner, row)
    if not form.is_valid():
        return _form(request, form, row.partner, row, status=422)
    seen = form.service.cleaned_data["seen"]
    try:
        actions.edit_service(by=request.user, service=row, content=form.content(), seen=seen)
    except actions.StaleData as error:
        form.service.add_error(None, str(error))
        kept = _managed(request, pk)
        clashes = comparing.clashes(form, kept)
        comparing.renew(form, kept)
        return _form(request, form, row.partner, row, status=409, clashes=clashes)
    except ValidationError as error:
        form.refuse(error)
        return _form(request, form, row.partner, row, status=422)
    messages.success(request, _("The service is saved."))
    return redirect(row)


@require_POST
@allow(Right.MANAGE_STAFF)
def service_check(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Say that everything about it is still right."""
    row = _managed(request, pk)
    actions.check(by=request.user, service=row)
    messages.success(request, _("Noted: everything about it is right today."))
    return redirect(row)


@require_POST
@allow(Right.MANAGE_STAFF)
def service_retire(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Offer it no more."""
    row = _managed(request, pk)
    actions.retire(by=request.user, service=row)
    messages.success(request, _("The service is offered no more, and nobody finds it."))
    return redirect(row)


@require_POST
@allow(Right.MANAGE_STAFF)
def service_restore(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Offer it again."""
    row = _managed(request, pk)
    actions.restore(by=request.user, service=row)
    messages.success(
        request,
        _("The service is offered again, in the portal only. Look at its contacts before you publish it."),
    )
    return redirect(row)


@require_POST
def service_places(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Say how many places are free."""
    row = _service(request, pk)
    ensure(rules.can_say_places(request.user, row))
    form = PlacesForm(request.POST, service=row)
    if form.is_valid():
        try:
            actions.say_places(by=request.user, service=row, free=form.cleaned_data["places_free"])
        except ValidationError as error:
            form.add_error("places_free", error.messages)
    if form.errors:
        return render(request, "directory/service.html", _context(request, row, form), status=422)
    messages.success(request, _("The free places are noted."))
    return redirect(row)


def _service(request: SignedInRequest, pk: UUID) -> Service:
    return get_object_or_404(Service.objects.visible_to(request.user).whole(), pk=pk)


def _managed(request: SignedInRequest, pk: UUID) -> Service:
    """A service that this admin may change; what another partner offers is there to be read only."""
    row = _service(request, pk)
    ensure(rules.can_edit(request.user, row))
    return row


def _context(request: SignedInRequest, row: Service, places: PlacesForm | None = None) -> dict[str, Any]:
    [opening] = openings([row])
    user = request.user
    return {
        "service": row,
        "facts": wording.facts(row, user, wording.Names()),
        "open": wording.opens(opening, timezone.now()),
        "places": wording.places(row),
        "places_form": places or (PlacesForm(service=row) if rules.can_say_places(user, row) else None),
        "can_edit": rules.can_edit(user, row),
    }


def _row(opening: Any, names: wording.Names, now: Any) -> dict[str, Any]:
    row = opening.service
    return {
        "service": row,
        "area": wording.area(row, names),
        "open": wording.opens(opening, now),
        "places": wording.places(row),
    }


def _form(
    request: SignedInRequest,
    form: WholeForm,
    partner: Partner,
    row: Service | None = None,
    *,
    status: int = 200,
    clashes: Sequence[Clash] = (),
) -> HttpResponse:
    context = {"form": form, "partner": partner, "service": row, "clashes": clashes}
    return render(request, "directory/form.html", context, status=status)
