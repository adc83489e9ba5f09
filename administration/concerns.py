"""What needs an admin today: each concern one function, which says what it is about, how many, and where to act.

A portal admin is asked about everything, a partner's admin about their own partner. Nothing of a case is in it: partners,
accounts, references of nobody, and numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import PartnerAdmin
from agencies import gaps
from agencies.models import Invitation, Partner
from agencies.models.staff import VALID_FOR, partners_managed_by
from agencies.reference_kinds import KINDS
from privacy.acting import as_portal
from referrals.choices import MOVE, Side, State
from referrals.models import Referral

from . import undelivered

UNANSWERED_AFTER = timedelta(hours=24)
FEW_GAPS = 3  # that are told as an example
MOST = 200  # rows of one concern that are listed
BAD, WARN, NEUTRAL = "bad", "warn", "neutral"
_TURN = {BAD: 0, WARN: 1, NEUTRAL: 2}
_WITH_RECEIVER = sorted(state for state, side in MOVE.items() if side is Side.RECEIVER)


@dataclass(frozen=True)
class Row:
    """One of those that a concern is about."""

    title: str
    url: str
    note: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class Concern:
    """Something that needs an admin. `code` names it in addresses; `text` is a sentence with the number in it."""

    code: str
    text: str
    advice: str
    icon: str
    tone: str
    rows: tuple[Row, ...] = ()
    url: str = ""
    action: str = ""


def concerns_of(user: User) -> list[Concern]:
    """What needs this admin, the worst first; nothing for whoever is no admin."""
    if not user.manages_staff:
        return []
    found = [concern for ask in CONCERNS if (concern := ask(user)) is not None]
    return sorted(found, key=lambda concern: _TURN[concern.tone])


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
    return Row(partner.name, _page_of(partner), _and(text % {"n": count["n"]}, partner.phone), count["since"])


def unrouted(user: User) -> Concern | None:
    """Referrals for which the portal found no agency and that their sender has left lying."""
    if not user.manages_partners:
        return None
    before = timezone.now() - UNANSWERED_AFTER
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
    return Row(partner.name, _page_of(partner), _and(text % {"n": count["n"]}, partner.phone), count["since"])


def invitations(user: User) -> Concern | None:
    """Invitations that nobody answered within a day, or at all."""
    now = timezone.now()
    open_ones = Invitation.objects.visible_to(user).open().select_related("partner")
    waiting = list(
        open_ones.filter(expires_at__lt=now + _left_of(UNANSWERED_AFTER)).order_by("expires_at")[:MOST]
    )
    if not waiting:
        return None
    return Concern(
        "invitations",
        ngettext("%(n)d invitation is not answered", "%(n)d invitations are not answered", len(waiting))
        % {"n": len(waiting)},
        _("Ask whether the e-mail arrived, send it again, or withdraw it."),
        "envelope",
        WARN,
        rows=tuple(_invitation_row(invitation) for invitation in waiting),
    )


def _left_of(passed: timedelta) -> timedelta:
    return VALID_FOR - passed


def _invitation_row(invitation: Invitation) -> Row:
    partner = invitation.partner
    state = _("expired") if invitation.is_expired else _("sent")
    place = partner.name if partner else _("the portal itself")
    url = _page_of(partner) if partner else reverse("agencies:portal_people")
    return Row(invitation.full_name, url, f"{place} · {state}", invitation.sent_at)


def emails(user: User) -> Concern | None:
    """E-mails that nobody got."""
    rows = undelivered.addresses(user)
    if not rows:
        return None
    return Concern(
        "emails",
        ngettext(
            "E-mails to %(n)d address do not arrive", "E-mails to %(n)d addresses do not arrive", len(rows)
        )
        % {"n": len(rows)},
        _("Whoever it belongs to learns of nothing. Ask for the right address, or send them again."),
        "envelope-open",
        WARN,
        rows=tuple(Row(row.who, row.url, row.address, row.since) for row in rows[:MOST]),
        url=reverse("administration:undelivered"),
        action=_("See the e-mails"),
    )


def without_admin(user: User) -> Concern | None:
    """Partners where people work and nobody manages their accounts."""
    if not user.manages_partners:
        return None
    people = User.objects.filter(partner=OuterRef("pk"), is_active=True)
    orphans = (
        partners_managed_by(user)
        .active()
        .filter(Exists(people), ~Exists(people.filter(role=PartnerAdmin.code)))
        .order_by("name_id")
    )
    found = list(orphans[:MOST])
    if not found:
        return None
    return Concern(
        "without_admin",
        ngettext(
            "%(n)d partner has people and no admin", "%(n)d partners have people and no admin", len(found)
        )
        % {"n": len(found)},
        _("Nobody there can invite or suspend anybody. Invite an admin."),
        "person-gear",
        WARN,
        rows=tuple(Row(partner.name, _page_of(partner)) for partner in found),
    )


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


CONCERNS: Iterable[Callable[[User], Concern | None]] = (
    late_partners,
    unrouted,
    invitations,
    emails,
    without_admin,
    mandates,
    unconfirmed,
)


def _page_of(partner: Partner) -> str:
    return reverse("agencies:partner", args=[partner.code])


def _and(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
