"""Single cells as values: texts, numbers of people, amounts of money, words of coded lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.text import Line
from agencies import nik
from cases.forms.fields import said
from cases.forms.money import CURRENCIES, AmountField
from cases.models import Case, Worker

from . import words
from .models import OLD_NUMBER
from .trouble import Wrong

WORKER_TEXTS = ("name", "home_village", "contact", "disability")
CASE_TEXTS = (
    *("place", "recruiter", "broker", "foreign_agency", "employer_name", "employer_address"),
    *("accused_party", "chronology", "demands", "reporter_name", "reporter_contact"),
)
PHONES = frozenset({"contact", "reporter_contact"})
SCIENTIFIC = re.compile(r"'?\d[.,]\d+\s*[eE]\+?\d{1,2}")
PHONE = re.compile(r"[\d ().\-]{8,16}")
LOST_ZERO = range(9, 13)  # digits of an Indonesian mobile number without its leading 0
MONEY = re.compile(r"^\s*(nt\$|hk\$|us\$|s\$|[a-z]{2,3}|\$)[.\s]*(?=\d)", re.IGNORECASE)
SIGNS: Mapping[str, str] = {
    "rp": "IDR",
    "rupiah": "IDR",
    "rm": "MYR",
    "ringgit": "MYR",
    "sr": "SAR",
    "riyal": "SAR",
    "riyalsaudi": "SAR",
    "nt$": "TWD",
    "nt": "TWD",
    "ntd": "TWD",
    "hk$": "HKD",
    "hk": "HKD",
    "s$": "SGD",
    "us$": "USD",
    "$": "USD",
    "dolar": "USD",
    "dirham": "AED",
    "dinar": "KWD",
    "won": "KRW",
    "yen": "JPY",
}


class Texts:
    """The text columns, each judged by the very field that asks for it on the forms."""

    def __init__(self) -> None:
        self.fields: dict[str, forms.Field] = {
            **{name: said(Worker, name, required=False) for name in WORKER_TEXTS},
            **{name: said(Case, name, required=False) for name in CASE_TEXTS},
            "old_number": Line(required=False, max_length=OLD_NUMBER),
        }

    def clean(self, column: str, text: str) -> str:
        """Raises Wrong, in the words of the form."""
        if column in PHONES:
            text = phone(text)
        try:
            return str(self.fields[column].clean(text))
        except ValidationError as error:
            raise Wrong("text", why=" ".join(error.messages)) from None


def phone(text: str) -> str:
    """A way to reach somebody; a mobile number that lost its leading zero in the spreadsheet gets it back."""
    if SCIENTIFIC.fullmatch(text.strip()):
        raise Wrong("scientific", value=text)
    text = text.removeprefix("'").strip()
    if not PHONE.fullmatch(text):
        return text
    digits = re.sub(r"\D", "", text)
    if digits.startswith("8") and len(digits) in LOST_ZERO:
        return f"0{text}"
    return f"+{text}" if digits.startswith("628") else text


def nik_of(text: str) -> str:
    """A NIK. Raises Wrong for one that the spreadsheet has spoiled, and for one of another length."""
    if SCIENTIFIC.fullmatch(text.strip()):
        raise Wrong("scientific", value=text)
    digits = nik.clean(text.strip().removeprefix("'"))
    if len(digits) != nik.LENGTH or not (digits.isascii() and digits.isdecimal()):
        raise Wrong("bad_nik", value=text, n=len(digits))
    return digits


def passport_of(text: str) -> str:
    if SCIENTIFIC.fullmatch(text.strip()):
        raise Wrong("scientific", value=text)
    number = re.sub(r"[\s.\-'/]", "", text).upper()
    field = Worker._meta.get_field("passport_number")
    try:
        field.run_validators(number)
    except ValidationError as error:
        raise Wrong("text", why=" ".join(error.messages)) from None
    return number


def coded(column: str, text: str) -> str:
    code = words.code_of(column, text)
    if not code:
        raise Wrong("unknown_word", value=text, field=column)
    return code


def money(text: str) -> tuple[Decimal, str]:
    """An amount, and the currency that is written before it, if any."""
    sign = MONEY.match(text)
    bare = text[sign.end() :] if sign else text
    try:
        amount = AmountField(required=False).clean(re.sub(r",-$|,00-$|\.-$", "", bare.strip()))
    except ValidationError:
        raise Wrong("no_amount", value=text) from None
    if amount is None:
        raise Wrong("no_amount", value=text)
    return Decimal(amount), (currency(sign[1]) if sign else "")


def currency(text: str) -> str:
    plain: Any = text.strip().casefold()
    code = SIGNS.get(plain.replace(" ", ""), plain.upper())
    if code not in CURRENCIES:
        raise Wrong("unknown_currency", value=text)
    return str(code)
