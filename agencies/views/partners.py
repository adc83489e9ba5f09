"""Partners by kind, and one partner with its people."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import comparing
from accounts.models import User
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import actions, countries, rules
from ..actions.partners import EDITABLE
from ..choices import PartnerKind
from ..forms import PartnerFilter, PartnerForm
from ..models import (
    Agreement,
    Duty,
    Invitation,
    Mandate,
    Office,
    Partner,
    PartnerQuerySet,
    PartnerStep,
    StaffEvent,
)
from ..models.partners import has_accounts
from ..models.staff import partners_managed_by, people_managed_by
from ..paging import numbered
from ..timeline import tell
from ..wording import formerly, took_over, unknown_holidays, working_hours

PEOPLE_FOUND = 10  # people that a search among the partners shows besides
EVENTS_SHOWN = 10
STEPS_SHOWN = 5


@require_GET
@allow(Right.MANAGE_PARTNERS)
def partners(request: SignedInRequest) -> HttpResponse:
    """Every partner, by kind, with a search that also finds people."""
    form = PartnerFilter(request.GET)
    chosen = form.chosen
    found = _shown(partners_managed_by(request.user).search(chosen.get("q", "")), chosen.get("show", ""))
    of_kind = found.of_kind(chosen["kind"]) if "kind" in chosen else found
    context = {
        "form": form,
        "filters": len(chosen.keys() - {"kind"}),
        "tabs": _tabs(request.GET, found, chosen.get("kind", "")),
        "page": numbered(request, _with_counts(of_kind).prefetch_related("former_names")),
        "people": _people(request.user, chosen.get("q", "")),
    }
    return render(request, "agencies/partners.html", context)


@require_GET
@allow(Right.MANAGE_STAFF)
def partner(request: SignedInRequest, code: str) -> HttpResponse:
    """One partner: its data, its people, its open invitations and what was done lately."""
    row = get_object_or_404(
        partners_managed_by(request.user).select_related("province", "successor"), code=code
    )
    return render(request, "agencies/partner.html", partner_context(request.user, row))


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def partner_edit(request: SignedInRequest, code: str) -> HttpResponse:
    """Change a partner's names and contact data."""
    row = get_object_or_404(partners_managed_by(request.user), code=code)
    kept = get_object_or_404(partners_managed_by(request.user), code=code)  # the form writes on its own copy
    form = PartnerForm(request.POST if request.method == "POST" else None, instance=row)
    context: dict[str, Any] = {"form": form, "partner": kept, "clashes": []}
    if request.method != "POST":
        return render(request, "agencies/partner_edit.html", context)
    if not form.is_valid():
        return render(request, "agencies/partner_edit.html", context, status=422)
    try:
        actions.edit_partner(
            by=request.user, partner=kept, changes=form.values, seen=form.cleaned_data["seen"]
        )
    except actions.StaleData as error:
        form.add_error(None, str(error))
        kept.refresh_from_db()
        comparing.renew(form, seen=actions.seen_values(kept))
        context["clashes"] = comparing.clashes(form, {name: getattr(kept, name) for name in EDITABLE})
        return render(request, "agencies/partner_edit.html", context, status=409)
    except ValidationError as error:
        form.add_error(None, error)
        return render(request, "agencies/partner_edit.html", context, status=422)
    messages.success(request, _("The partner's data is saved."))
    return redirect("agencies:partner", code=kept.code)


