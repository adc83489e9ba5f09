"""A form beside what somebody else kept meanwhile: where both differ, the reader sees the two texts side by side.

Drawn by templates/_components/clashes.html. What was typed stays in the form, which counts once it is sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Clash:
    """One field: what is there now, and what this person typed."""

    label: str
    now: str
    typed: str


def clashes(form: forms.BaseForm, kept: Mapping[str, Any]) -> list[Clash]:
    """The fields of a valid form that say something else than what is kept now."""
    found = []
    for name, value in kept.items():
        field = form.fields.get(name)
        if field is None or form[name].is_hidden:
            continue
        now, typed = spoken(field, value), spoken(field, form.cleaned_data[name])
        if now != typed:
            found.append(Clash(str(field.label), now, typed))
    return found


def renew(form: forms.BaseForm, **marks: Any) -> None:
    """Let a form count once it is sent again: it now says that it was shown beside what is kept now."""
    data = cast(QueryDict, form.data).copy()
    for name, mark in marks.items():
        data[form.add_prefix(name)] = str(mark)
    form.data = data


def spoken(field: forms.Field, value: Any) -> str:
    """A value as its reader knows it: names for codes, a written date."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        names = dict(flat(cast(Any, field).choices))
        codes = [str(code) for code in value] if isinstance(value, list | tuple) else [str(value)]
        in_order = [code for code in names if code in codes] + [code for code in codes if code not in names]
        return ", ".join(str(names.get(code, code)) for code in in_order)
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value)
    if isinstance(value, time):
        return formats.time_format(value)
    return str(value).replace("\r\n", "\n").strip()


def flat(choices: Iterable[tuple[Any, Any]]) -> list[tuple[str, Any]]:
    """Choices without their groups."""
    found: list[tuple[str, Any]] = []
    for value, label in choices:
        found.extend(flat(label) if isinstance(label, list | tuple) else [(str(value), label)])
    return found
