"""Mandates in words: what one says, when it holds, and which others stand beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .models import Mandate
from .reference_kinds import summary

WHERE_AND_WHAT = ("topic_id", "stage", "country", "district_id", "province_id", "regency_id")
PLACE = ("country", "district_id", "province_id", "regency_id")
RELATED = ("partner", "topic", "district", "province", "regency")


def period(row: Mandate) -> str:
    """On which days it holds."""
    begins = date_format(row.valid_from) if row.valid_from else ""
    ends = date_format(row.valid_until) if row.valid_until else ""
    if begins and ends:
        return _("%(begins)s to %(ends)s") % {"begins": begins, "ends": ends}
    if begins:
        return _("from %(begins)s") % {"begins": begins}
    return _("until %(ends)s") % {"ends": ends} if ends else _("since before the portal")


def warnings(new: Mandate, *, but: Mandate | None = None) -> list[str]:
    """What an admin should know before saving: what it lies in or takes in, and who is as responsible, by their names.

    `but` is the mandate whose place it takes.
    """
    ending = [pk for pk in (but and but.pk, new.replaces_id) if pk]
    beside = _beside(new).exclude(pk__in=ending)
    return list(_told(new, list(beside.select_related(*RELATED))))


def _told(new: Mandate, beside: list[Mandate]) -> Iterator[str]:
    for other in beside:
        words = {"partner": other.partner.name, "mandate": summary(other)}
        if other.partner_id == new.partner_id:
            if _within(new, other):
                yield _("It lies within what the partner is responsible for already: %(mandate)s.") % words
            elif _within(other, new):
                yield _("It takes in what the partner is responsible for already: %(mandate)s.") % words
        elif all(getattr(new, name) == getattr(other, name) for name in PLACE) and _meet(new, other):
            yield (
                _("%(partner)s is responsible for the same: %(mandate)s. Caseworkers will have to choose.")
                % words
            )
    if not new.partner.is_active:
        yield _("The partner is suspended: the mandate counts only once it takes part again.")


def _beside(new: Mandate) -> Any:
    """Mandates of the same agency that hold on a day on which this one does."""
    rows = Mandate.objects.current().filter(agency_code=new.agency_code)
    rows = rows.filter(Q(partner=new.partner) | Q(partner__is_active=True, partner__retired_at=None))
    if new.valid_until:
        rows = rows.exclude(valid_from__gt=new.valid_until)
    if new.valid_from:
        rows = rows.exclude(valid_until__lt=new.valid_from)
    return rows.exclude(pk=new.pk) if new.pk else rows


def _within(inner: Mandate, outer: Mandate) -> bool:
    """Whether the outer one says all that the inner one does, and perhaps more."""
    return all(getattr(outer, name) in ("", None, getattr(inner, name)) for name in WHERE_AND_WHAT)


def _meet(one: Mandate, other: Mandate) -> bool:
    """Whether there is a topic and a stage that both are about."""
    pairs = [(getattr(one, name), getattr(other, name)) for name in ("topic_id", "stage")]
    return all(not a or not b or a == b for a, b in pairs)
