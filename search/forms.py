"""What is well-formed in the box."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.text import Line
from cases.models.case_reads import SEARCH_LENGTH

LEAST = 3  # letters or digits from which the beginning of a name finds it
SHORT = 2  # of a name that is as short as that, and found whole


class BoxForm(forms.Form):
    """Everything in one box. What makes no sense is told in a sentence; the words stay as they were typed."""

    q = Line(
        label=_("Search cases, referrals, services and partners"),
        required=False,
        max_length=SEARCH_LENGTH,
        widget=forms.SearchInput,
    )

    @property
    def words(self) -> str:
        """What to look for; nothing where there is too little of it, or where it makes no sense."""
        text: str = self.cleaned_data["q"] if self.is_valid() else ""
        return text if _signs(text) >= SHORT else ""

    @property
    def words_so_far(self) -> str:
        """The same while somebody types: a last word that is only begun does not empty what those before it found."""
        before, _space, last = self.words.rpartition(" ")
        return before if _signs(before) >= LEAST and last.isalpha() and _signs(last) < LEAST else self.words

    @property
    def missing(self) -> str:
        """The sentence that says what is wrong with what was typed, or how much is missing yet; empty when all is well."""
        if not self.is_valid():
            return str(self.errors["q"][0])
        text = self.cleaned_data["q"]
        if not text:
            return ""
        return _how_many_more(text) if _signs(text) < SHORT else ""

    def after_nothing(self) -> str:
        """What to say where nothing was found for want of a letter."""
        return _how_many_more(self.words) if _signs(self.words) < LEAST else ""


def _signs(text: str) -> int:
    return sum(letter.isalnum() for letter in text)


def _how_many_more(text: str) -> str:
    more = LEAST - _signs(text)
    return ngettext("Type %(n)d more letter or digit.", "Type %(n)d more letters or digits.", more) % {
        "n": more
    }
