"""The numbers of cases: SP-2026-000042 of a partner and year."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from agencies.models import Partner

from .models import CaseCounter

TAKE = f"""
INSERT INTO {CaseCounter._meta.db_table} AS counter (partner_id, year, last)
VALUES (%(partner)s, %(year)s, %(count)s)
ON CONFLICT (partner_id, year) DO UPDATE SET last = counter.last + excluded.last
RETURNING last
"""


def take(partner: Partner, count: int = 1) -> list[str]:
    """The next references of this partner; those of cases that are rolled back are given out again."""
    year = timezone.localdate().year
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"partner": partner.pk, "year": year, "count": count})
        [last] = cursor.fetchone() or (0,)
    return [f"{partner.reference_prefix}-{year}-{number:06d}" for number in range(last - count + 1, last + 1)]
