"""Cases of one partner whose worker may be the person that somebody is typing at intake (ADR 0036).

The database answers with candidates by blind tokens, birth date and home regency; of those alone names and numbers are opened
here and compared (`likeness`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from accounts.models import User
from privacy import blind

from .likeness import Facts, Likeness, likeness
from .models import Case, Worker
from .name_likeness import may_slip, telling_first

WORDS = 4  # of a name that candidates are looked for by, the most telling ones
MOST = 5  # hints that are shown
READ = (
    *("data_key", "name", "nik", "passport_number", "contact"),
    *("sex", "birth_date", "home_province", "home_regency"),
)

CANDIDATES = """
SELECT cases_worker_alike(
    %s, %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::date, %s::date, %s::date, %s
)
"""


@dataclass(frozen=True)
class Hint:
    """A case that may be of the same person, and why."""

    case: Case
    likeness: Likeness

    @property
    def why(self) -> list[str]:
        """What is the same, in words."""
        return [str(same.label) for same in self.likeness.same]


def hints(user: User, typed: Facts, *, most: int = MOST) -> list[Hint]:
    """The likest first, each worker's cases apart; of the user's own partner, and open to them.

    A case that is closed to them is as none (ADR 0018): a name that is typed must not tell whether this person has spoken
    of violence. Reads names; whoever shows them writes that down.
    """
    assert user.partner_id is not None
    workers = alike(user.partner_id, typed)
    if not workers:
        return []
    cases = (
        Case.objects.visible_to(user)
        .filter(worker__in=workers)
        .select_related("worker__data_key", "assigned_to")
    )
    found = [Hint(case, workers[case.worker_id]) for case in cases.prefetch_related("topics").order_by("-pk")]
    return sorted(found, key=lambda hint: hint.likeness.rank, reverse=True)[:most]


def alike(partner_id: int, typed: Facts) -> dict[int, Likeness]:
    """The workers of this partner who are worth a look, by number; opens names of candidates, at most 40."""
    rows = Worker.objects.filter(pk__in=candidates(partner_id, typed), data_key__destroyed_at=None)
    compared = (
        (row.pk, likeness(facts_of(row), typed)) for row in rows.select_related("data_key").only(*READ)
    )
    return {number: found for number, found in compared if found.is_shown}


def candidates(partner_id: int, typed: Facts) -> list[int]:
    """Numbers of at most 40 workers of this partner who share something with what is typed, the likest first.

    One statement; nothing is asked while there is neither a number nor a name beside which something is known.
    """
    if not is_looked_for(typed):
        return []
    numbers, born, home = _numbers(typed), typed.born, typed.home
    words = telling_first(typed.words)[:WORDS] if born or home else []
    slipping = may_slip(typed.words)
    heard, begins = [blind.of_heard(word) for word in words], blind.of_beginnings(slipping)
    walked = heard[
        : max(2, len(slipping))
    ]  # of words that very many share two are enough; the others only rank
    named = sorted({*begins, *(token for tokens in walked for token in tokens)})
    asked = [named, *heard, *[[]] * (WORDS - len(heard)), begins]
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, [partner_id, numbers, *asked, born, *_year_of(born), home or None])
        return [number for (number,) in cursor.fetchall()]


def is_looked_for(typed: Facts) -> bool:
    """Whether enough is known to look for anybody: a number, or a name beside a birth date or a home regency."""
    return bool(_numbers(typed) or (typed.words and (typed.born or typed.home)))


def _numbers(typed: Facts) -> list[int]:
    return blind.of_values((("nik", typed.nik), ("passport", typed.passport), ("phones", typed.phones)))


def facts_of(worker: Worker) -> Facts:
    """What a worker's row says of them; opens it."""
    return Facts(
        name=worker.name,
        nik=worker.nik,
        passport=worker.passport_number,
        phones=worker.contact,
        sex=worker.sex,
        birth_date=worker.birth_date,
        province=worker.home_province_id,
        regency=worker.home_regency_id or "",
    )


def _year_of(born: date | None) -> Iterable[date | None]:
    return (date(born.year, 1, 1), date(born.year, 12, 31)) if born else (None, None)
