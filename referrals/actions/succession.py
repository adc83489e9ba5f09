"""When a partner closes: what it has in hand goes on at its successor, as far as the worker agreed (docs/adr/0024)."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils import timezone

from agencies.models import Partner
from cases.choices import EventKind
from cases.models import Case

from .. import rules
from ..choices import NOT_SENT_YET, WITH_RECEIVER, State
from ..models import Referral
from ..moves import finish, send, twin_at
from .handing_over import before, follow


class Fate(StrEnum):
    """What becomes of a referral whose receiver closes."""

    GOES_ON = "goes_on"  # sent to the successor at once
    ASKS = "asks"  # waits for its sender, who asks the worker
    CHOOSES = "chooses"  # its sender chooses another agency
    HAS_IT = "has_it"  # the successor has the same service in hand already


def fate(referral: Referral, to: Partner | None) -> Fate:
    """What becomes of it with this successor; without one its sender chooses.

    Nobody sees more than was agreed to: only where the worker let another agency be asked, and did not speak against
    this one, does it go on by itself.
    """
    if to is None or to.pk == referral.sender_id:
        return Fate.CHOOSES
    if twin_at(to, referral):
        return Fate.HAS_IT
    if referral.case.is_paused or not rules.goes_on(referral.consent):
        return Fate.ASKS
    in_a_circle = any(earlier.receiver_id == to.pk for earlier in before(referral))
    return Fate.ASKS if in_a_circle or rules.spoke_against(referral.consent, to) else Fate.GOES_ON


def hand_on(referral: Referral, *, closing: Partner, to: Partner | None) -> Fate:
    """End a referral at the partner that closes, and let a follow-up of the same sender go on.

    The portal's own act, in the transaction of closing, which holds the referral and its case; the sender is told.
    """
    what = fate(referral, to)
    now = timezone.now()
    referral.ended_at = now
    finish(
        referral,
        State.HANDED_OVER,
        EventKind.HANDED_OVER,
        by=None,
        at=now,
        closing=True,
        to=to.name_id if to and what != Fate.CHOOSES else "",
    )
    if what == Fate.HAS_IT:
        return what
    going_on = follow(referral, goes_on=what == Fate.GOES_ON, by=None)
    if what == Fate.GOES_ON and to is not None:
        send(going_on, to=to, by=None)
    else:
        _leave_to_sender(going_on, closing=closing, to=to if what == Fate.ASKS else None)
    return what


def propose_instead(referral: Referral, *, closing: Partner, to: Partner | None) -> None:
    """Name the successor where the partner that closes was proposed and its sender has not agreed yet."""
    _leave_to_sender(
        referral, closing=closing, to=to if fate(referral, to) in (Fate.ASKS, Fate.GOES_ON) else None
    )


def _leave_to_sender(referral: Referral, *, closing: Partner, to: Partner | None) -> None:
    referral.proposed = to
    referral.why_unrouted = "" if to else "closed"
    referral.why_params = {} if to else {"partner_id": closing.name_id, "partner_en": closing.name_en}
    unrouted = State.UNROUTED if referral.state == State.WAITING else None
    finish(referral, unrouted, EventKind.UNROUTED, by=None, why="closed")


def at(partner: Partner) -> tuple[list[Referral], list[Referral]]:
    """What the partner has in hand, and what waits for its sender's word to go there."""
    now = Referral.objects.select_related("case__assigned_to", "sender", "receiver", "consent", "previous")
    rows = now.order_by("pk")
    return (
        list(rows.filter(receiver=partner, state__in=WITH_RECEIVER)),
        list(rows.filter(proposed=partner, state__in=NOT_SENT_YET)),
    )


def held_at(partner: Partner) -> tuple[list[Referral], list[Referral]]:
    """The same, held with their cases until the commit: referrals before cases, as every other act takes them."""
    concerned = models.Q(receiver=partner, state__in=WITH_RECEIVER) | models.Q(
        proposed=partner, state__in=NOT_SENT_YET
    )
    rows = Referral.objects.filter(concerned).order_by("pk").select_for_update(no_key=True)
    cases = {case for (_pk, case) in rows.values_list("pk", "case_id")}
    list(Case.objects.filter(pk__in=cases).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    return at(partner)
