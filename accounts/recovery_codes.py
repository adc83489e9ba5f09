"""Recovery codes, kept as slow hashes with a salt per set: nobody who reads the database can type one.

A code has 8 digits, far fewer than what a fast hash would keep (OWASP ASVS 5.0.0, 6.5.2). django-allauth makes the codes from
a seed; here hashes take the seed's place, and the codes wait in the session, sealed as all of it is, for the one page
that shows them.
"""

from __future__ import annotations

import base64

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import get_hasher, identify_hasher
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from . import sealed
from .models import User

HASHES = "hashes"  # in an authenticator's data: of the codes that are left
FRESH = "fresh_recovery_codes"  # in the session


def of(person: User) -> Authenticator | None:
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).first()


def left(person: User) -> int:
    """How many codes this person has not used yet."""
    row = of(person)
    return len(row.data[HASHES]) if row else 0


def put_away(request: HttpRequest, person: User) -> None:
    """After a factor was set up or codes were renewed: keep new codes as hashes, and themselves for one page."""
    row = of(person)
    if row is not None and HASHES not in row.data:
        request.session[FRESH] = hash_codes_of(row)


def hash_codes_of(row: Authenticator) -> list[str]:
    """Put hashes in the place of the seed, and destroy its key; the codes that were not used. Needs `secrets_of`."""
    codes: list[str] = row.wrap().get_unused_codes()
    sealed.forget([base64.b64decode(row.data["seed"])])
    hasher = get_hasher()
    salt = hasher.salt()
    row.data = {HASHES: [hasher.encode(code, salt) for code in codes]}
    row.save(update_fields=["data"])
    return codes


def use(row: Authenticator, typed: str) -> bool:
    """Use this code up; whether it was one that is left. The caller has locked the row."""
    code = normalize_user_code(typed)
    hashes: list[str] = row.data[HASHES]
    if not hashes or len(code) != app_settings.RECOVERY_CODE_DIGITS:
        return False
    hasher = identify_hasher(hashes[0])
    said = hasher.decode(hashes[0])
    rounds = {"iterations": said["iterations"]} if "iterations" in said else {}
    wanted = hasher.encode(code, said["salt"], **rounds)
    found = [kept for kept in hashes if constant_time_compare(kept, wanted)]
    if found:
        row.data[HASHES] = [kept for kept in hashes if kept not in found]
        row.save(update_fields=["data"])
    return bool(found)
