"""Who reads a restricted case: naming people, ending that, breaking the glass, and judging it (ADR 0018).

Each verb is one transaction that locks the case, so that whoever acts on the case either comes before or finds the
access ended.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from notifications.actions import notify
from notifications.choices import Kind
from privacy import log
from privacy.choices import Verb

from . import audience, rules
from .choices import AccessWay, EventKind, GlassReason, Verdict
from .events import record
from .models import Case, CaseAccess

GLASS_LASTS = timedelta(hours=24)
LATELY = timedelta(hours=24)
MANY = 3  # openings of one person lately that a reviewer is told about
MOST = 10  # openings of one person lately; then a supervisor has to name them


class AccessRefused(Exception):
    """Nobody can be named, or the glass not be broken (any more); the message says why to the reader."""


@transaction.atomic
def grant(*, by: User, case: Case, to: User, why: str = "", until: datetime | None = None) -> CaseAccess:
    """Name a colleague who may read the case, for good or until a moment; naming them again changes nothing.

    A supervisor who names themself is seen doing so: the caseworker and the other supervisors are told. Raises
    PermissionDenied for others than the caseworker and supervisors, and for people who cannot take cases on;
    AccessRefused when there is nothing to give.
    """
    current = _hold(case)
    if not rules.can_name(by, current):
        if rules.can_read(by, current) and not current.is_restricted:
            raise AccessRefused(_("The case is not restricted any more: your whole team reads it."))
        raise PermissionDenied
    if not rules.can_take_on(to, current):
        raise PermissionDenied
    if to.pk == current.assigned_to_id:
        raise AccessRefused(_("%(person)s has the case and reads it already.") % {"person": to.full_name})
    named = CaseAccess.objects.filter(case=current, person=to, way=AccessWay.NAMED, ended_at=None).first()
    if named is not None and named.is_open:
        return named
    now = timezone.now()
    if named is not None:  # it has run out
        named.ended_at = named.until
        named.save(update_fields=["ended_at"])
    access = CaseAccess.objects.create(
        case=current, person=to, way=AccessWay.NAMED, why=why, granted_by=by, granted_at=now, until=until
    )
    _write(current, EventKind.ACCESS_GRANTED, Verb.GRANTED, by=by, about=to, at=now)
    if to == by:
        tell_of_taking(current, by=by)
    else:
        _notify([to], Kind.ACCESS_GRANTED, current, path=current.get_absolute_url())
    return access


@transaction.atomic
def revoke(*, by: User, access: CaseAccess) -> CaseAccess:
    """End an access; one that has ended stays as it is. Raises PermissionDenied for somebody who may not."""
    current = _hold(access.case)
    found = CaseAccess.objects.select_related("person").get(pk=access.pk, case=current)
    found.case = current
    if not (rules.can_name(by, current) or found.person_id == by.pk):
        raise PermissionDenied
    if found.is_open:
        if not rules.can_revoke(by, found):
            raise PermissionDenied
        _end(found, by=by)
        _write(current, EventKind.ACCESS_REVOKED, Verb.REVOKED, by=by, about=found.person, at=found.ended_at)
        if found.person != by:
            _notify([found.person], Kind.ACCESS_ENDED, current, path=current.get_absolute_url())
    return found


def end(access: CaseAccess, *, by: User) -> None:
    """End an access because the person leaves the partner; whoever makes them leave was asked before. One transaction."""
    current = _hold(access.case)
    access.case = current
    _end(access, by=by)
    _write(current, EventKind.ACCESS_REVOKED, Verb.REVOKED, by=by, about=access.person, at=access.ended_at)


@transaction.atomic
def break_glass(*, by: User, case: Case, code: GlassReason | str, why: str) -> CaseAccess | None:
    """Open a restricted case to oneself for 24 hours, and let the supervisors and the caseworker know at once.

    Where it is open already nothing happens, so that a double click is one opening; None where no access was needed.
    Raises PermissionDenied for somebody who is no colleague, AccessRefused after an objection and after too many.
    """
    current = _hold(case)  # before the person, as everywhere (ADR 0022)
    by = User.objects.select_for_update(no_key=True).get(pk=by.pk)  # their openings are counted in turn
    if rules.can_read(by, current):
        return CaseAccess.objects.open().filter(case=current, person=by).first()
    if not rules.can_break_glass(by, current):
        raise PermissionDenied
    _refuse_what_was_objected_to(current, by)
    now = timezone.now()
    if lately(by, now) >= MOST:
        raise AccessRefused(
            _(
                "You have opened %(n)d cases in an emergency within 24 hours. Please ask a supervisor to name you."
            )
            % {"n": MOST}
        )
    access = CaseAccess.objects.create(
        case=current,
        person=by,
        way=AccessWay.GLASS,
        code=code,
        why=why,
        granted_by=by,
        granted_at=now,
        until=now + GLASS_LASTS,
    )
    _write(current, EventKind.GLASS_BROKEN, Verb.BROKE_GLASS, by=by, at=now, reason=str(code))
    told = audience.supervisors(current) + audience.caseworkers(current)
    _notify(told, Kind.GLASS_BROKEN, current, path=current.access_url, but=by, urgent=True)
    return access


@transaction.atomic
def review(*, by: User, access: CaseAccess, verdict: Verdict | str, note: str = "") -> CaseAccess:
    """Judge an opening in an emergency; an objection ends it at once.

    Raises PermissionDenied for whoever opened it and for people who do not oversee or have the case, AccessRefused when
    somebody else has judged it meanwhile.
    """
    current = _hold(access.case)
    found = CaseAccess.objects.select_related("person", "reviewed_by").get(pk=access.pk, case=current)
    found.case = current
    if not rules.is_reviewer(by, found):
        raise PermissionDenied
    if found.reviewed_at is not None:
        if (found.reviewed_by_id, found.verdict, found.note) == (by.pk, verdict, note):
            return found
        assert found.reviewed_by is not None
        raise AccessRefused(_("%(who)s has reviewed it already.") % {"who": found.reviewed_by.full_name})
    now = timezone.now()
    found.reviewed_at, found.reviewed_by, found.verdict, found.note = now, by, Verdict(verdict), note
    if verdict == Verdict.OBJECTED and found.ended_at is None:
        found.ended_at, found.ended_by = now, by
    found.save(update_fields=["reviewed_at", "reviewed_by", "verdict", "note", "ended_at", "ended_by"])
    ended = Verb.REVOKED if verdict == Verdict.OBJECTED else Verb.WROTE
    _write(current, EventKind.GLASS_REVIEWED, ended, by=by, about=found.person, at=now, verdict=str(verdict))
    _notify([found.person], Kind.GLASS_REVIEWED, current, path=current.get_absolute_url())
    return found


def lately(person: User, now: datetime) -> int:
    """How many cases this person has opened in an emergency within the last 24 hours."""
    return CaseAccess.objects.glass().filter(person=person, granted_at__gt=now - LATELY).count()


def assigned(case: Case, *, by: User, before: User) -> None:
    """A restricted case changed hands: log who reads it now, and who does no more; tell when a supervisor took it."""
    subjects = [f"case:{case.pk}"]
    owners = [case.partner_id]
    log.add(Verb.GRANTED, by=by, subjects=subjects, owners=owners, what=f"access:{case.assigned_to_id}")
    log.add(Verb.REVOKED, by=by, subjects=subjects, owners=owners, what=f"access:{before.pk}")
    if case.assigned_to_id == by.pk:
        tell_of_taking(case, by=by, before=before)


def tell_of_taking(case: Case, *, by: User, before: User | None = None) -> None:
    """A supervisor gave a restricted case to themself: say so to who had it `before`, or has it, and the others."""
    told = audience.people(case.partner, Right.OVERSEE_CASES)
    told += [before] if before is not None else audience.caseworkers(case)
    _notify(told, Kind.ACCESS_TAKEN, case, path=case.access_url, but=by)


def _refuse_what_was_objected_to(case: Case, by: User) -> None:
    objected = CaseAccess.objects.filter(case=case, person=by, verdict=Verdict.OBJECTED)
    last = objected.select_related("reviewed_by").order_by("-reviewed_at").first()
    if last is not None and last.reviewed_by is not None:
        raise AccessRefused(
            _(
                "%(who)s objected when you opened this case before. Please ask them, or the caseworker, to name you."
            )
            % {"who": last.reviewed_by.full_name}
        )


def _end(access: CaseAccess, *, by: User) -> None:
    access.ended_at, access.ended_by = timezone.now(), by
    access.save(update_fields=["ended_at", "ended_by"])


def _hold(case: Case) -> Case:
    whole = Case.objects.select_for_update(of=("self",), no_key=True)
    return whole.select_related("partner", "assigned_to").get(pk=case.pk)


def _write(
    case: Case, kind: EventKind, verb: Verb, *, by: User, at: Any, about: User | None = None, **data: Any
) -> None:
    """The event of the case and the entry of the access log. Codes and names of staff, nothing of what was said."""
    case.changed_at, case.nobody_told_at = at, None
    case.save(update_fields=["changed_at", "nobody_told_at"])
    if about is not None:
        data["to"] = about.full_name
    record(case, kind, by=by, at=at, **data)
    what = f"access:{about.pk}" if about is not None else "access"
    log.add(
        verb,
        by=by,
        subjects=[f"case:{case.pk}"],
        owners=[case.partner_id],
        what=what,
        reason=data.get("reason", ""),
    )


def _notify(
    people: list[User], kind: Kind, case: Case, *, path: str, but: User | None = None, urgent: bool = False
) -> None:
    told = {person.pk: person for person in people if person != but}
    notify(told.values(), kind=kind, reference=case.reference, path=path, urgent=urgent)
