"""Sealing what lives for hours or days: with a key derived from the ring's active key for one purpose, and no data key.

Whoever seals names what the value is bound to, so that none can be put in the place of another. Once its key has left the
ring nobody opens it any more.
"""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import keyring
from .sealing import NONCE, SealBroken


def seal(content: bytes, *, purpose: str, bound_to: str) -> str:
    """As text: the name of the key, a colon, nonce and ciphertext in base64."""
    active, nonce = keyring.keys().active, os.urandom(NONCE)
    sealed = nonce + AESGCM(active.derived(purpose)).encrypt(nonce, content, bound_to.encode())
    return f"{active.name}:{base64.b64encode(sealed).decode()}"


def open_(sealed: str, *, purpose: str, bound_to: str) -> bytes:
    """What was sealed. Raises SealBroken for what was altered, moved, is no sealed value, or whose key is gone."""
    name, _colon, encoded = sealed.partition(":")
    try:
        content = base64.b64decode(encoded, validate=True)
        key = keyring.keys().get(name).derived(purpose)
        return AESGCM(key).decrypt(content[:NONCE], content[NONCE:], bound_to.encode())
    except (InvalidTag, ValueError, keyring.UnknownKey) as broken:
        raise SealBroken("A sealed value was altered, belongs elsewhere, or its key is gone.") from broken
