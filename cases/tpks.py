"""Sexual violence reported to a community service provider: advice to a supervisor, never an act by itself.

UU 12/2022 art. 41(3): such a provider passes a victim's report on to the police within three times 24 hours. Whether it
does is decided by a person, with the victim; the portal only keeps the time and asks. Receivers never learn of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.choices import PartnerKind
from agencies.models import Topic

from . import clocks, rules
from .choices import ClockCode, EventKind
from .closing import sent_before
from .events import done_already
from .models import Case, Clock

TOPIC = "KEKERASAN_SEKSUAL"


class DecisionRefused(Exception):
    """There is nothing left to decide, or the form said something else before; the message says so to the reader."""


def topics_changed(case: Case, *, by: User, before: Iterable[Topic], after: Iterable[Topic]) -> None:
    """Start the advice when sexual violence comes up in a case of a community provider, stop it when it was a mistake.

    Once a person has decided, it does not start again. Called by whoever holds the case.
    """
    was, is_now = (TOPIC in {topic.pk for topic in topics} for topics in (before, after))
    if is_now and not was and concerns(case) and not _decided(case):
        clocks.start(case=case, code=ClockCode.TPKS_REPORT, partner=case.partner, by=None)
    elif was and not is_now and (clock := running(case)):
        clocks.stop(clock=clock, by=None, note=_("The topic was taken off the case."))


def concerns(case: Case) -> bool:
    """Whether the case's partner is a provider of the community, to which the rule applies."""
    return case.partner.kind == PartnerKind.NGO


def running(case: Case) -> Clock | None:
    return case.clocks.running().filter(code=ClockCode.TPKS_REPORT).first()


@transaction.atomic
def reported(*, by: User, case: Case, day: date, office: str, number: str, key: UUID | None = None) -> Case:
    """Say that the police has the report: when, which office, and under which number in its register."""
    when = formats.date_format(day, "DATE_FORMAT")
    words = {"day": when, "office": office, "number": number}
    note = (
        _("Reported on %(day)s to %(office)s, register number %(number)s.")
        if number
        else _("Reported on %(day)s to %(office)s.")
    )
    return _decide(by=by, case=case, note=note % words, reported=True, key=key)


@transaction.atomic
def not_reported(*, by: User, case: Case, reason: str, key: UUID | None = None) -> Case:
    """Say that no report is made, and why: above all that the victim does not want one."""
    return _decide(by=by, case=case, note=reason, reported=False, key=key)


def _decide(*, by: User, case: Case, note: str, reported: bool, key: UUID | None) -> Case:
    """Stop the clock with what a supervisor decided.

    Raises PermissionDenied for anybody else, DecisionRefused when no clock runs (any more).
    """
    current = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if not rules.can_decide_on_police_report(by, current):
        raise PermissionDenied
    if earlier := done_already(key, by=by, kind=EventKind.CLOCK_STOPPED):
        if (earlier.case_id, earlier.text) != (current.pk, note):
            raise DecisionRefused(sent_before())
        return current
    clock = running(current)
    if clock is None:
        raise DecisionRefused(_("This was decided already, or the topic was taken off the case."))
    clocks.stop(clock=clock, by=by, note=note, key=key, reported=reported)
    return current


def _decided(case: Case) -> bool:
    """Whether a person has said what became of it."""
    return case.clocks.filter(code=ClockCode.TPKS_REPORT, stopped_by__isnull=False).exists()
