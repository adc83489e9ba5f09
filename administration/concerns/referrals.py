"""Referrals that need an admin: counted by partner, nothing of a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from agencies.models import Partner
from privacy.acting import as_portal
from referrals.choices import MOVE, Side, State
from referrals.models import Referral

from .shapes import BAD, MOST, Concern, Row, joined, page_of

LEFT_LYING = timedelta(hours=24)
_WITH_RECEIVER = sorted(state for state, side in MOVE.items() if side is Side.RECEIVER)


def late_partners(user: User) -> Concern | None:
    """Partners whose move is late in coming."""
    late = Referral.objects.filter(state__in=_WITH_RECEIVER, due_at__lt=timezone.now())
    if not user.manages_partners:
        late = late.filter(receiver=user.partner_id)
    with as_portal():  # the rows are every partner's; only numbers leave this block
        counts = list(
            late.order_by()
            .values("receiver")
            .annotate(n=Count("pk"), since=Min("due_at"))
            .order_by("since")[: MOST + 1]
        )
    if not counts:
        return None
    partners = Partner.objects.in_bulk([count["receiver"] for count in counts])
    total = sum(count["n"] for count in counts)
    return Concern(
        "late",
        ngettext(
            "%(n)d referral is late in being answered", "%(n)d referrals are late in being answered", total
        )
        % {"n": total},
        _("Call there: perhaps nobody reads the portal any more, or somebody is away.")
        if user.manages_partners
        else _("Ask your colleagues who has them, and whether somebody is away."),
        "alarm-fill",
        BAD,
        rows=tuple(_late_row(partners[count["receiver"]], count) for count in counts[:MOST]),
        url=reverse("referrals:overdue") if user.manages_partners else "",
        action=_("See which"),
    )


def _late_row(partner: Partner, count: Any) -> Row:
    text = ngettext("%(n)d referral, the oldest due", "%(n)d referrals, the oldest due", count["n"])
    return Row(
        partner.name, page_of(partner), joined(text % {"n": count["n"]}, partner.phone), count["since"]
    )


def unrouted(user: User) -> Concern | None:
    """Referrals for which the portal found no agency and that their sender has left lying."""
    if not user.manages_partners:
        return None
    before = timezone.now() - LEFT_LYING
    with as_portal():  # only numbers leave this block
        counts = list(
            Referral.objects.filter(state=State.UNROUTED, changed_at__lt=before)
            .order_by()
            .values("sender")
            .annotate(n=Count("pk"), since=Min("changed_at"))
            .order_by("since")[: MOST + 1]
        )
    if not counts:
        return None
    partners = Partner.objects.in_bulk([count["sender"] for count in counts])
    total = sum(count["n"] for count in counts)
    return Concern(
        "unrouted",
        ngettext("%(n)d referral has gone to nobody yet", "%(n)d referrals have gone to nobody yet", total)
        % {"n": total},
        _(
            "The portal found no agency, and the sender has not chosen one for a day. Perhaps a mandate is missing."
        ),
        "signpost-split",
        BAD,
        rows=tuple(_unrouted_row(partners[count["sender"]], count) for count in counts[:MOST]),
    )


def _unrouted_row(partner: Partner, count: Any) -> Row:
    text = ngettext("%(n)d of its referrals, since", "%(n)d of its referrals, the oldest since", count["n"])
    return Row(
        partner.name, page_of(partner), joined(text % {"n": count["n"]}, partner.phone), count["since"]
    )
