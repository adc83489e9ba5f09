"""What workers agreed to: to whom, how, before whom, until when; and that one of them took it back."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from agencies.models import Partner
from cases.choices import ConsentMethod, DataGroup
from cases.models import Consent
from cases.models.consent import HOME
from referrals.actions.handing_over import TERMS

from . import names
from .cases import Filed
from .world import World

G = DataGroup
EVERY: list[str] = list(DataGroup.values)
GROUPS: tuple[tuple[list[str], int], ...] = (  # and how often
    (EVERY, 62),
    ([G.IDENTITY.value, G.CONTACT.value, G.CASE.value, G.DOCUMENTS.value], 16),
    ([G.IDENTITY.value, G.CASE.value], 14),
    ([G.CASE.value], 8),
)
METHODS = {ConsentMethod.SIGNED: 35, ConsentMethod.RECORDED: 25, ConsentMethod.SPOKEN: 40}
GOES_ON, ENDS = 0.4, 0.25
TERM = (180, 365)  # days
NOT_YET = timedelta(days=14)  # grants that end sooner would bring reminders of their own


def grant(world: World, filed: Filed, at: datetime, by: User) -> Consent:
    """A grant for one referral, of a day on which somebody could ask."""
    rng, given_on = world.rng, timezone.localdate(at, timezone=HOME)
    groups, weights = zip(*GROUPS, strict=True)
    method = rng.choices(list(METHODS), weights=list(METHODS.values()))[0]
    until = given_on + timedelta(days=rng.choice(TERM)) if rng.random() < ENDS else None
    if until and until < timezone.localdate(world.clock.now + NOT_YET, timezone=HOME):
        until = None
    consent = Consent(
        case=filed.case,
        groups=list(rng.choices(groups, weights=weights)[0]),
        given_by=filed.case.reporter_name,
        method=method,
        witness=names.relative(rng.choice(("female", "male")), rng) if method is ConsentMethod.SPOKEN else "",
        given_on=given_on,
        until=until,
        onward=rng.random() < GOES_ON,
        recorded_by=by,
        recorded_at=at,
    )
    world.consents.append(consent)
    return consent


def passed_on(world: World, before: Consent, to: Partner, at: datetime) -> Consent:
    """The same terms for the partner that a case is handed over to, where the worker agreed to that."""
    terms = {name: getattr(before, name) for name in TERMS}
    consent = Consent(case=before.case, partner=to, recorded_by=before.recorded_by, recorded_at=at, **terms)
    world.consents.append(consent)
    return consent
