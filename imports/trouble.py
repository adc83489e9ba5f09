"""What can be wrong with a row of old cases, as codes that are told in the reader's language, each with how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext_lazy as _

from agencies import nik, tables
from agencies.tables import Problem

from . import words
from .targets import TARGETS

SHOWN = 60  # characters of a cell that a sentence repeats

SENTENCES: Mapping[str, Any] = {
    **tables.SENTENCES,
    "no_columns": _("No column of this table is the worker's name. Say which one is."),
    "missing": _("“%(column)s” is missing."),
    "text": _("“%(column)s”: %(why)s"),
    "no_date": _("“%(column)s”: “%(value)s” is no date. Write it as 31/12/1990 or 31 Desember 1990."),
    "year_alone": _("“%(column)s”: “%(value)s” is no whole date. Write day, month and year."),
    "no_such_day": _("“%(column)s”: there is no day “%(value)s”."),
    "two_dates": _(
        "“%(column)s”: “%(value)s” may be %(first)s or %(second)s, since this column has dates with the day first and with the month first. Write it as %(iso)s, or with the month's name."
    ),
    "to_come": _("“%(column)s”: %(value)s is still to come."),
    "long_ago": _("“%(column)s”: please check the year of %(value)s."),
    "before_birth": _("“%(column)s” is before the worker was born."),
    "closed_before": _("The case was closed before it came in. Please check both days."),
    "unknown_status": _(
        "“%(column)s”: “%(value)s” does not say whether the case is open or closed. Write “Proses” or “Selesai”."
    ),
    "unknown_word": _("“%(column)s”: “%(value)s” is not known here. Possible are: %(possible)s."),
    "unknown_country": _("“%(column)s”: there is no country “%(value)s”."),
    "unknown_province": _("“%(column)s”: there is no province “%(value)s”."),
    "unknown_topic": _("“%(column)s”: no topic is called “%(value)s”. Write one from the list of topics."),
    "unknown_outcome": _(
        "“%(column)s”: no outcome is called “%(value)s”. Write one from the list of outcomes."
    ),
    "other_province": _("“%(value)s” does not lie in %(province)s. Please correct one of them."),
    "scientific": _(
        "“%(column)s”: the spreadsheet has turned the number into “%(value)s”, and its last digits are lost. Format the column as text, and type the whole number again."
    ),
    "bad_nik": _(
        "“%(column)s”: a NIK has 16 digits; “%(value)s” has %(n)s characters. Correct it, or empty the cell."
    ),
    "no_amount": _("“%(column)s”: “%(value)s” is no amount. Write it in digits, such as 1.500.000."),
    "unknown_currency": _(
        "“%(column)s”: “%(value)s” is no currency. Write its three letters, such as IDR or MYR."
    ),
    "no_outcome": _("The case is closed, but how it ended is not said."),
    "no_story": _("What happened is not said: neither a story nor a problem."),
    # Warnings
    "same_nik": _("The same NIK as in %(reference)s. It becomes a case of its own."),
    "regency_or_city": _(
        "“%(value)s” is a regency and a city. It is left open which; the name is kept in the address."
    ),
    "unknown_regency": _("“%(value)s” is no regency or city that is known. The name is kept in the address."),
    "nik_says": "%(why)s",
    "unknown_person": _(
        "“%(column)s”: nobody of your team who works on cases is called “%(value)s”. The name is kept as a note."
    ),
    "number_twice": _(
        "Row %(row)s has the same case number and says something else. Give each its own number, such as 17-A and 17-B."
    ),
    # Rows that are there already
    "known": _("This row is in the portal already, as %(reference)s."),
    "twice": _("The same as row %(row)s."),
    # Of the whole
    "discarded": _("The table was thrown away."),
    "forgotten": _("What the table said was destroyed after some days. Please upload it again."),
    "tried_often": _(
        "This could not be done, although it was tried several times. Please upload the table again."
    ),
    "not_yours": _(
        "Whoever uploaded this may not import cases any more. What was imported until then stays."
    ),
}
WARNINGS = frozenset({"same_nik", "regency_or_city", "unknown_regency", "nik_says", "unknown_person"})
SKIPS = frozenset({"known", "twice"})


class Wrong(Exception):
    """A cell that cannot be understood: the code of why, and its values."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def sentence(found: Mapping[str, Any]) -> str:
    """A kept problem in the reader's language. `column` in it is a target's code, `field` that of a coded list."""
    values = dict(found["values"])
    if values.get("column") in TARGETS:
        values["column"] = TARGETS[values["column"]].label
    if "field" in values:
        values["possible"] = words.possible(values["field"])
    if found["code"] == "two_dates":
        values["iso"] = values["first"]
        for name in ("first", "second"):
            values[name] = formats.date_format(date.fromisoformat(values[name]), "j F Y")
    if found["code"] == "nik_says":
        values["why"] = {**nik.PROBLEMS, **nik.MISMATCHES}[values["why"]]
    return tables.sentence(Problem(found["code"], values), SENTENCES)
