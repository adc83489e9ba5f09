"""Mandates and reference data that need a portal admin."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from agencies import gaps
from agencies.reference_kinds import KINDS

from .shapes import NEUTRAL, WARN, Concern, Row

FEW_GAPS = 3  # that are told as an example


def mandates(user: User) -> Concern | None:
    """What nobody is responsible for."""
    total = gaps.count() if user.manages_partners else 0
    if not total:
        return None
    return Concern(
        "mandates",
        ngettext(
            "For %(n)d combination of topic, stage and place nobody is responsible",
            "For %(n)d combinations of topic, stage and place nobody is responsible",
            total,
        )
        % {"n": total},
        _("Their referrals go to nobody until somebody chooses. Ask who should answer for them."),
        "pin-map",
        WARN,
        rows=tuple(Row(said, reverse("agencies:mandates")) for said in gaps.first(FEW_GAPS)),
        url=reverse("agencies:mandates"),
        action=_("See the gaps"),
    )


def unconfirmed(user: User) -> Concern | None:
    """Reference data that rests on no source."""
    if not user.manages_partners:
        return None
    counts = {kind.name: kind.unconfirmed().count() for kind in KINDS.values()}
    total = sum(counts.values())
    if not total:
        return None
    return Concern(
        "unconfirmed",
        ngettext(
            "%(n)d row of reference data is not confirmed",
            "%(n)d rows of reference data are not confirmed",
            total,
        )
        % {"n": total},
        ", ".join(f"{name}: {count}" for name, count in counts.items() if count),
        "patch-question",
        NEUTRAL,
        url=reverse("agencies:unconfirmed"),
        action=_("Confirm them"),
    )
