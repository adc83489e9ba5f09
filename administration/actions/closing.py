"""Closing a partner with a successor: all that is live goes over, or nothing does (docs/adr/0024)."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from agencies import rules
from agencies.actions import ActRefused, StaleData
from agencies.actions.invitations import withdraw_all_at
from agencies.actions.shared import record
from agencies.choices import PartnerState, StaffVerb, Step
from agencies.models import Mandate, Office, Partner
from agencies.today import today
from privacy.acting import as_portal
from referrals.actions import succession
from referrals.actions.succession import Fate
from referrals.models import Referral

from .. import live
from .standing import begin, seen_standing, shut_out_people, write

OF_ROW = frozenset(  # what a mandate that goes over does not take along: whose it was, and how sure that was
    {
        *("id", "code", "partner_id", "source", "source_status", "loaded", "retired_at"),
        *("confirmed_at", "confirmed_by", "confirmed_source", "replaces_id"),
        *("valid_from", "valid_until"),
    }
)
A_DAY = timedelta(days=1)
Period = tuple[date, date | None]  # the first day and the last


@dataclass(frozen=True)
class Closing:
    """What closing would do with this successor, counted without a look at any case."""

    successor: Partner | None
    live: live.Live
    fates: Counter[Fate]
    proposed: int
    mandates: int  # that the successor does not have yet, or not for the whole time
    seen: str


@as_portal()
def foresee(partner: Partner, successor: Partner | None) -> Closing:
    """What closing the partner would do now."""
    received, proposed = succession.at(partner)
    now = live.at(partner)
    fates = _fates([*received, *proposed], successor)
    return Closing(
        successor=successor,
        live=now,
        fates=Counter(fates[referral] for referral in received),
        proposed=len(proposed),
        mandates=len(_going_over(partner, successor)),
        seen=_mark(partner, successor, fates),
    )


@transaction.atomic
@as_portal()
def close(
    *, by: User, partner: Partner, successor: Partner | None, reason: str, seen: str, key: UUID
) -> Partner:
    """Close a partner for good. Its history stays under its name.

    Referrals that it has in hand end there and go on at the successor where the worker agreed that another agency is
    asked; the others wait for their senders, who are told. Mandates go over, its people and invitations end.
    Raises PermissionDenied for anybody but a portal admin, StaleData when something live changed since it was
    foreseen, ActRefused while it has open cases of its own and for a successor that does not fit. The same `key` again
    is the same act.
    """
    received, proposed = succession.held_at(partner)
    if successor is not None:
        _hold_both(partner, successor)
    by, current, done = begin(by, partner, Step.CLOSED, seen=seen.partition("|")[0], key=key)
    if done:
        return current
    if successor is not None:
        successor.refresh_from_db()
    if problem := why_not(current, successor):
        raise ActRefused(problem)
    if _mark(current, successor, _fates(chain(*succession.at(current)), successor)) != seen:
        raise StaleData(
            _("Something changed at this partner meanwhile. Look at what happens now, then go on.")
        )
    for referral in received:
        succession.hand_on(referral, closing=current, to=successor)
    for referral in proposed:
        succession.propose_instead(referral, closing=current, to=successor)
    mandates = _move_mandates(current, successor)
    withdraw_all_at(current, by=by)
    Office.objects.current().filter(partner=current).update(retired_at=timezone.now())
    current.is_active, current.awaits_activation = False, False
    current.retired_at, current.successor = timezone.now(), successor
    current.save(update_fields=["is_active", "awaits_activation", "retired_at", "successor"])
    write(
        current,
        Step.CLOSED,
        by=by,
        reason=reason,
        key=key,
        successor=successor.code if successor else "",
        referrals=len(received),
        mandates=mandates,
    )
    _suspend_people(current, by=by)
    return current


@as_portal()
def has_open_cases(partner: Partner) -> str:
    """What has to be done at the partner itself first, or an empty text."""
    cases = live.open_cases(partner).count()
    if not cases:
        return ""
    text = ngettext(
        "It has %(n)d open case of its own. Its people have to close it first: they find it under “Cases”.",
        "It has %(n)d open cases of its own. Its people have to close them first: they find them under “Cases”.",
        cases,
    )
    return text % {"n": cases}


@as_portal()
def why_not(partner: Partner, successor: Partner | None) -> str:
    """Why the partner cannot be closed with this successor, or an empty text."""
    if problem := has_open_cases(partner):
        return problem
    if successor is None:
        now = live.at(partner)
        if now.received or now.proposed or now.mandates:
            return _("Referrals or mandates are live here. Choose the partner that takes them over.")
        return ""
    if successor.pk == partner.pk:
        return _("A partner does not follow itself. Choose another one.")
    if successor.state != PartnerState.ACTIVE:
        return _("%(name)s is not active. Choose a partner that is.") % {"name": successor.name}
    if not rules.same_side(partner, successor):
        return _("An NGO is followed by an NGO, an agency by an agency. Choose another one.")
    return ""


def _hold_both(partner: Partner, successor: Partner) -> None:
    """Two partners that are to follow each other at the same moment wait in one order."""
    both = Partner.objects.filter(pk__in=[partner.pk, successor.pk]).order_by("pk")
    list(both.select_for_update(no_key=True).values_list("pk"))


def _fates(referrals: Iterable[Referral], successor: Partner | None) -> dict[Referral, Fate]:
    return {referral: succession.fate(referral, successor) for referral in referrals}


def _mark(partner: Partner, successor: Partner | None, fates: Mapping[Referral, Fate]) -> str:
    """A mark of what would go where: the step seen last, and what is live with what becomes of it."""
    mandates = {row for own, same in _beside(partner, successor).items() for row in (own, *same)}
    lines = [f"{referral.pk}:{referral.state}:{fate}" for referral, fate in fates.items()]
    lines += [f"{row.pk}:{row.valid_from}:{row.valid_until}" for row in mandates]
    whole = "\n".join(sorted(lines)).encode()
    return f"{seen_standing(partner)}|{hashlib.sha256(whole).hexdigest()[:16]}"


def _beside(partner: Partner, successor: Partner | None) -> dict[Mandate, list[Mandate]]:
    """Its mandates, each with those of the successor that say the same, at whatever time."""
    has = defaultdict(list)
    for mandate in Mandate.objects.current().filter(partner=successor) if successor else ():
        has[_says(mandate)].append(mandate)
    mandates = Mandate.objects.current().filter(partner=partner).order_by("pk")
    return {mandate: has[_says(mandate)] for mandate in mandates}


def _going_over(partner: Partner, successor: Partner | None) -> dict[Mandate, list[Period]]:
    """The mandates that the successor does not have in the same words, with the days for which it has not."""
    if successor is None:
        return {}
    found = {mandate: _left_by(mandate, same) for mandate, same in _beside(partner, successor).items()}
    return {mandate: periods for mandate, periods in found.items() if periods}


def _left_by(mandate: Mandate, same: list[Mandate]) -> list[Period]:
    """The days from today on that it covers and none of the others does."""
    begins, last = max(today(), mandate.valid_from or today()), mandate.valid_until
    periods: list[Period] = []
    for other in sorted(same, key=lambda row: row.valid_from or date.min):
        starts = other.valid_from or date.min
        if last is not None and starts > last:
            break
        if starts > begins:
            periods.append((begins, starts - A_DAY))
        if other.valid_until is None:
            return periods
        begins = max(begins, other.valid_until + A_DAY)
    return periods if last is not None and begins > last else [*periods, (begins, last)]


def _says(mandate: Mandate) -> tuple[object, ...]:
    names = ("agency_code", "topic_id", "stage", "country", "district_id", "province_id", "regency_id")
    return tuple(getattr(mandate, name) for name in names)


def _move_mandates(partner: Partner, successor: Partner | None) -> int:
    """New rows at the successor; the old ones are retired and stay for what was routed by them."""
    going = _going_over(partner, successor)
    names = [field.attname for field in Mandate._meta.concrete_fields if field.attname not in OF_ROW]
    Mandate.objects.current().filter(partner=partner).update(retired_at=timezone.now())
    Mandate.objects.bulk_create(
        Mandate(
            partner=successor,
            source=f"{partner.code}: {mandate.source}",
            source_status=mandate.source_status,
            replaces=mandate,
            valid_from=begins,
            valid_until=ends,
            **{name: getattr(mandate, name) for name in names},
        )
        for mandate, periods in going.items()
        for begins, ends in periods
    )
    return len(going)


def _suspend_people(partner: Partner, *, by: User) -> None:
    """Shut everybody out, each with a line in the log; the last locks of the act."""
    shut_out_people(partner)
    people = list(User.objects.filter(partner=partner, is_active=True).order_by("pk"))
    User.objects.filter(pk__in=[person.pk for person in people]).update(is_active=False)
    for person in people:
        record(StaffVerb.SUSPENDED, by=by, partner=partner, subject=person)
