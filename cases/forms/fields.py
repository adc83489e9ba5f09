"""Fields that forms on cases are made of: words and limits come from the models, rows from the reference data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.text import Line, LongText
from agencies.choices import TopicStage
from agencies.models import Province, Regency, Topic
from privacy.fields import SealedCharField, SealedTextField

from .widgets import LongSelect, Offered

DATE_FORMATS = ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"]
EARLIEST = date(1900, 1, 1)
CHOOSE = ("", _("Choose…"))
NOT_FILLED_IN = ("", _("Not filled in"))


class Day(forms.DateField):
    """A day between 1900 and 2100; with `past`, not after today."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, *, past: bool = False, **kwargs: Any) -> None:
        super().__init__(input_formats=DATE_FORMATS, **kwargs)
        self.past = past

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value < EARLIEST or value.year > 2100:
            raise ValidationError(_("Please check the year."))
        if self.past and value > timezone.localdate():
            raise ValidationError(_("This day is still to come. Please enter one that has been."))


def said(model: type[models.Model], name: str, **kwargs: Any) -> forms.Field:
    """The form field that says the same as the model's: label, length, required or not."""
    column = model._meta.get_field(name)
    assert isinstance(column, models.Field)
    if isinstance(column, SealedTextField):
        kwargs = {"form_class": LongText, "widget": forms.Textarea(attrs={"rows": 6}), **kwargs}
    elif isinstance(column, models.CharField | SealedCharField) and not column.choices:
        kwargs.setdefault("form_class", Line)
    field = column.formfield(**kwargs)
    assert field is not None
    return field


def day(model: type[models.Model], name: str, *, past: bool = False, **kwargs: Any) -> Day:
    column = model._meta.get_field(name)
    assert isinstance(column, models.Field)
    return Day(label=capfirst(column.verbose_name), required=False, past=past, **kwargs)


def coded(
    model: type[models.Model], name: str, *, radio: bool = False, required: bool | None = None, **kwargs: Any
) -> forms.ChoiceField:
    """A choice from a coded list, as buttons or as a list to open."""
    column = model._meta.get_field(name)
    assert isinstance(column, models.Field)
    required = not column.blank if required is None else required
    empty = [] if radio and required else [CHOOSE if required else NOT_FILLED_IN]
    kwargs.setdefault("label", capfirst(column.verbose_name))
    return forms.ChoiceField(
        choices=[*empty, *(column.choices or [])],
        widget=forms.RadioSelect if radio else forms.Select,
        required=required,
        **kwargs,
    )


class ProvinceField(forms.ChoiceField):
    """A home province; cleans to its row. The form calls `offer`."""

    def offer(self, rows: Iterable[Province]) -> None:
        self.rows = {row.code: row for row in rows}
        self.choices = [CHOOSE, *((row.code, row.name) for row in self.rows.values())]

    def clean(self, value: Any) -> Province | None:
        return self.rows.get(super().clean(value))


class RegencyField(forms.ChoiceField):
    """A home regency, listed under its province; cleans to its row. The form calls `offer`."""

    widget = LongSelect

    COLUMNS = ("code", "province_id", "name")

    def offer(self, rows: Iterable[tuple[str, str, str]], provinces: Iterable[Province]) -> None:
        """`rows` are the COLUMNS of five hundred regencies, of which one at most is chosen."""
        self.rows = {row[0]: row for row in rows}
        groups: dict[str, list[tuple[str, str]]] = {}
        for code, province, name in self.rows.values():
            groups.setdefault(province, []).append((code, name))
        names = {province.code: province.name for province in provinces}
        self.choices = Offered(
            [
                ("", _("Not known yet")),
                *((names.get(code, code), members) for code, members in groups.items()),
            ]
        )

    def clean(self, value: Any) -> Regency | None:
        row = self.rows.get(super().clean(value))
        return Regency.from_db(None, self.COLUMNS, row) if row else None


class TopicsField(forms.MultipleChoiceField):
    """Several topics, listed under the stage in which they come up; cleans to their rows. The form calls `offer`."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, rows: Iterable[Topic]) -> None:
        self.rows = {row.code: row for row in rows}
        self.choices = [(row.code, row.name) for row in self.rows.values()]

    def clean(self, value: Any) -> list[Topic]:
        return [self.rows[code] for code in dict.fromkeys(super().clean(value))]

    def by_stage(self, chosen: Iterable[str]) -> list[dict[str, Any]]:
        """The topics in groups, for the page: stage, its name, and the rows with whether they are chosen."""
        marked = set(chosen)
        return [
            {
                "stage": stage.value,
                "label": stage.label,
                "topics": [
                    {"topic": row, "checked": row.code in marked}
                    for row in self.rows.values()
                    if row.stage == stage
                ],
            }
            for stage in TopicStage
        ]
