"""Looking for an agency by name, where the ranking does not have the one that is wanted."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from agencies.models import Partner
from agencies.wording import formerly, took_over

from ..wording import NOT_READING, Candidate

MOST = 15


@require_GET
@allow(Right.WORK_CASES)
def partners(request: SignedInRequest) -> HttpResponse:
    """The agencies that fit what is typed, as radios of the form around them."""
    return render(request, "referrals/_partners.jinja", search(request.user, request.GET.get("find", "")))


def search(user: User, text: str, *, chosen: str = "", but: list[Candidate] | None = None) -> dict[str, Any]:
    """What the template _partners.jinja needs: those found by name, and the one chosen before if it is not among
    `but`, the candidates that stand on the page already."""
    text = text.replace("\x00", " ").strip()
    shown = {candidate.partner.pk for candidate in but or []}
    others = (
        Partner.objects.active()
        .exclude(pk=user.partner_id or 0)
        .with_accounts()
        .prefetch_related("former_names", "predecessors")
    )
    found = list(others.search(text)[: MOST + 1]) if text else []
    kept = int(chosen) if chosen.isdecimal() and len(chosen) < 10 else 0
    if kept and kept not in shown | {partner.pk for partner in found}:
        found += others.filter(Q(pk=kept))
    return {
        "find": text[:100],
        "found": [_candidate(partner) for partner in found[:MOST] if partner.pk not in shown],
        "more": len(found) > MOST,
        "nothing": bool(text) and not found,
        "selected": chosen,
    }


def wants_search(request: HttpRequest) -> bool:
    """Whether the form came back only to look for agencies (the button beside the search field)."""
    return "search" in request.POST


def _candidate(partner: Any) -> Candidate:
    return Candidate(
        partner=partner,
        kind=partner.get_kind_display(),
        place=partner.city,
        reasons=[
            *(_("Formerly %(name)s") % {"name": name} for name in formerly(partner)),
            *(_("Took over from %(name)s") % {"name": name} for name in took_over(partner)),
        ],
        unconfirmed=partner.needs_confirmation,
        warning="" if partner.has_accounts else NOT_READING,
    )
