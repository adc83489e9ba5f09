"""The kinds of reference data that can be confirmed, each row in words: what it is and what it says."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import countries
from .choices import SourceStatus, Stage
from .models import (
    Deadline,
    District,
    Mandate,
    Office,
    Outcome,
    Partner,
    Province,
    ReferenceQuerySet,
    ReferenceRow,
    Regency,
    Topic,
)


@dataclass(frozen=True)
class Kind:
    """One table of reference data. `code` is its name in addresses and in the log."""

    code: str
    name: Promise
    model: type[ReferenceRow]
    related: tuple[str, ...] = ()
    searched: tuple[str, ...] = ("code", "name_id", "name_en")

    def rows(self, show: str = "") -> ReferenceQuerySet[Any]:
        """Rows in use, in their own order; with "retired" those out of use, with "all" both."""
        rows: ReferenceQuerySet[Any] = self.model._default_manager.all()  # type: ignore[assignment]  # the stubs lose the queryset's class
        if show == "retired":
            rows = rows.exclude(retired_at=None)
        elif show != "all":
            rows = rows.current()
        return rows.select_related(*self.related)

    def unconfirmed(self) -> ReferenceQuerySet[Any]:
        """Rows in use that no source and no person has confirmed, in their own order."""
        return self.rows().unconfirmed()

    def progress(self) -> tuple[int, int]:
        """Of the rows in use that no source carries fully: how many a person has confirmed, and how many there are."""
        doubtful = Q(source_status__in=sorted(SourceStatus.to_confirm()))
        counts = (
            self.rows()
            .order_by()
            .aggregate(
                done=Count("pk", filter=doubtful & Q(confirmed_at__isnull=False)),
                of=Count("pk", filter=doubtful),
            )
        )
        return counts["done"], counts["of"]

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        for word in text.split():
            match = Q()
            for field in self.searched:
                match |= Q(**{f"{field}__icontains": word})
            rows = rows.filter(match)
        return rows

    def find(self, pk: str) -> ReferenceRow | None:
        """The row with this key as written in an address; None when there is none or it could be none."""
        return next(iter(self.find_all([pk])), None)

    def find_all(self, pks: Iterable[str]) -> list[Any]:
        """The rows with these keys, in their own order; keys that could be none are passed over."""
        keys = []
        for pk in pks:
            with suppress(ValidationError):
                keys.append(self.model._meta.pk.clean(pk.replace("\0", ""), None))
        return list(self.rows("all").filter(pk__in=keys))


_MANDATE = ("partner", "topic", "district", "province", "regency")

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "partner",
            gettext_lazy("Partners"),
            Partner,
            ("province",),
            ("code", "name_id", "name_en", "city"),
        ),
        Kind(
            "mandate",
            gettext_lazy("Mandates"),
            Mandate,
            _MANDATE,
            ("code", "partner__name_id", "partner__name_en", "partner__code", "agency_code"),
        ),
        Kind("district", gettext_lazy("Consular districts"), District),
        Kind("topic", gettext_lazy("Topics"), Topic),
        Kind("outcome", gettext_lazy("Outcomes"), Outcome),
        Kind("deadline", gettext_lazy("Deadlines"), Deadline, (), ("code", "topic", "duty")),
        Kind("province", gettext_lazy("Provinces"), Province, (), ("code", "name")),
        Kind(
            "regency",
            gettext_lazy("Regencies and cities"),
            Regency,
            ("province",),
            ("code", "name", "province__name"),
        ),
        Kind(
            "office",
            gettext_lazy("Offices"),
            Office,
            ("partner", "province", "district"),
            ("code", "name", "city", "partner__name_id", "partner__name_en"),
        ),
    )
}
_CODE_OF = {kind.model: kind.code for kind in KINDS.values()}


def kind_of(row: ReferenceRow) -> Kind:
    return KINDS[_CODE_OF[type(row)]]


def code_of(row: ReferenceRow) -> str:
    """What the log calls the row."""
    return str(getattr(row, "code", None) or row.pk)


def title(row: ReferenceRow) -> str:
    """The row in a few words."""
    if isinstance(row, Mandate):
        return str(row.partner)
    if isinstance(row, Deadline):
        return row.duty
    return str(row)


def summary(row: ReferenceRow) -> str:
    """What the row claims, in one line."""
    return " · ".join(part for part in _claims(row) if part)


def related_unconfirmed(row: ReferenceRow) -> Iterable[ReferenceRow]:
    """Other unconfirmed rows of the same partner, which one source often confirms together."""
    if isinstance(row, Partner):
        return [
            *KINDS["mandate"].unconfirmed().filter(partner=row),
            *KINDS["office"].unconfirmed().filter(partner=row),
        ]
    if isinstance(row, Mandate):
        others = KINDS["mandate"].unconfirmed().filter(partner=row.partner_id).exclude(pk=row.pk)
        return [*KINDS["partner"].unconfirmed().filter(pk=row.partner_id), *others]
    return []


def _claims(row: ReferenceRow) -> list[str]:
    match row:
        case Mandate():
            return _mandate(row)
        case Partner():
            return [
                row.get_mission_type_display() or row.get_kind_display(),
                row.city,
                countries.name(row.country),
            ]
        case District():
            return [countries.name(row.country), ", ".join(row.aliases)]
        case Topic():
            return [
                row.get_stage_display(),
                row.get_default_urgency_display(),
                ", ".join(row.typical_agencies),
            ]
        case Outcome():
            return [row.get_outcome_class_display()]
        case Deadline():
            return [f"{row.value} {row.get_unit_display()}", row.get_basis_display()]
        case Regency():
            return [row.code, str(row.province)]
        case Office():
            area = str(row.district or row.province or "")
            return [str(row.partner), row.address, row.city, area, row.phone]
        case _:
            return [code_of(row)]


def _mandate(row: Mandate) -> list[str]:
    country = countries.name(row.country) if row.country else ""
    abroad = f"{country}: {row.district}" if row.district else country
    place = row.regency or row.province or abroad
    return [
        row.get_agency_code_display(),
        str(row.topic) if row.topic else _("any topic"),
        str(Stage(row.stage).label) if row.stage else _("any stage"),
        str(place) if place else _("everywhere"),
    ]
