"""What points to a row of reference data, told before it is taken out of use."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import District, Mandate, Partner, Province, ReferenceRow, Regency, Topic

SHOWN = 5  # partners that are named


@dataclass(frozen=True)
class Use:
    """So many rows of one table that point to a row and are in use themselves; `names` are some of their partners."""

    code: str
    label: Promise
    count: int
    names: tuple[str, ...] = ()


def uses(row: ReferenceRow) -> list[Use]:
    """Everything in use that points to the row, in the tables of partners and places. Cases are not looked at."""
    found = []
    match row:
        case Topic() | District() | Regency():
            found = [_mandates(row)]
        case Province():
            found = [_mandates(row), _partners(row), _regencies(row)]
    return [use for use in found if use.count]


def _mandates(row: ReferenceRow) -> Use:
    rows = Mandate.objects.current().filter(**{str(row._meta.model_name): row})
    partners = Partner.objects.filter(pk__in=rows.values("partner")).order_by("name_id", "pk")
    return Use("mandate", _("Mandates"), rows.count(), tuple(partner.name for partner in partners[:SHOWN]))


def _partners(row: Province) -> Use:
    rows = Partner.objects.current().filter(province=row)
    return Use("partner", _("Partners"), rows.count(), tuple(partner.name for partner in rows[:SHOWN]))


def _regencies(row: Province) -> Use:
    return Use("regency", _("Regencies and cities"), Regency.objects.current().filter(province=row).count())
