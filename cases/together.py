"""What is done to many cases at once, in a fixed number of statements: each case gets the event and the entry of the access log
that it gets where it is done to it alone (`actions`).

Called by whoever holds the cases and has asked the rules about each of them. They are of one partner, and none of these acts
restricts a case or lifts that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from accounts.models import User
from agencies.models import Topic
from privacy.choices import Verb
from privacy.fields import take_numbers

from . import access_log
from .choices import EventKind
from .models import Case, CaseEvent

HEAVY = ("chronology", "demands", "reporter_index", "parties_index")


def hold(by: User, numbers: Iterable[int]) -> dict[int, Any]:
    """These of the cases that this person knows of, locked in one order until the transaction ends, by their number."""
    known = Case.objects.known_to(by).filter(pk__in=numbers).with_mask(by).order_by("pk").defer(*HEAVY)
    held = known.select_related("partner", "data_key").select_for_update(of=("self",), no_key=True)
    return {case.pk: opened(by, case) for case in held}


def opened(by: User, case: Any) -> Any:
    """A case that was read `with_mask`, which need not ask again whether it is open to this person."""
    case._open_to = {by.pk: not case.masked}
    return case


def assign(*, by: User, to: Mapping[int, User], cases: Sequence[Case], at: datetime, act: str) -> None:
    """Give each case to the colleague that `to` names for its number."""
    for person in {person.pk: person for person in to.values()}.values():
        theirs = [case.pk for case in cases if to[case.pk].pk == person.pk]
        Case.objects.filter(pk__in=theirs).update(assigned_to=person, changed_at=at, nobody_told_at=None)
    _record(
        EventKind.ASSIGNED,
        by,
        cases,
        at,
        {case.pk: {"to": to[case.pk].full_name, "act": act} for case in cases},
    )


def add_topic(*, by: User, topic: Topic, cases: Sequence[Case], at: datetime, act: str) -> None:
    """Add a topic, which restricts no case, to each of them."""
    through = Case.topics.through
    through.objects.bulk_create(
        [through(case_id=case.pk, topic_id=topic.pk) for case in cases], ignore_conflicts=True
    )
    _changed(by, cases, at, act)


def remove_topic(*, by: User, topic: Topic, cases: Sequence[Case], at: datetime, act: str) -> None:
    """Take the topic off each of them again."""
    Case.topics.through.objects.filter(topic=topic, case__in=cases).delete()
    _changed(by, cases, at, act)


def note(*, by: User, text: str, cases: Sequence[Case], at: datetime, act: str) -> None:
    """Add a dated line to each, which only the cases' own partner reads."""
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(changed_at=at)
    _record(EventKind.NOTED, by, cases, at, {case.pk: {"act": act} for case in cases}, text=text)


def last_done(kind: EventKind, cases: Iterable[Case]) -> dict[int, str]:
    """By the number of a case, of which act on many cases its last event of this kind was; empty for an act on it alone."""
    events = CaseEvent.objects.filter(case__in=cases, kind=kind, referral=None)
    last = events.order_by("case", "-at", "-pk").distinct("case").values_list("case", "data")
    return {number: data.get("act", "") for number, data in last}


def _changed(by: User, cases: Sequence[Case], at: datetime, act: str) -> None:
    found = Case.objects.filter(pk__in=[case.pk for case in cases])
    found.update(version=F("version") + 1, changed_at=at)
    told = {case.pk: {"fields": ["topics"], "act": act} for case in cases}
    _record(EventKind.EDITED, by, cases, at, told)


def _record(
    kind: EventKind,
    by: User,
    cases: Sequence[Case],
    at: datetime,
    data: Mapping[int, dict[str, Any]],
    text: str = "",
) -> None:
    """An event of each case, and its entry in the access log."""
    events = [
        CaseEvent(
            pk=number,
            case=case,
            kind=kind,
            at=at,
            actor=by,
            partner_id=by.partner_id,
            text=text,
            data=data[case.pk],
        )
        for number, case in zip(take_numbers(CaseEvent, len(cases)), cases, strict=True)
    ]
    CaseEvent.objects.bulk_create(events)
    owner = cases[0].partner_id
    access_log.about_each(Verb.WROTE, by, [case.pk for case in cases], owner, f"event:{kind}")
