"""Characters that make one name or address look like another, and are refused with a sentence.

Invisible characters, those that turn the direction of writing, and letters of several alphabets in one word (Unicode
Technical Standard 39, "Unicode security mechanisms", clauses 4 and 5.1).
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

HIDDEN = {
    "Cc",
    "Cf",
    "Co",
    "Cs",
    "Cn",
    "Zl",
    "Zp",
}  # Unicode's general categories of what has no shape of its own


def validate_plain_email(value: str) -> None:
    """Refuse an address with anything but the characters of an English keyboard: one address, one account."""
    if not all("!" <= character <= "~" for character in value):
        raise ValidationError(
            _(
                "An e-mail address here has only the letters a to z without accents, digits and signs such as . _ - @."
                " This one has another character, which may be invisible. Type the address anew instead of copying it."
            ),
            code="characters",
        )


def validate_plain_name(value: str) -> None:
    """Refuse invisible characters, and a word with letters of several alphabets."""
    if any(unicodedata.category(character) in HIDDEN for character in value):
        raise ValidationError(
            _("There is an invisible character in this name. Type the name anew instead of copying it."),
            code="characters",
        )
    for word in value.split():
        if len({_alphabet(letter) for letter in word if letter.isalpha()}) > 1:
            raise ValidationError(
                _("“%(word)s” mixes letters of different alphabets. Write it in one of them."),
                code="characters",
                params={"word": word},
            )


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]
