"""What is well-formed on the pages of mandates."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from . import countries
from .forms import FilterForm
from .matching.coverage import Held
from .models import Province, Topic

SHOWN = {
    Held.GAP: _("Gaps"),
    Held.SEVERAL: _("Overlaps"),
    Held.CENTRE: _("Only the ministry"),
    Held.CLEAR: _("One responsible"),
}


def place_choices() -> list[tuple[object, object]]:
    """Home provinces and countries abroad; a province is digits, a country letters."""
    provinces = [(row.code, row.name) for row in Province.objects.current().only("code", "name")]
    return [
        ("", _("All places")),
        (_("Home province"), provinces),
        (_("Country abroad"), list(countries.choices())),
    ]


class CoverageFilter(FilterForm):
    """What of the matrix is shown: a topic, a place, and how it is held."""

    topic = forms.ModelChoiceField(
        label=_("Topic"), required=False, queryset=Topic.objects.current(), empty_label=_("All topics")
    )
    place = forms.ChoiceField(label=_("Place"), required=False, choices=place_choices)
    show = forms.ChoiceField(
        required=False,
        choices=[(held.value, label) for held, label in SHOWN.items()],
        widget=forms.HiddenInput,
    )
