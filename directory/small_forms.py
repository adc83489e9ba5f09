"""The smaller forms of a service: its hours of a week, a contact, its free places."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.characters import validate_plain_email
from accounts.text import Line

from .actions import CONTACT
from .models import Contact, Service
from .models.contacts import validate_phone


class HoursForm(forms.Form):
    """The hours of its own in a week: two fields for each day."""

    def __init__(self, *args: Any, service: Service | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = {row.weekday: row for row in service.hours.all()} if service else {}
        for day, name in WEEKDAYS.items():
            row = kept.get(day)
            for side, label in (("opens", _("%(day)s from")), ("closes", _("%(day)s until"))):
                self.fields[f"{side}_{day}"] = forms.TimeField(
                    label=label % {"day": name},
                    required=False,
                    initial=getattr(row, f"{side}_at", None),
                    widget=forms.TimeInput(attrs={"type": "time", "class": "form-control"}, format="%H:%M"),
                )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for day in WEEKDAYS:
            opens, closes = data.get(f"opens_{day}"), data.get(f"closes_{day}")
            if (opens is None) != (closes is None):
                missing = f"closes_{day}" if closes is None else f"opens_{day}"
                if not {f"opens_{day}", f"closes_{day}"} & set(self.errors):
                    self.add_error(missing, _("Enter from when until when, or leave both empty."))
        return data

    @property
    def days(self) -> list[dict[str, Any]]:
        """The fields by day, for the template."""
        return [
            {"name": name, "fields": [self[f"opens_{day}"], self[f"closes_{day}"]]}
            for day, name in WEEKDAYS.items()
        ]

    @property
    def hours(self) -> list[tuple[int, Any, Any]]:
        pairs = (
            (day, self.cleaned_data[f"opens_{day}"], self.cleaned_data[f"closes_{day}"]) for day in WEEKDAYS
        )
        return [(day, opens, closes) for day, opens, closes in pairs if opens is not None]


class ContactForm(forms.Form):
    """One contact; an empty one is none."""

    name = Line(label=gettext_lazy("Name or desk"), required=False, max_length=100)
    phone = Line(label=gettext_lazy("Telephone"), required=False, max_length=32, validators=[validate_phone])
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), required=False, max_length=254, validators=[validate_plain_email]
    )
    is_public = forms.BooleanField(label=gettext_lazy("May be published"), required=False)

    def __init__(self, *args: Any, kept: Contact | None, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(kept, name) for name in CONTACT} if kept else {}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("name") and not data.get("phone") and not data.get("email") and not self.errors:
            self.add_error("phone", _("Enter a telephone number or an e-mail address."))
        return data

    @property
    def is_empty(self) -> bool:
        return not any(self.cleaned_data[name] for name in ("name", "phone", "email"))


class PlacesForm(forms.Form):
    """How many places are free now."""

    places_free = forms.IntegerField(label=gettext_lazy("Places free now"), min_value=0)

    def __init__(self, data: Any = None, *, service: Service) -> None:
        super().__init__(data, initial={"places_free": service.places_free})
        self.fields["places_free"].max_value = service.capacity  # type: ignore[attr-defined]  # the stubs know every form field as a Field
        self.fields["places_free"].widget.attrs |= {"min": 0, "max": service.capacity, "inputmode": "numeric"}
