"""What is well-formed on the pages of offices, the duty roster and deputies."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.text import Line, LongText

from .actions.offices import OFFICE_FIELDS
from .deadline_forms import Seen
from .models import Office, Partner, Province
from .models.offices import LONGEST_DUTY
from .models.places import District

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class OfficeForm(Seen):
    """An office of a partner; which part of its area it serves is asked where that is known."""

    name = Line(label=_("Name"), max_length=150)
    address = LongText(
        label=_("Address"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    city = Line(label=_("City"), max_length=100, required=False)
    province = forms.ModelChoiceField(
        label=_("Province"),
        queryset=Province.objects.order_by("name"),
        required=False,
        empty_label=_("Its whole area"),
    )
    district = forms.ModelChoiceField(
        label=_("Consular district"),
        queryset=District.objects.none(),
        required=False,
        empty_label=_("Its whole area"),
    )
    phone = Line(label=_("Telephone"), max_length=40, required=False)
    hours = Line(
        label=_("Hours"),
        max_length=150,
        required=False,
        help_text=_("As people read them, such as Monday to Friday 08.00–15.00."),
    )

    def __init__(self, *args: Any, partner: Partner, office: Office | None, seen: str, **kwargs: Any) -> None:
        initial = {name: getattr(office, name) for name in OFFICE_FIELDS} if office else {}
        kwargs["initial"] = {**initial, "seen": seen}
        super().__init__(*args, **kwargs)
        self.partner, self.office = partner, office
        fields: Any = self.fields
        if partner.country == "ID":
            fields["district"].widget = forms.HiddenInput()
        else:
            fields["province"].widget = forms.HiddenInput()
            fields["district"].queryset = District.objects.current().filter(country=partner.country)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Office.objects.current().filter(partner=self.partner, name__iexact=name)
        if self.office is not None and others.exclude(pk=self.office.pk).exists():
            raise ValidationError(_("The partner has an office of this name already."))
        return name

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in OFFICE_FIELDS}


class DutyForm(forms.Form):
    """Who is on duty, from when until when by the partner's own clock."""

    person = forms.ModelChoiceField(
        label=_("Person"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Somebody without an account"),
    )
    name = Line(
        label=_("Name"), max_length=150, required=False, help_text=_("Of somebody without an account.")
    )
    phone = Line(label=_("Telephone"), max_length=40)
    starts_at = forms.DateTimeField(label=_("From"), widget=MOMENT)
    ends_at = forms.DateTimeField(label=_("Until"), widget=MOMENT)

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(partner.time_zone)
        fields: Any = self.fields
        fields["person"].queryset = User.objects.filter(partner=partner, is_active=True)
        for name in ("starts_at", "ends_at"):
            fields[name].help_text = _("By the clock of %(zone)s.") % {"zone": partner.time_zone}

    def clean_starts_at(self) -> datetime:
        return self._there("starts_at")

    def clean_ends_at(self) -> datetime:
        end = self._there("ends_at")
        if end <= timezone.now():
            raise ValidationError(_("This is over already. Check the day."))
        return end

    def _there(self, name: str) -> datetime:
        """The moment that somebody at the partner means."""
        moment: datetime = self.cleaned_data[name]
        if not 2000 <= moment.year <= 2100:
            raise ValidationError(_("Please check the year."))
        return timezone.make_naive(moment).replace(tzinfo=self.zone)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("person")) == bool(data.get("name")) and "name" not in self.errors:
            self.add_error("name", _("Choose a person or type a name, not both."))
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", _("The duty ends before it begins."))
        elif start and end and end - start > LONGEST_DUTY:
            self.add_error("ends_at", _("That is more than 31 days. Enter shorter duties."))
        return data
