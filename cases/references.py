"""The numbers of cases: SP-2026-000042 of a partner and year."""

from __future__ import annotations

from django.utils import timezone

from agencies.models import Partner

from .models import CaseCounter


def take(partner: Partner, count: int = 1) -> list[str]:
    """The next references of this partner; those of cases that are rolled back are given out again."""
    year = timezone.localdate().year
    counter, _created = CaseCounter.objects.select_for_update().get_or_create(
        partner=partner, year=year, defaults={"last": 0}
    )
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return [f"{partner.reference_prefix}-{year}-{number:06d}" for number in range(first, first + count)]
