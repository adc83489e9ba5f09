"""One's own preferences."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import User, time_zones

NEAR_ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]


def time_zone_choices() -> list[tuple[str, str]]:
    """Every IANA zone; the three of Indonesia first (WIB, WITA, WIT)."""
    near = list(zip(NEAR_ZONES, ["WIB (Jakarta)", "WITA (Makassar)", "WIT (Jayapura)"], strict=True))
    others = sorted(zone for zone in time_zones() if "/" in zone and not zone.startswith("Etc/"))
    return near + [(zone, zone.replace("_", " ")) for zone in others if zone not in NEAR_ZONES]


class PersonNameField(forms.CharField):
    """A name on one line, without doubled spaces: it stands in e-mails."""

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value) or "").split())


class PreferencesForm(forms.ModelForm):
    full_name = PersonNameField(label=_("Name"), max_length=150)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)

    class Meta:
        model = User
        fields = ("full_name", "language", "time_zone")
