"""Texts are kept as people mean them."""

import unicodedata

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.text import Line, LongText, one_line, tidy

TIDIED = {
    "Siti\u200bAminah": "SitiAminah",
    "\u202aSiti\u202c": "Siti",
    "gaji\u202efdp.exe": "gajifdp.exe",
    "\u2068+62 812\u2069": "+62 812",
    "\ufeffSiti": "Siti",
    "Si\u00adti": "Siti",
    "cafe\u0301": "caf\u00e9",
    "Si\x07ti\x1b[31m": "Siti[31m",
    "a\u2028b\u0085c\r\nd\re": "a\nb\nc\nd\ne",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "نور\u200fالعين": "نورالعين",
    "Ayu  Lestari": "Ayu  Lestari",
}


@pytest.mark.parametrize("text", TIDIED)
def test_what_nobody_sees_is_dropped(text: str) -> None:
    assert tidy(text) == TIDIED[text]


@given(st.text())
def test_tidy_text_stays_tidy(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once == unicodedata.normalize("NFC", once)
    assert not set("\u202e\u200b\u2066\x1b\r") & set(once)
    assert "\n" not in one_line(text)


@pytest.mark.parametrize("field", [Line(), LongText()])
@pytest.mark.parametrize(
    "text", ["a\ud800", "a\ue000", "a\U000e0fff", "Z" + "\u0301\u0302\u0303\u0304\u0305\u0306" * 3]
)
def test_what_cannot_be_shown_is_refused_with_a_sentence(field: forms.CharField, text: str) -> None:
    with pytest.raises(ValidationError, match="cannot be shown"):
        field.clean(text)


@pytest.mark.parametrize("text", ["Nguyễn Thị Ánh", "សុខ សុភា", "ေအာင်ဆန်း", "عَبْدُ اللّٰه", "ᬓᬾᬢᬸᬢ᭄", "O’Brien"])
def test_names_in_every_script_are_taken(text: str) -> None:
    assert Line().clean(text) == unicodedata.normalize("NFC", text)


def test_a_nul_is_told_in_a_sentence_and_not_dropped() -> None:
    with pytest.raises(ValidationError, match="Null characters"):
        Line().clean("a\0b")


def test_a_line_is_one_line_and_a_long_text_keeps_its_lines() -> None:
    assert Line().clean(" Siti\r\nBcc: x\u2028 Aminah ") == "Siti Bcc: x Aminah"
    assert LongText().clean(" satu\r\n\r\ndua\r") == "satu\n\ndua"
    assert Line(max_length=3).clean("a\u200b\u200b\u200bbc") == "abc"
