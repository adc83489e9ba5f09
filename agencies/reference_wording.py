"""Rows of the coded lists and places in words: what stands in a field, what differs, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from . import countries
from .actions.reference_rows import changed_fields, edited_fields, value_of
from .choices import AgencyCode, ExtraField
from .models import Province, ReferenceRow
from .reference_kinds import kind_of


def label(model: type[ReferenceRow], name: str) -> str:
    """What a field is called."""
    return capfirst(str(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]  # a concrete column, never a relation back


def spoken(row: ReferenceRow, name: str, value: Any) -> str:
    """A value of a field in words, whether it stands in the row or not."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        known = {**dict(AgencyCode.choices), **dict(ExtraField.choices)}
        return ", ".join(str(known.get(entry, entry)) for entry in value)
    if name == "country":
        return countries.name(value)
    if name == "province":
        found = Province.objects.filter(pk=value).first()
        return str(found or value)
    choices = dict(row._meta.get_field(name).flatchoices)  # type: ignore[union-attr]  # a concrete column, never a relation back
    return str(choices.get(value, "" if value is None else value))


def clashes(kept: ReferenceRow, typed: Mapping[str, Any]) -> list[dict[str, str]]:
    """The fields in which what is kept now is not what somebody typed."""
    return [
        {
            "label": label(type(kept), name),
            "now": spoken(kept, name, value_of(kept, name)),
            "typed": spoken(kept, name, typed[name]),
        }
        for name in changed_fields(kept, typed)
    ]


def differences(row: ReferenceRow) -> list[dict[str, str]]:
    """What an admin edited: what stands there, and what the loader last wrote, by field."""
    found = []
    for name in edited_fields(row):
        key = row._meta.get_field(name).attname  # type: ignore[union-attr]  # a concrete column, never a relation back
        found.append(
            {
                "label": label(type(row), name),
                "now": spoken(row, name, value_of(row, name)),
                "loaded": spoken(row, name, row.loaded[key]),
            }
        )
    return found


def facts(row: ReferenceRow) -> list[dict[str, Any]]:
    """Where a row comes from and how sure it is, for its page."""
    sure = _("Confirmed") if row.confirmed_at else row.get_source_status_display()
    by = (row.confirmed_by, _day(row.confirmed_at)) if row.confirmed_at else ()
    return [
        {"label": capfirst(str(kind_of(row).model._meta.verbose_name)), "value": str(row)},
        {"label": _("Code"), "value": str(row.pk)},
        {"label": _("How sure"), "value": sure},
        {"label": _("Confirmed with"), "value": row.confirmed_source, "note": ", ".join(by)},
        {"label": _("Out of use since"), "value": _day(row.retired_at) if row.retired_at else ""},
    ]


def cell_help(model: type[ReferenceRow], name: str) -> str:
    """What a cell of an uploaded table holds."""
    field = model._meta.get_field(name)
    codes = {
        "typical_agencies": ", ".join(AgencyCode.values),
        "extra_fields": ", ".join(ExtraField.values),
        "country": _("two letters, such as MY"),
        "province": _("the code of the province, such as 35"),
        "code": _("known rows are recognised by it; another one is a new row"),
    }
    if name in codes:
        several = isinstance(field, ArrayField)
        return (
            _("%(codes)s; several are parted by semicolons") % {"codes": codes[name]}
            if several
            else codes[name]
        )
    if isinstance(field, ArrayField):
        return _("several are parted by semicolons")
    if isinstance(field, models.BooleanField):
        return _("yes or no")
    if isinstance(field, models.IntegerField):
        return _("a number")
    if isinstance(field, models.Field) and field.flatchoices:
        return ", ".join(str(code) for code, _label in field.flatchoices)
    return _("text")


def _day(at: Any) -> str:
    return date_format(timezone.localtime(at))