def partner_context(user: User, row: Partner) -> dict[str, Any]:
    """What the page of a partner shows to this admin."""
    events = StaffEvent.objects.visible_to(user).filter(partner=row).with_names()
    invitations = Invitation.objects.visible_to(user).open().filter(partner=row)
    return {
        "partner": row,
        "facts": _facts(row),
        "hours": working_hours(row),
        "holidays_unknown": unknown_holidays(row),
        "people": people_managed_by(user).filter(partner=row).order_by("-is_active", "full_name", "pk"),
        "invitations": invitations.select_related("invited_by"),
        "approvable": (),
        "events": tell(events[:EVENTS_SHOWN]),
        "agreement": Agreement.objects.visible_to(user).without_document().filter(partner=row).first(),
        "steps": PartnerStep.objects.filter(partner=row).select_related("by")[:STEPS_SHOWN],
        "offices": Office.objects.current().filter(partner=row).select_related("district"),
        "on_duty": Duty.objects.filter(partner=row).now().select_related("person"),
        "can_invite": rules.can_invite(user, row),
        "can_edit": rules.can_edit_partner(user),
    }


def _shown(found: PartnerQuerySet, show: str) -> PartnerQuerySet:
    match show:
        case "with":
            return found.filter(has_accounts("pk"))
        case "without":
            return found.filter(~has_accounts("pk"))
        case "unconfirmed":
            return found.current().unconfirmed()
        case "suspended":
            return found.filter(is_active=False, awaits_activation=False).current()
        case "registered":
            return found.filter(awaits_activation=True).current()
        case "closed":
            return found.filter(retired_at__isnull=False)
    return found.current()


def _with_counts(found: PartnerQuerySet) -> QuerySet[Partner]:
    doubtful = Mandate.objects.current().unconfirmed().filter(partner=OuterRef("pk"))
    return found.with_accounts().annotate(
        people_count=Count("people", filter=Q(people__is_active=True)), doubtful_mandates=Exists(doubtful)
    )


def _tabs(query: QueryDict, found: PartnerQuerySet, kind: str) -> list[dict[str, Any]]:
    """A tab for all and one for each kind, with the number of those found."""
    counts = dict(found.order_by().values_list("kind").annotate(n=Count("pk")))
    tabs = [("", _("All"), sum(counts.values()))]
    tabs += [(value, str(label), counts.get(value, 0)) for value, label in PartnerKind.choices]
    return [
        {"label": label, "count": count, "active": value == kind, "url": _tab_url(query, value)}
        for value, label, count in tabs
    ]


def _tab_url(query: QueryDict, kind: str) -> str:
    kept = query.copy()
    for name in ("kind", "page"):
        kept.pop(name, None)
    if kind:
        kept["kind"] = kind
    return f"{reverse('agencies:partners')}?{kept.urlencode()}"


def _people(user: User, text: str) -> list[User]:
    """People whose name or address has every word of the search."""
    if not text:
        return []
    people = people_managed_by(user).select_related("partner")
    for word in text.split():
        people = people.filter(Q(full_name__icontains=word) | Q(email__icontains=word))
    return list(people[:PEOPLE_FOUND])


def _facts(row: Partner) -> list[dict[str, Any]]:
    """What is known of a partner, for its page."""
    confirmed = (
        (row.confirmed_by, date_format(timezone.localtime(row.confirmed_at))) if row.confirmed_at else ()
    )
    sure = _("Confirmed") if row.confirmed_at else row.get_source_status_display()
    return [
        {"label": _("Formerly"), "value": "\n".join(formerly(row))},
        {"label": _("Took over from"), "value": "\n".join(took_over(row))},
        {"label": _("Kind"), "value": row.get_mission_type_display() or row.get_kind_display()},
        {"label": _("Place"), "value": ", ".join(str(part) for part in (row.city, row.province) if part)},
        {"label": _("Country"), "value": countries.name(row.country)},
        {"label": _("E-mail"), "value": row.email, "url": f"mailto:{row.email}"},
        {"label": _("Telephone"), "value": row.phone},
        {"label": _("Time zone"), "value": row.time_zone},
        {"label": _("Prefix of case references"), "value": row.reference_prefix},
        {"label": _("Code"), "value": row.code},
        {"label": _("How sure"), "value": sure, "note": row.source},
        {"label": _("Confirmed with"), "value": row.confirmed_source, "note": ", ".join(confirmed)},
    ]
