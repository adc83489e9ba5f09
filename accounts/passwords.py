"""Passwords that others would guess first: common ones in disguise, and words of the portal and of the person."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .models import User

# Lower case. What anybody would try who knows what this is.
WORDS = (
    *(
        "portal",
        "pmi",
        "bmi",
        "tki",
        "pekerja",
        "migran",
        "buruh",
        "indonesia",
        "merdeka",
        "garuda",
        "jakarta",
    ),
    *("pendamping", "petugas", "koordinator", "admin", "administrator", "kasus", "rujukan", "pengaduan"),
    *(
        "suara",
        "perempuan",
        "bp3mi",
        "bp2mi",
        "kp2mi",
        "disnaker",
        "kemlu",
        "kbri",
        "kjri",
        "kdei",
        "kedutaan",
    ),
    *(
        "password",
        "passphrase",
        "sandi",
        "katasandi",
        "rahasia",
        "selamat",
        "datang",
        "masuk",
        "welcome",
        "login",
    ),
    *("qwerty", "asdf", "zxcv", "sayang", "cinta", "bismillah", "alhamdulillah"),
)
BREACHED = (
    Path(__file__).parent / "data" / "breached_passwords.txt.gz"
)  # its source is in the README beside it
OWN = 4  # letters that must be left when all of these words are taken away


class LengthValidator(MinimumLengthValidator):
    """Django's, with a hint in the portal's words."""

    def get_help_text(self) -> str:
        return _("At least %(n)d characters. A sentence is welcome, spaces too.") % {"n": self.min_length}


@cache
def breached() -> frozenset[str]:
    """The most frequent passwords of breaches that are long enough for the portal, in lower case: 43,940 of them."""
    return frozenset(gzip.decompress(BREACHED.read_bytes()).decode().splitlines())


class CommonValidator(CommonPasswordValidator):
    """Django's list of 20,000 common passwords, of which 190 are long enough here, and those that are from breaches."""

    def __init__(self) -> None:
        super().__init__()
        self.passwords |= breached()

    def get_help_text(self) -> str:
        return _("None that many people use.")


class PlainWordsValidator:
    """Refuse a password of which little is left without such words, digits and signs; or a common one with a tail."""

    def __init__(self) -> None:
        self.common = CommonValidator().passwords

    def validate(self, password: str, user: User | None = None) -> None:
        low = password.casefold()
        core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", low)
        if core in self.common or self._is_one_piece(low):
            raise ValidationError(
                _(
                    "Many people use this or nearly this password, so it is guessed first. Choose another one."
                ),
                code="password_common",
            )
        if len(self._without(low, (*WORDS, *self._words_of(user)))) < OWN:
            raise ValidationError(
                _(
                    "This is made of words that anybody would try who knows the portal, your organisation or your name."
                    " Take several words that only you connect."
                ),
                code="password_plain_words",
            )

    def get_help_text(self) -> str:
        return _("Several words that only you connect are easy to keep in mind and hard to guess.")

    @staticmethod
    def _is_one_piece(low: str) -> bool:
        """Whether it is one short piece again and again ("abcabcabcabc")."""
        return re.fullmatch(r"(.{1,4})\1+.{0,3}", low) is not None

    @staticmethod
    def _without(low: str, words: tuple[str, ...]) -> str:
        for word in sorted(set(words), key=len, reverse=True):
            low = low.replace(word, "")
        return re.sub(r"[\W\d_]", "", low)

    @staticmethod
    def _words_of(user: User | None) -> list[str]:
        """Words of the person's name and address and of their organisation, from three letters."""
        if user is None:
            return []
        texts = [user.full_name, user.email]
        if user.partner_id and user.partner is not None:
            texts += [user.partner.code, user.partner.name_id, user.partner.name_en]
        return [word for text in texts for word in re.split(r"[\W_]+", text.casefold()) if len(word) >= 3]
