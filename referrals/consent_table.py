"""What was granted on a case, as the people of its own partner read it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from cases.choices import ClockCode, ConsentMethod, DataGroup
from cases.models import Case, Clock, Consent

from .audience import CASE_ROLES
from .models import Referral

GROUPS: dict[DataGroup, str | Promise] = {
    DataGroup.IDENTITY: gettext_lazy("Identity"),
    DataGroup.CONTACT: gettext_lazy("Contact"),
    DataGroup.CASE: pgettext_lazy("group of data", "Case"),
    DataGroup.HEALTH: gettext_lazy("Health"),
    DataGroup.VIOLENCE: gettext_lazy("Violence"),
    DataGroup.DOCUMENTS: gettext_lazy("Documents"),
}


@dataclass(frozen=True)
class Row:
    """One grant: whom it is for, what of it is shared, how it was given, and whether it stands."""

    consent: Consent
    partner_name: str
    ticks: list[tuple[str, bool]]
    referrals: list[Referral]
    state: str
    tone: str  # good, warn, bad, neutral
    to_review: bool


def rows(case: Case) -> list[Row]:
    """Every grant of the case, the newest first."""
    grants = case.consents.select_related(
        "partner", "recorded_by", "withdrawn_by", "reviewed_by", "case"
    ).prefetch_related("referrals")
    return [_row(case, grant) for grant in grants.order_by("-recorded_at", "-pk")]


def _row(case: Case, grant: Consent) -> Row:
    referrals = sorted(grant.referrals.all(), key=lambda one: one.number)
    for referral in referrals:
        referral.case = case  # its reference is made of the case's
    state, tone = _state(grant)
    return Row(
        consent=grant,
        partner_name=str(grant.partner) if grant.partner else _("Agency not known yet"),
        ticks=[(str(label), group in grant.groups) for group, label in GROUPS.items()],
        referrals=referrals,
        state=state,
        tone=tone,
        to_review=grant.method == ConsentMethod.OVERRIDE and grant.reviewed_at is None,
    )


def _state(grant: Consent) -> tuple[str, str]:
    """What a grant is worth now, in words, and the tone they are said in."""
    if grant.replaced_by_id is not None:
        return _("Changed %(day)s") % {"day": _day(grant.withdrawn_at)}, "neutral"
    if grant.withdrawn_at is not None:
        return _("Withdrawn %(day)s") % {"day": _day(grant.withdrawn_at)}, "bad"
    if grant.has_ended:
        return _("Has ended"), "warn"
    if grant.method == ConsentMethod.OVERRIDE:
        return _("Without consent, to save a life"), "warn"
    return _("Stands"), "good"


def _day(moment: object) -> str:
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")  # type: ignore[arg-type]


@dataclass(frozen=True)
class Duty:
    """A receiver that has to stop using the data. One that nobody reads for here must be told in another way."""

    clock: Clock
    read: bool


def duties(case: Case) -> list[Duty]:
    """The receivers that were told to stop using the data: who has confirmed that, and who has not."""
    told = Clock.objects.filter(case=case, code=ClockCode.PDP_WITHDRAW)
    clocks = list(
        told.select_related("partner", "referral__case", "stopped_by").order_by("-started_at", "pk")
    )
    if not clocks:
        return []
    told_partners = {clock.partner_id for clock in clocks}
    readers = User.objects.filter(partner__in=told_partners, is_active=True, role__in=CASE_ROLES)
    read = set(readers.values_list("partner_id", flat=True))
    return [Duty(clock, clock.partner_id in read) for clock in clocks]
