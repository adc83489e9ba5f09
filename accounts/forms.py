"""One's own preferences."""

import unicodedata
from datetime import time
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from . import actions
from .characters import validate_plain_name
from .choices import EmailChoice
from .models import User, time_zones

NEAR_ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
TIMES = ("digest_at", "quiet_from", "quiet_until")


def time_zone_choices() -> list[tuple[str, str]]:
    """Every IANA zone; the three of Indonesia first (WIB, WITA, WIT)."""
    near = list(zip(NEAR_ZONES, ["WIB (Jakarta)", "WITA (Makassar)", "WIT (Jayapura)"], strict=True))
    others = sorted(zone for zone in time_zones() if "/" in zone and not zone.startswith("Etc/"))
    return near + [(zone, zone.replace("_", " ")) for zone in others if zone not in NEAR_ZONES]


class PersonNameField(forms.CharField):
    """A name on one line, without doubled spaces: it stands in e-mails. What looks like another name is refused."""

    default_validators = [validate_plain_name]  # as Django declares it

    def to_python(self, value: Any) -> str:
        name = " ".join(str(super().to_python(value) or "").split())
        return unicodedata.normalize("NFC", name)


class TimeOfDayField(forms.TimeField):
    """A time of day as browsers send it, or as it is written here: 07:00 or 07.00."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Please write the time with hours and minutes, such as 07:00.")
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=("%H:%M", "%H.%M", "%H:%M:%S"), required=False, **options)


class PreferencesForm(forms.ModelForm):
    """Everything that is one's own to choose. What a form of before does not name stays as it is."""

    full_name = PersonNameField(label=_("Name"), max_length=150)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
    email_choice = forms.ChoiceField(
        label=_("Notices by e-mail"),
        choices=EmailChoice.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text=_("The bell in the portal shows every notice at once."),
    )
    digest_at = TimeOfDayField(
        label=_("Hour of the digest"), help_text=_("In your own time zone. Only for digests.")
    )
    quiet_from = TimeOfDayField(label=_("Quiet hours from"))
    quiet_until = TimeOfDayField(
        label=_("Quiet hours until"), help_text=_("May be past midnight. Leave both empty for none.")
    )

    class Meta:
        model = User
        fields = (
            *("full_name", "language", "time_zone"),
            *("email_choice", "digest_at", "quiet_from", "quiet_until"),
        )

    def clean(self) -> dict[str, Any]:
        if self.errors.keys() & set(TIMES):  # what cannot be read is compared with nothing
            for name in TIMES:
                self.cleaned_data.pop(name, None)
        return super().clean() or self.cleaned_data

    def clean_email_choice(self) -> str:
        return self.cleaned_data["email_choice"] or self.instance.email_choice

    def clean_digest_at(self) -> time:
        return self.cleaned_data["digest_at"] or self.instance.digest_at

    def clean_quiet_from(self) -> time | None:
        return self._as_it_is("quiet_from")

    def clean_quiet_until(self) -> time | None:
        return self._as_it_is("quiet_until")

    def _as_it_is(self, name: str) -> time | None:
        """What was typed; a field that is not in the form at all says nothing about it."""
        return self.cleaned_data[name] if name in self.data else getattr(self.instance, name)


class ResetForm(forms.Form):
    """For which account a new password is wanted. Whether there is one is looked up by the worker, not here."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def save(self, request: HttpRequest) -> str:
        """Take the wish down; the name and the argument are what django-allauth's view calls."""
        email: str = self.cleaned_data["email"]
        actions.ask_for_reset(email=email)
        return email
