"""What the register proposes and generates: whose data somebody read, and the letters that tell of a breach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import models
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.models import Partner
from cases.choices import DataGroup
from cases.models import Case
from privacy import acting
from privacy.models import LogEntry
from referrals.letters.content import LANGUAGE

from .choices import Addressee
from .models import Breach, BreachNotice

MOST = 500  # cases proposed at once


@dataclass(frozen=True)
class Candidate:
    """A case whose data somebody had to do with: its reference, whose it is, how often and when last."""

    reference: str
    partner: Partner
    times: int
    last: datetime


def candidates(*, since: datetime, until: datetime, person: int | None, user: User) -> list[Candidate]:
    """The cases that the account `person` (or anybody) read, wrote or took along in that time, from the access log; the
    most read first, at most `MOST`.

    `user` sees those of their own partner, or of all partners where they work for the portal. References and nothing more.
    """
    entries = LogEntry.objects.filter(at__gte=since, at__lte=until)
    if person is not None:
        entries = entries.filter(actor_id=person)
    if user.partner_id is not None:
        entries = entries.filter(owners__contains=[user.partner_id])
    counted = (
        entries.order_by()
        .annotate(subject=models.Func("subjects", function="unnest", output_field=models.CharField()))
        .values("subject")
        .annotate(times=models.Count("pk"), last=models.Max("at"))
        .order_by("-times", "subject")
    )
    found: list[Candidate] = []
    for rows in _in_batches(counted.iterator(chunk_size=MOST)):
        found += _of(rows, user)
        if len(found) >= MOST:
            break
    return sorted(found, key=lambda one: (-one.times, one.reference))[:MOST]


def _in_batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, MOST)):
        yield batch


def _of(rows: list[Any], user: User) -> list[Candidate]:
    """Those of the rows that are about cases which this person may know of; a list that somebody saw is about others, too."""
    by_number = {int(row["subject"][5:]): row for row in rows if row["subject"].startswith("case:")}
    with acting.as_portal():
        cases = Case.objects.filter(pk__in=by_number).select_related("partner").only("reference", "partner")
        if user.partner_id is not None:
            cases = cases.filter(partner_id=user.partner_id)
        return [
            Candidate(case.reference, case.partner, by_number[case.pk]["times"], by_number[case.pk]["last"])
            for case in cases
        ]


def named(references: Iterable[str], user: User) -> list[tuple[str, Partner]]:
    """Of these references the ones that are there and that the user may put on the list, with their partners."""
    with acting.as_portal():
        cases = Case.objects.filter(reference__in=list(references)).select_related("partner")
        if user.partner_id is not None:
            cases = cases.filter(partner_id=user.partner_id)
        return [
            (case.reference, case.partner)
            for case in cases.only("reference", "partner").order_by("reference")
        ]


def letter(notice: BreachNotice) -> list[str]:
    """The text of one notice, paragraph by paragraph, with what UU 27/2022 art. 46(2) demands: which data, when and how,
    and what is done about it. To a worker it says besides whom to ask. In Bahasa Indonesia, whatever its writer reads."""
    with translation.override(LANGUAGE):
        return _paragraphs(notice)


def _paragraphs(notice: BreachNotice) -> list[str]:
    breach = notice.breach
    return [
        _heading(notice),
        _("A failure to protect personal data was found on %(found)s (our reference: %(reference)s).")
        % {"found": _moment(breach.found_at), "reference": breach.reference},
        _("Which data: %(groups)s. People concerned: %(people)d.")
        % {"groups": _groups(breach), "people": breach.people}
        if notice.addressee != Addressee.SUBJECT
        else _("Which of your data: %(groups)s.") % {"groups": _groups(breach)},
        _("When and how: %(when)s %(what)s") % {"when": _when(breach), "what": breach.what},
        _("What is done about it: %(measures)s") % {"measures": breach.measures},
        _closing(notice),
    ]


def _heading(notice: BreachNotice) -> str:
    match Addressee(notice.addressee):
        case Addressee.SUBJECT:
            return _(
                "To the worker in case %(case)s: we write to you because your data is concerned (UU 27/2022 art. 46)."
            ) % {"case": notice.reference}
        case Addressee.AUTHORITY:
            return _(
                "To the authority for the protection of personal data: notice under UU 27/2022 art. 46(1)."
            )
        case Addressee.PARTNER:
            return _(
                "To %(partner)s: please tell the workers of your cases that are named below, in a safe way."
            ) % {"partner": notice.partner}
        case _other:
            return _("To the public: notice under UU 27/2022 art. 46(3).")


def _closing(notice: BreachNotice) -> str:
    if notice.addressee == Addressee.SUBJECT:
        return _(
            "You may ask %(partner)s what is held about you, and have it corrected, paused or erased."
        ) % {"partner": notice.partner or ""}
    if notice.addressee == Addressee.PARTNER:
        theirs = notice.breach.notices.filter(addressee=Addressee.SUBJECT, partner=notice.partner_id)
        listed = ", ".join(theirs.values_list("reference", flat=True))
        return _("Cases: %(cases)s.") % {"cases": listed or "-"}
    return _("Risk as we judge it: %(risk)s.") % {"risk": notice.breach.get_risk_display()}


def _groups(breach: Breach) -> str:
    return "; ".join(str(DataGroup(code).label) for code in breach.groups)


def _when(breach: Breach) -> str:
    return f"{_moment(breach.happened_at)}." if breach.happened_at else _("It is not known yet when.")


def _moment(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at), "j F Y, H:i")
