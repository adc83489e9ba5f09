"""Every act on a referral."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import Outcome
from cases.forms import KeyedForm
from cases.forms.money import CURRENCIES, AmountField
from cases.forms.widgets import LongSelect

from ..choices import DeclineReason
from .fields import PartnerField, text_field


class AcceptForm(KeyedForm):
    """Nothing to fill in."""


class DeclineForm(KeyedForm):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Please choose")), *DeclineReason.choices], widget=LongSelect
    )
    text = text_field(
        _("Explanation"), _("One sentence that helps the sender: what is missing, or who should be asked.")
    )


class AskForm(KeyedForm):
    text = text_field(_("Your question"), _("Until the answer comes, your clock rests."))


class AnswerForm(KeyedForm):
    text = text_field(_("Your answer"))


class ReportForm(KeyedForm):
    text = text_field(_("What happened"), _("Both sides read this. The worker is told by their caseworker."))


class WithdrawForm(KeyedForm):
    text = text_field(
        _("Reason"), _("The agency is told that it is taken back; it can read the case no more."), 3
    )


class ReopenForm(KeyedForm):
    text = text_field(_("What is not done yet"))


class CompleteForm(KeyedForm):
    """How it ended. An amount is asked for where the outcome knows one."""

    outcome = forms.ModelChoiceField(
        label=_("Outcome"),
        queryset=Outcome.objects.current(),
        empty_label=_("Please choose"),
        widget=LongSelect,
    )
    amount = AmountField(
        label=_("Amount recovered"), help_text=_("Only where money was recovered."), required=False
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=[("", "—"), *((code, code) for code in CURRENCIES)],
        required=False,
        widget=LongSelect,
    )
    text = text_field(_("What was done"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        outcome, amount, currency = (cleaned.get(name) for name in ("outcome", "amount", "currency"))
        if outcome is None or "amount" in self.errors or "currency" in self.errors:
            return cleaned
        if "amount" not in outcome.extra_fields and amount is not None:
            self.add_error(
                "amount", _("This outcome has no amount. Leave it empty, or choose another outcome.")
            )
        if "amount" in outcome.extra_fields and amount is not None and not currency:
            self.add_error("currency", _("Choose the currency of the amount."))
        if currency and amount is None:
            self.add_error("amount", _("Fill in the amount, or leave the currency empty."))
        return cleaned


class ChooseForm(KeyedForm):
    to = PartnerField()

    def offer_to(self, sender_id: int) -> "ChooseForm":
        self.fields["to"].offer_to(sender_id)  # type: ignore[attr-defined]  # the stubs know every form field as a Field
        return self
