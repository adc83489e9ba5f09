"""What is well-formed on the pages of deadlines, calendars and reminders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import comparing
from accounts.text import Line

from . import countries
from .actions.deadlines import Reminder, mark, reminders_mark
from .choices import Counting, DeadlineUnit, Recipients
from .models import Deadline, EscalationStep, Partner, PartnerDeadline
from .models.lengths import check_length
from .wording import duty

STEPS = 5  # reminders that the form has room for
EARLIEST, LATEST = 50, 500  # percent of the time
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class Seen(forms.Form):
    """A form that says what it showed, so that nobody overwrites what somebody else changed meanwhile."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def renew(self, seen: str) -> None:
        """Show the form again beside what is kept now: sent once more, it counts."""
        comparing.renew(self, seen=seen)


class LengthForm(Seen):
    """How much time is allowed."""

    value = forms.IntegerField(label=gettext_lazy("Time allowed"))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=DeadlineUnit.choices)
    counting = forms.ChoiceField(
        label=gettext_lazy("Counted in"),
        choices=Counting.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Working time counts the opening hours of whoever must act, without weekends and holidays."
        ),
    )

    def __init__(self, *args: Any, row: Deadline | PartnerDeadline | None, **kwargs: Any) -> None:
        initial = {name: getattr(row, name) for name in ("value", "unit", "counting")} if row else {}
        kwargs["initial"] = {**initial, "seen": mark(row)}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check_length(data.get("value"), data.get("unit", ""), data.get("counting", ""))
        return data

    @property
    def length(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("value", "unit", "counting", "seen")}


class ChooseDeadlineForm(forms.Form):
    """For which deadline a partner gets a time of its own."""

    deadline = forms.ModelChoiceField(
        label=gettext_lazy("Deadline"), queryset=Deadline.objects.none(), to_field_name="code"
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["deadline"]
        field.queryset = Deadline.objects.current().exclude(  # type: ignore[attr-defined]  # the stubs know every form field as a Field
            pk__in=partner.own_deadlines.values("deadline")
        )
        field.label_from_instance = duty  # type: ignore[attr-defined]  # the stubs know every form field as a Field


class HoursForm(Seen):
    """When a partner is at work."""

    opens_at = forms.TimeField(label=gettext_lazy("Opens at"), widget=TIME)
    closes_at = forms.TimeField(label=gettext_lazy("Closes at"), widget=TIME)
    weekend = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days off in the week"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick none for the weekend of the country."),
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        initial = {name: getattr(partner, name) for name in ("opens_at", "closes_at", "weekend")}
        kwargs["initial"] = {**initial, "seen": mark(partner)}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The office closes before it opens."))
        if len(data.get("weekend") or ()) == len(WEEKDAYS):
            self.add_error("weekend", _("On one day of the week, people have to be at work."))
        return data

    @property
    def hours(self) -> dict[str, Any]:
        return {**self.cleaned_data, "weekend": sorted(self.cleaned_data["weekend"]) or None}


class DayForm(forms.Form):
    """A day that the published calendar does not have, or has wrong."""

    day = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    name = Line(label=gettext_lazy("Occasion"), max_length=150)
    is_working = forms.TypedChoiceField(
        label=gettext_lazy("On that day"),
        choices=[("0", gettext_lazy("people are off")), ("1", gettext_lazy("people work"))],
        coerce=lambda value: value == "1",
        initial="0",
        widget=forms.RadioSelect,
    )

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        today = timezone.localdate()
        if not today - timedelta(days=31) <= day <= today + timedelta(days=3 * 365):
            raise ValidationError(_("Enter a day of the next three years, or of the last month."))
        return day


class CountryDayForm(DayForm):
    """Such a day for a whole country. Indonesia's close every agency, also abroad."""

    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        choices=lambda: [("ID", countries.name("ID")), *countries.choices()],
        error_messages={
            "invalid_choice": gettext_lazy("There is no such country. Choose one from the list.")
        },
        help_text=gettext_lazy("A day off in Indonesia closes every agency of Indonesia, also abroad."),
    )
    field_order = ("country", "day", "name", "is_working")


class RemindersForm(Seen):
    """Who is reminded when so much of the time has passed. A step without a percentage is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": reminders_mark()}
        super().__init__(*args, **kwargs)
        kept = list(EscalationStep.objects.order_by("level"))
        for number in range(1, max(STEPS, len(kept)) + 1):
            step = kept[number - 1] if number <= len(kept) else None
            self.fields[f"percent_{number}"] = forms.IntegerField(
                label=_("Reminder %(number)s: percent of the time") % {"number": number},
                required=False,
                initial=step.percent if step else None,
                min_value=EARLIEST,
                max_value=LATEST,
                error_messages={"min_value": _too_early(), "max_value": _too_late()},
            )
            self.fields[f"who_{number}"] = forms.MultipleChoiceField(
                label=_("Who is told"),
                required=False,
                choices=Recipients.choices,
                initial=step.recipients if step else [],
                widget=forms.CheckboxSelectMultiple,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        last = 0
        for number in self._numbers():
            percent, who = data.get(f"percent_{number}"), data.get(f"who_{number}")
            if percent and not who:
                self.add_error(f"who_{number}", _("Say who is told."))
            if who and percent is None and f"percent_{number}" not in self.errors:
                self.add_error(f"percent_{number}", _("Say when they are told."))
            if percent and percent <= last:
                self.add_error(f"percent_{number}", _("Each reminder comes later than the one before it."))
            last = percent or last
        return data

    @property
    def steps(self) -> list[Reminder]:
        pairs = ((self.cleaned_data[f"percent_{n}"], self.cleaned_data[f"who_{n}"]) for n in self._numbers())
        return [(percent, who) for percent, who in pairs if percent]

    def _numbers(self) -> list[int]:
        return [int(name.removeprefix("percent_")) for name in self.fields if name.startswith("percent_")]


def _too_early() -> str:
    return _("A reminder comes at half of the time (50 percent) or later.")


def _too_late() -> str:
    return _("A reminder comes at five times the time allowed (500 percent) at the latest.")
