"""Texts as people mean them: in one spelling of each letter, without signs that nobody sees.

What is pasted from a chat brings along signs of direction, joins and blanks of no width. They change nothing that one reads,
but a search misses the word, a name seems to be another, and a file's ending hides. They are dropped without a word; signs that
no font shows are refused with one (Unicode Technical Report 36, "Unicode Security Considerations").
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

JOINERS = "\u200c\u200d"  # part of the spelling of some scripts, and of families among the emoji
UNSHOWN = {"Cs", "Co", "Cn"}  # half characters, private ones, ones that are none
PILED = re.compile(r"(?:[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]\s*){5}")
LINES = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def tidy(text: str) -> str:
    """The text in NFC without invisible signs; every kind of line break is one newline."""
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", LINES.sub("\n", text))
    return "".join(sign for sign in text if sign in "\n\t" or sign in JOINERS or not _is_invisible(sign))


def one_line(text: str) -> str:
    """The same on one line, without doubled or outer blanks."""
    return " ".join(tidy(text).split())


def validate_shown(text: str) -> None:
    """Refuse what no font shows, and letters buried under piles of accents."""
    if any(unicodedata.category(sign) in UNSHOWN for sign in text) or PILED.search(text):
        raise ValidationError(
            _("There are signs in this text that cannot be shown. Please type them anew."), code="unshown"
        )


def _is_invisible(sign: str) -> bool:
    return sign != "\0" and unicodedata.category(sign) in ("Cc", "Cf")  # NUL is refused by the field itself


class Line(forms.CharField):
    """A text on one line."""

    default_validators = [validate_shown]

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class LongText(forms.CharField):
    """A text of several lines. A line break counts as one character, however the browser sends it."""

    default_validators = [validate_shown]

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value) or "").strip()

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)  # browsers cut a pasted text without a word
        return attrs
