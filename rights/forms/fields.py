"""Fields that these forms have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.keyed import KeyedForm
from cases.forms.fields import LongText

EARLIEST_YEAR = 2000
MINUTES = "%Y-%m-%dT%H:%M"


class Moment(forms.DateTimeField):
    """A day and an hour in the reader's zone, not after now."""

    widget = forms.DateTimeInput(format=MINUTES, attrs={"type": "datetime-local"})

    def __init__(self, **kwargs: Any) -> None:
        formats = [MINUTES, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M"]
        super().__init__(input_formats=formats, **kwargs)

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value is None:
            return
        if not EARLIEST_YEAR <= value.year <= 2100:
            raise ValidationError(_("Please check the year."))
        if value > timezone.now():
            raise ValidationError(_("This moment is still to come. Please enter one that has been."))


class VersionField(forms.IntegerField):
    """Which version of the row the form showed; one that is missing or spoiled is none that ever was."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> int:
        try:
            found = super().clean(value)
        except ValidationError:
            return 0
        return found if isinstance(found, int) and 0 <= found < 2**31 else 0


class StepForm(KeyedForm):
    """A step on a row that several people may have open."""

    version = VersionField(required=False)


def long_text(
    label: Any, help_text: Any = "", *, required: bool = True, length: int = 2000, rows: int = 3
) -> LongText:
    return LongText(
        label=label,
        help_text=help_text,
        required=required,
        max_length=length,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def radios(label: Any, choices: Any, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **kwargs)
