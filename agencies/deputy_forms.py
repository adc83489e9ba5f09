"""What is well-formed on the page of a deputy."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.absences import Absence, today_of
from accounts.models import User

from .rules import case_roles

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LONGEST = timedelta(days=366)


class DeputyForm(forms.Form):
    """From when until when somebody is out of office, and who stands in."""

    first_day = forms.DateField(label=_("From"), widget=DAY)
    last_day = forms.DateField(label=_("Until"), widget=DAY)
    deputy = forms.ModelChoiceField(
        label=_("Deputy"),
        queryset=User.objects.none(),
        empty_label=_("Choose…"),
        error_messages={"invalid_choice": _("Choose a colleague of the same partner who works on cases.")},
    )

    def __init__(self, *args: Any, person: User, absence: Absence | None, **kwargs: Any) -> None:
        names = ("first_day", "last_day", "deputy")
        initial = {name: getattr(absence, name) for name in names} if absence else {}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.person = person
        colleagues = User.objects.let_in().filter(partner=person.partner_id, role__in=case_roles())
        field: Any = self.fields["deputy"]
        field.queryset = colleagues.exclude(pk=person.pk).order_by("full_name", "pk")

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        if day < today_of(self.person):
            raise ValidationError(_("This day is past already."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("This is before the first day."))
        elif first and last and last - first > LONGEST:
            self.add_error("last_day", _("That is more than a year. Please check the days."))
        return data
