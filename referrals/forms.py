"""What is well-formed: referring, and every act on a referral."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies import countries
from agencies.models import Outcome, Partner, Topic
from cases.choices import ConsentMethod, DataGroup
from cases.forms import KeyedForm
from cases.forms.fields import LongText
from cases.models import Case

from .choices import DeclineReason, Service, State
from .models import Referral

REQUEST_MAX = 5000  # characters; about two printed pages
TEXT_MAX = 5000
CURRENCIES = (  # ISO 4217, those of the common destinations
    *(
        "IDR",
        "MYR",
        "SAR",
        "TWD",
        "HKD",
        "SGD",
        "AED",
        "KRW",
        "JPY",
        "BND",
        "QAR",
        "KWD",
        "OMR",
        "JOD",
        "BHD",
    ),
    *("MOP", "TRY", "THB", "KHR", "EUR", "USD"),
)
PLAIN_AMOUNT = re.compile(r"(\d+)(?:[.,](\d{1,2}))?")
GROUPED_AMOUNT = re.compile(r"(\d{1,3}(?:([.,])\d{3}(?:\2\d{3})*))(?:[.,](\d{1,2}))?")


def text_field(label: Any, help_text: Any = "", rows: int = 4) -> forms.CharField:
    """A required text of a few lines."""
    return LongText(
        label=label, help_text=help_text, max_length=TEXT_MAX, widget=forms.Textarea(attrs={"rows": rows})
    )


class AmountField(forms.DecimalField):
    """An amount of money, written 1.500.000,50 or 1,500,000.50 or 1500000.

    With at most two decimals, three digits after a separator can only be thousands: "1.500" is never one and a half.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=Decimal("0.01"), max_digits=16, decimal_places=2, **kwargs)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        self.error_messages["invalid"] = _("Write the amount in digits, such as 1.500.000 or 1500,50.")

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs say int
        text = re.sub(r"\s", "", str(value or "").removeprefix("Rp"))
        if not text:
            return None
        if found := GROUPED_AMOUNT.fullmatch(text):
            whole, decimals = re.sub("[.,]", "", found[1]), found[3]
        elif found := PLAIN_AMOUNT.fullmatch(text):
            whole, decimals = found[1], found[2]
        else:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(f"{whole}.{decimals or 0}")


class PartnerField(forms.ModelChoiceField):
    """Any active partner but the sender's own; the page draws the choices itself."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Agency"))
        super().__init__(
            queryset=Partner.objects.none(),
            error_messages={
                "invalid_choice": _("This agency cannot be chosen at present. Please choose another one."),
                "required": _("Please choose an agency."),
            },
            **kwargs,
        )

    def offer_to(self, sender_id: int) -> None:
        self.queryset = Partner.objects.active().exclude(pk=sender_id)


WORKERS_METHODS = [
    choice for choice in ConsentMethod.choices if choice[0] != ConsentMethod.OVERRIDE
]  # how a worker agrees


class ReferForm(KeyedForm):
    """Refer a case: what is asked, under whose consent, and to whom unless the portal is to find out."""

    services = forms.MultipleChoiceField(
        label=_("Services requested"),
        choices=Service.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one service.")},
    )
    request = LongText(
        label=_("What we ask the agency to do"),
        help_text=_("In a few sentences. The agency reads this whatever the worker agreed to share."),
        max_length=REQUEST_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    given_by = forms.CharField(label=_("Who agreed"), max_length=150)
    method = forms.ChoiceField(label=_("How it was given"), choices=WORKERS_METHODS, widget=forms.RadioSelect)
    given_on = forms.DateField(
        label=_("Given on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    groups = forms.MultipleChoiceField(
        label=_("What may be shared"),
        choices=DataGroup.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick what the worker agreed to share. Without any, there is nothing to refer.")
        },
    )
    to = PartnerField(required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].offer_to(case.partner_id)  # type: ignore[attr-defined]  # the stubs know every form field as a Field

    def clean_given_on(self) -> Any:
        day = self.cleaned_data["given_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Consent cannot be given in the future. Please check the date."))
        if day.year < 2000:
            raise forms.ValidationError(_("Please check the year."))
        return day

    def consent(self) -> dict[str, Any]:
        """The fields of the Consent that the referral rests on."""
        return {name: self.cleaned_data[name] for name in ("groups", "given_by", "method", "given_on")}

    @staticmethod
    def first_values(case: Case, previous: Referral | None) -> dict[str, Any]:
        """What the form shows before anybody types: from the case, and from the referral that this one follows."""
        values: dict[str, Any] = {
            "given_by": case.reporter_name or case.worker.name,
            "given_on": timezone.localdate(),
        }  # what the worker agreed to, and how, is ticked by whoever heard it: never by us
        if previous is not None:
            consent = previous.consent
            values |= {
                "services": previous.services,
                "request": previous.request,
                "given_by": consent.given_by,
            }
        return values


class AcceptForm(KeyedForm):
    """Nothing to fill in."""


class DeclineForm(KeyedForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("Please choose")), *DeclineReason.choices])
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
        label=_("Outcome"), queryset=Outcome.objects.current(), empty_label=_("Please choose")
    )
    amount = AmountField(
        label=_("Amount recovered"), help_text=_("Only where money was recovered."), required=False
    )
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[("", "—"), *((code, code) for code in CURRENCIES)], required=False
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


class FilterForm(forms.Form):
    """What the lists are narrowed by. Bound to the query string; a field with an odd value says so."""

    q = forms.CharField(
        label=_("Reference"),
        max_length=60,
        required=False,
        widget=forms.SearchInput(attrs={"placeholder": "SP-2026-000042"}),
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    topic = forms.ModelChoiceField(
        label=_("Topic"), queryset=Topic.objects.current(), required=False, empty_label=_("All")
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    tab = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(self, *args: Any, states: list[State], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("All"))
        self.fields["state"].choices = [everything, *((s.value, s.label) for s in states)]  # type: ignore[attr-defined]  # the stubs know every form field as a Field
        self.fields["country"].choices = [everything, *countries.choices()]  # type: ignore[attr-defined]  # the stubs know every form field as a Field

    def values(self) -> dict[str, Any]:
        """The filters in use that are well-formed."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value and name != "tab"}
