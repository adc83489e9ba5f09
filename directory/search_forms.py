"""What is well-formed on the page that finds services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.text import Line
from agencies.choices import ServiceKind
from agencies.deadline_forms import TIME
from agencies.forms import FilterForm, SearchField

from . import languages
from .choices import Audience, When
from .forms import DATE
from .places import Atlas, Place, no_such

A_YEAR = timedelta(days=365)


class TypedForm(FilterForm):
    """Everything in one box."""

    q = SearchField(
        label=gettext_lazy("What do you look for?"),
        help_text=gettext_lazy(
            "As you would say it: “penampungan di Johor malam ini”, “legal aid in Surabaya”."
        ),
    )


class SearchForm(FilterForm):
    """The same, field by field."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of service"),
        required=False,
        choices=[("", gettext_lazy("Every kind")), *ServiceKind.choices],
    )
    place = Line(label=gettext_lazy("Where"), required=False, max_length=100)
    when = forms.ChoiceField(
        label=gettext_lazy("When"), required=False, choices=[("", gettext_lazy("At any time")), *When.choices]
    )
    day = forms.DateField(label=gettext_lazy("Day"), required=False, widget=DATE)
    hour = forms.TimeField(label=gettext_lazy("Hour there"), required=False, widget=TIME)
    audience = forms.ChoiceField(
        label=gettext_lazy("For whom"),
        required=False,
        choices=[("", gettext_lazy("Anybody")), *Audience.choices],
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=lambda: [("", gettext_lazy("Any language")), *languages.choices()],
    )
    words = Line(label=gettext_lazy("Words"), required=False, max_length=100)

    def __init__(self, *args: Any, atlas: Atlas, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.atlas = atlas
        self.fields["place"].widget.attrs["list"] = "known-places"

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day is not None and abs(day - timezone.localdate()) > A_YEAR:
            raise ValidationError(_("Choose a day within a year."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("day") or data.get("hour")) and data.get("when") in ("", None):
            data["when"] = When.AT
        return data

    @property
    def where(self) -> tuple[Place | None, str]:
        """The place that is named; or, where nobody knows it, the words to look for in the cities."""
        text = self.chosen.get("place", "")
        if not text:
            return None, ""
        place = self.atlas.resolve(text)
        return place, "" if place else text

    def hint(self) -> str:
        """What to say about a place that nobody knows."""
        _place, city = self.where
        return no_such(city) if city else ""
