"""Closing a case, opening it again, and what became of a settlement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.keyed import KeyedForm
from accounts.text import LongText
from agencies.models import Outcome

from ..choices import SettlementState
from ..closing import Ending
from ..models import Case
from ..models.consent import HOME
from .edit import VersionField
from .fields import Day
from .money import CURRENCIES, AmountField

NOTE_MAX = 5000  # characters; about two printed pages
NOTHING_SETTLED = ("", pgettext_lazy("settlement", "Nothing was agreed upon"))
CURRENCY_CHOICES = [("", "—"), *((code, code) for code in CURRENCIES)]


def note_field(label: Any, help_text: Any = "") -> LongText:
    return LongText(
        label=label, help_text=help_text, max_length=NOTE_MAX, widget=forms.Textarea(attrs={"rows": 4})
    )


class ComingDay(Day):
    """A day that is still to come."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value <= timezone.localdate(timezone=HOME):
            raise forms.ValidationError(_("Choose a day that is still to come."))


class SettlementFields(KeyedForm):
    """What both forms ask about a settlement: whether it was fulfilled, or when to ask."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "settled" not in cleaned or "settlement_due" in self.errors:
            return cleaned
        pending, due = cleaned["settled"] == SettlementState.PENDING, cleaned.get("settlement_due")
        if pending and due is None:
            self.add_error("settlement_due", _("Say on which day the portal should ask again."))
        if due is not None and not pending:
            self.add_error(
                "settlement_due", _("Leave the day empty, unless the settlement is still to be fulfilled.")
            )
        return cleaned


class CloseForm(SettlementFields):
    """How the case ended. Amounts are asked for where the outcome knows one."""

    outcome = forms.ModelChoiceField(
        label=_("Outcome"), queryset=Outcome.objects.current(), empty_label=_("Please choose")
    )
    claimed = AmountField(label=_("Amount claimed"), required=False)
    recovered = AmountField(
        label=_("Amount recovered"), help_text=_("Only where money was recovered."), required=False
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCY_CHOICES, required=False)
    settled = forms.ChoiceField(
        label=_("What was agreed upon"),
        choices=[NOTHING_SETTLED, *SettlementState.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    settlement_due = ComingDay(
        label=_("Ask whether it was fulfilled on"),
        required=False,
        help_text=_("Only while it is still to be fulfilled. The caseworker is asked that day."),
    )
    note = note_field(_("How it ended"), _("Only your own team reads it."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        outcome, currency = cleaned.get("outcome"), cleaned.get("currency")
        amounts = {name: cleaned[name] for name in ("claimed", "recovered") if cleaned.get(name) is not None}
        unclear = {"claimed", "recovered", "currency"} & set(self.errors)
        if outcome is None or unclear:
            return cleaned
        if "amount" not in outcome.extra_fields:
            for name in amounts:
                self.add_error(
                    name, _("This outcome has no amount. Leave it empty, or choose another outcome.")
                )
        elif amounts and not currency:
            self.add_error("currency", _("Choose the currency of the amount."))
        if currency and not amounts:
            self.add_error("currency", _("Fill in the amount, or leave the currency empty."))
        return cleaned

    def ending(self) -> Ending:
        return Ending(**{name: value for name, value in self.cleaned_data.items() if name != "key"})


class ReopenForm(KeyedForm):
    reason = note_field(_("Why the case is opened again"), _("Only your own team reads it."))


class SettlementForm(SettlementFields):
    """Whether what was agreed upon was also done."""

    version = VersionField(widget=forms.HiddenInput, required=False)
    settled = forms.ChoiceField(
        label=_("Was it fulfilled?"), choices=SettlementState.choices, widget=forms.RadioSelect
    )
    settlement_due = ComingDay(
        label=_("Ask again on"), required=False, help_text=_("Only while it is still to be fulfilled.")
    )
    recovered = AmountField(
        label=_("Amount recovered so far"), help_text=_("Empty: as before."), required=False
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCY_CHOICES, required=False)
    note = note_field(_("What happened"), _("Only your own team reads it."))

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if {"recovered", "currency"} & set(self.errors):
            return cleaned
        outcome, recovered = self.case.outcome, cleaned.get("recovered")
        if recovered is None:
            return cleaned
        if outcome is not None and "amount" not in outcome.extra_fields:
            self.add_error("recovered", _("The outcome of this case has no amount. Leave it empty."))
        elif not cleaned.get("currency"):
            self.add_error("currency", _("Choose the currency of the amount."))
        elif self.case.amount_claimed is not None and cleaned["currency"] != self.case.currency:
            self.add_error(
                "currency",
                _("What was claimed is in %(currency)s. Please give this amount in the same currency.")
                % {"currency": self.case.currency},
            )
        return cleaned
