"""What the access log can be narrowed to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.text import Line
from privacy.choices import Verb

LAST_ID = 2**63 - 1
DAYS = 30  # that are shown when nothing else was asked for
MOST_DAYS = 92  # at once; the log has no end


class LogFilterForm(forms.Form):
    """Filters of the access log; one that makes no sense is named and has no effect."""

    reference = Line(label=gettext_lazy("Case"), required=False, max_length=60, widget=forms.SearchInput)
    person = forms.IntegerField(
        label=gettext_lazy("Person"), required=False, min_value=1, max_value=LAST_ID, widget=forms.Select
    )
    verb = forms.ChoiceField(label=gettext_lazy("What happened"), required=False)
    whose = forms.ChoiceField(label=gettext_lazy("People of"), required=False)
    hours = forms.ChoiceField(label=gettext_lazy("Time of day"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=LAST_ID, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=1, max_value=LAST_ID, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, partners: list[tuple[int, str]]) -> None:
        """`partners`, by number and name, are offered to whoever watches over all of them."""
        filled = data.copy()
        today = timezone.localdate()
        if not filled.get("until"):
            filled["until"] = today.isoformat()
        if not filled.get("since"):
            filled["since"] = (today - timedelta(days=DAYS - 1)).isoformat()
        super().__init__(filled)
        self.today = today
        self.offer("verb", [("", _("Everything")), *Verb.choices])
        whose = [(str(number), name) for number, name in partners] or [
            ("own", _("Our people")),
            ("others", _("Other partners")),
        ]
        self.offer("whose", [("", _("Everybody")), *whose])
        night = _("At night, 22 to 5 (%(zone)s)") % {"zone": timezone.get_current_timezone_name()}
        self.offer("hours", [("", _("All day")), ("night", night)])

    def offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def offer_people(self, people: list[tuple[int, str]]) -> None:
        """People to choose from. One who was chosen and is not among them has no name here."""
        chosen = self.chosen().get("person")
        if chosen and chosen not in dict(people):
            people = [*people, (chosen, f"#{chosen}")]
        widget = self.fields["person"].widget
        assert isinstance(widget, forms.Select)
        widget.choices = [("", _("Everybody")), *people]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", ValidationError(_("This is before the first day. Please check both.")))
        elif since and until and (until - since).days >= MOST_DAYS:
            self.add_error("since", ValidationError(_("Up to %(n)d days at once.") % {"n": MOST_DAYS}))
        return data

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day to show; the usual ones where what was typed makes no sense."""
        self.is_valid()
        if self.errors.keys() & {"since", "until"}:
            return self.today - timedelta(days=DAYS - 1), self.today
        return self.cleaned_data["since"], self.cleaned_data["until"]

    def chosen(self) -> dict[str, Any]:
        """The filters in use that make sense, without the days."""
        self.is_valid()
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value and name not in ("since", "until")
        }
