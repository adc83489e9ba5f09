"""Working together: handing over, talking, and the shared plan."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.text import Line
from agencies.models import Partner
from cases.forms import KeyedForm
from cases.forms.fields import Day

from ..models import PlanStep
from ..models.plan import STEP_LENGTH
from .acts import ChooseForm
from .fields import text_field

FAR_AHEAD = timedelta(days=2 * 365)


class ReferAgainForm(ChooseForm):
    """One of the next agencies, as its button says it."""


class HandOverForm(ChooseForm):
    text = text_field(
        _("Reason"),
        _("The sender reads this, and the next agency too if the worker agreed to its being asked."),
        3,
    )

    def offer_to(self, sender_id: int) -> "HandOverForm":
        """Every active partner: why one of them cannot be chosen is a sentence of the act."""
        self.fields["to"].offer_to(0)  # type: ignore[attr-defined]  # the stubs know every form field as a Field
        return self


class LeadForm(KeyedForm):
    """Nothing to fill in."""


class MessageForm(KeyedForm):
    text = text_field(_("Message"), _("Both sides read this. Your deadlines stay as they are."), 3)


class InternalForm(KeyedForm):
    text = text_field(_("Internal note"), _("Only your own people read this; the other side never does."), 3)


class PlanForm(KeyedForm):
    """A step: what, who and by when."""

    what = Line(
        label=_("Next step"),
        help_text=_(
            "Every agency that has taken this case on reads it: write nothing that one of them may not know."
        ),
        max_length=STEP_LENGTH,
    )
    partner = forms.ModelChoiceField(
        label=_("Who does it"),
        queryset=Partner.objects.none(),
        empty_label=_("Please choose"),
        error_messages={
            "invalid_choice": _("This partner does not take part in the case. Please choose another.")
        },
    )
    by_when = Day(label=capfirst(PlanStep._meta.get_field("by_when").verbose_name))

    def __init__(self, *args: Any, partners: Iterable[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [partner.pk for partner in partners]
        self.fields["partner"].queryset = Partner.objects.filter(pk__in=ids)  # type: ignore[attr-defined]  # the stubs know every form field as a Field

    def clean_by_when(self) -> date:
        day: date = self.cleaned_data["by_when"]
        today = timezone.localdate()
        if day < today:
            raise forms.ValidationError(_("This day is over. Please choose today or a later day."))
        if day > today + FAR_AHEAD:
            raise forms.ValidationError(
                _("A step is planned for the next two years at most. Please check the year.")
            )
        return day


class StepForm(KeyedForm):
    """Nothing to fill in."""
