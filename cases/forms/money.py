"""Amounts of money as people here write them."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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
