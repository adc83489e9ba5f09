"""The portal's key-encryption keys and index keys, from the environment.

PRIVACY_KEYS="2026b:<32 bytes in base64>,2025a:<…>": the first seals, all of them open. PRIVACY_INDEX_KEYS likewise, for the
blind indexes. They are the only secrets that are not in the database: without them nobody reads a case, nor do we.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

LENGTH = 32  # bytes of every key: AES-256, HMAC-SHA256
NAME = re.compile(r"[A-Za-z0-9_-]{1,20}")
HOW = 'python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"'


class UnknownKey(Exception):
    """Something was sealed with a key that the environment does not name (any more)."""


@dataclass(frozen=True)
class RingKey:
    """One key of the ring. Nothing is sealed with `secret` itself, only with what is derived from it for one purpose."""

    name: str
    secret: bytes = field(repr=False)

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose (HKDF-SHA256, RFC 5869)."""
        return _derived(self.secret, purpose)


@lru_cache(maxsize=64)
def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), LENGTH, salt=None, info=f"pmi-portal {purpose}".encode()).derive(secret)


@dataclass(frozen=True)
class Keyring:
    """Keys by name, the active one first."""

    keys: tuple[RingKey, ...]

    @property
    def active(self) -> RingKey:
        return self.keys[0]

    @property
    def names(self) -> list[str]:
        return [key.name for key in self.keys]

    def get(self, name: str) -> RingKey:
        """Raises UnknownKey for a name that the environment does not hold."""
        for key in self.keys:
            if key.name == name:
                return key
        raise UnknownKey(f"The key “{name}” is not among PRIVACY_KEYS.")


def keys() -> Keyring:
    """What wraps the data keys and seals sessions. Raises ImproperlyConfigured when there is no sound one."""
    return parse(settings.PRIVACY_KEYS, "PRIVACY_KEYS")


def index_keys() -> Keyring:
    """What the blind indexes are made with. Raises ImproperlyConfigured when there is no sound one."""
    return parse(settings.PRIVACY_INDEX_KEYS, "PRIVACY_INDEX_KEYS")


@lru_cache(maxsize=16)
def parse(text: str, setting: str) -> Keyring:
    """Read a ring from its setting. Raises ImproperlyConfigured that says what is wrong and never shows a key."""
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    if not entries:
        raise ImproperlyConfigured(
            f'Set {setting} to at least one key, as in "2026a:<32 bytes in base64>". Make one with: {HOW}'
        )
    ring = tuple(_entry(entry, number, setting) for number, entry in enumerate(entries, start=1))
    for what, values in (("name", [key.name for key in ring]), ("key", [key.secret for key in ring])):
        if len(set(values)) < len(values):
            raise ImproperlyConfigured(f"{setting} holds the same {what} twice. Remove one of the two.")
    return Keyring(ring)


def _entry(entry: str, number: int, setting: str) -> RingKey:
    name, colon, encoded = entry.partition(":")
    where = f"Entry {number} of {setting}"
    if not colon or not NAME.fullmatch(name):
        raise ImproperlyConfigured(
            f'{where} has no name: write "name:key", the name in at most 20 letters, digits, - and _.'
        )
    try:
        secret = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured(f"{where} (“{name}”) is not base64. Make a key with: {HOW}") from None
    if len(secret) != LENGTH:
        raise ImproperlyConfigured(
            f"{where} (“{name}”) has {len(secret)} bytes instead of {LENGTH}. Make a key with: {HOW}"
        )
    return RingKey(name, secret)
