"""Starting and ending the time limits of a complaint."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.choices import ClockCode
from cases.clocks import COMPLAINT
from cases.forms import KeyedForm

from .fields import text_field


def choices(codes: Any) -> list[tuple[str, Any]]:
    return [(code.value, code.label) for code in COMPLAINT if code in codes]


class StartClockForm(KeyedForm):
    """What is missing. The sender sees the time limit from now on."""

    code = forms.ChoiceField(label=_("What is missing"), choices=choices(COMPLAINT), widget=forms.RadioSelect)
    text = text_field(_("What exactly"), _("The sender reads it, and is warned at two thirds of the time."))

    def clean_code(self) -> ClockCode:
        return ClockCode(self.cleaned_data["code"])


class EndClockForm(KeyedForm):
    """Which time limit ends, and why; `offer` names those that run."""

    code = forms.ChoiceField(
        label=_("Which time limit"),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("This time limit was stopped already.")},
    )
    text = text_field(_("What was settled"))

    def offer(self, running: list[str]) -> "EndClockForm":
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices(running)
        if len(running) == 1:
            field.initial = running[0]
        return self

    def clean_code(self) -> ClockCode:
        return ClockCode(self.cleaned_data["code"])


class StopClockForm(EndClockForm):
    """The agency's."""


class ProvideForm(EndClockForm):
    text = text_field(_("What you have sent or done"), _("The agency reads it, and the time limit ends."))
