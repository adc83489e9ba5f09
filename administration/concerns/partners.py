"""Partners whose life needs a portal admin: agreements that end, partners that wait to be activated."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from agencies.models import Agreement, Partner

from .shapes import MOST, NEUTRAL, WARN, Concern, Row, page_of


def agreements(user: User) -> Concern | None:
    """Agreements on sharing data that end soon or have ended, with no later one on file."""
    ending = Agreement.objects.visible_to(user).ending().without_document().select_related("partner")
    found = list(ending.order_by("expires_on")[:MOST])
    if not found:
        return None
    return Concern(
        "agreements",
        ngettext(
            "%(n)d agreement on sharing data ends soon or has ended",
            "%(n)d agreements on sharing data end soon or have ended",
            len(found),
        )
        % {"n": len(found)},
        _("Referrals go on meanwhile. Have a new one signed, and put it on file.")
        if user.manages_partners
        else _("Referrals go on meanwhile. Sign a new one with whoever runs the portal."),
        "file-earmark-text",
        WARN,
        rows=tuple(Row(row.partner.name, page_of(row.partner), _how_long(row)) for row in found),
    )


def _how_long(row: Agreement) -> str:
    if row.has_ended:
        text = ngettext("ended %(n)d day ago", "ended %(n)d days ago", -row.days_left)
        return text % {"n": -row.days_left}
    if row.days_left == 0:
        return _("ends today")
    return ngettext("ends in %(n)d day", "ends in %(n)d days", row.days_left) % {"n": row.days_left}


def waiting(user: User) -> Concern | None:
    """Partners that were registered and are not activated yet."""
    if not user.manages_partners:
        return None
    found = list(Partner.objects.current().filter(awaits_activation=True).order_by("name_id")[:MOST])
    if not found:
        return None
    return Concern(
        "waiting",
        ngettext("%(n)d partner waits to be activated", "%(n)d partners wait to be activated", len(found))
        % {"n": len(found)},
        _("Nothing is sent to them and nobody there comes in. It needs an agreement on file."),
        "building-add",
        NEUTRAL,
        rows=tuple(Row(partner.name, page_of(partner)) for partner in found),
    )
