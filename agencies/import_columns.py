"""What a table of people may call its columns, roles and languages."""

from __future__ import annotations

from functools import cache

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.roles import ROLES

from .tables import Column, folded

LANGUAGES = {
    "id": ("id", "indonesia", "indonesian", "bahasaindonesia", "ind"),
    "en": ("en", "english", "inggris", "bahasainggris", "eng"),
}
NAME = Column("full_name", (_("Name"), "Name", "Nama", "Full name", "Nama lengkap"))
EMAIL = Column("email", (_("E-mail"), "E-mail", "Surel", "Alamat e-mail", "Alamat surel", "E-mail address"))
ROLE = Column("role", (_("Role"), "Role", "Peran"))
LANGUAGE = Column("language", (_("Language"), "Language", "Bahasa"), required=False)
PARTNER = Column("partner", (_("Partner code"), "Partner code", "Kode mitra", "Partner", "Mitra"))
PARTNER_MAY_BE_LEFT_OUT = Column(PARTNER.code, PARTNER.names, required=False)


def columns(*, everywhere: bool) -> tuple[Column, ...]:
    """The columns of a table; one for several partners has to say where each person goes."""
    return (NAME, EMAIL, ROLE, LANGUAGE, PARTNER if everywhere else PARTNER_MAY_BE_LEFT_OUT)


@cache
def role_words() -> dict[str, str]:
    """The code of a role by everything that people call it: its code, and its name in both languages."""
    words = {folded(code): code for code in ROLES}
    for language in ("id", "en"):
        with translation.override(language):
            words |= {folded(str(role.name)): code for code, role in ROLES.items()}
    return words


def language_of(typed: str) -> str:
    """ "id" or "en"; Indonesian where nothing is said, and nothing for what is neither."""
    word = folded(typed)
    return next((code for code, words in LANGUAGES.items() if word in words), "" if word else "id")
