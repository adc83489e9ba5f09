"""The second factor: who has one, whether this session has shown it, and how its secrets are kept."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from privacy.sealing import Place

from . import sealed
from .models import User

SHOWN, AFTERWARDS = "second_factor_shown", "after_second_factor"  # in the session
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes are no factor of their own

_owner: ContextVar[int | None] = ContextVar("owner of second factors", default=None)


@contextmanager
def secrets_of(person: User) -> Iterator[None]:
    """Open and seal secrets of this person, who has not signed in yet."""
    token = _owner.set(person.pk)
    try:
        yield
    finally:
        _owner.reset(token)


def has_one(person: User) -> bool:
    return Authenticator.objects.filter(user=person, type__in=KINDS).exists()


def is_missing(request: HttpRequest) -> bool:
    """Whether this session may not work yet because it has shown no second factor and needs one."""
    return settings.MFA_REQUIRED and not request.session.get(SHOWN, False)


def was_used(request: HttpRequest, person: User) -> bool:
    """Whether a second factor was shown on the way in."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, person))


class MFAAdapter(DefaultMFAAdapter):
    """Secrets are sealed with the keyring and bound to the person, so that moved to another account they open nothing."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(sealed.seal(text.encode(), place=self._place())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return sealed.open_(base64.b64decode(encrypted_text), place=self._place()).decode()

    def generate_authenticator_name(self, user: User, type: str) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.SITE_NAME}

    @staticmethod
    def _place() -> Place:
        return Place("mfa_authenticator", "data", f"of {_owner.get() or context.request.user.pk}")
