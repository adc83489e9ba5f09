"""Sealing bytes so that nobody reads them without their key, and nobody moves them elsewhere unnoticed.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits. A sealed value is: version (1 byte), id of its data key (16),
nonce (12), ciphertext with its tag (16). What it is bound to (table, column, row, key) is authenticated and not stored.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
NONCE, TAG = 12, 16  # bytes
HEAD = 1 + 16 + NONCE
SHORT, LONG = 64, 256  # bytes: texts are filled up to a multiple of this, so that no length tells a name
SHORT_UP_TO = 256
END = b"\x80"  # closes the text before the filling (ISO/IEC 7816-4)


class SealBroken(Exception):
    """A sealed value is not what was sealed here: altered, cut off, moved from elsewhere, or its key is not there."""


class KeyDestroyed(SealBroken):
    """The data key was destroyed on purpose: what it sealed is erased for good."""


@dataclass(frozen=True)
class Place:
    """Where a sealed value belongs."""

    table: str
    column: str
    row: str

    def bound_to(self, key_id: UUID) -> bytes:
        """The associated data; each part with its length before it, so that no two places read alike."""
        return beginning(self.table, self.column) + ending(self.row, key_id)


def beginning(table: str, column: str) -> bytes:
    """What the associated data of all values of a column begins with."""
    parts = (bytes([VERSION]), table.encode(), column.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def ending(row: str, key_id: UUID) -> bytes:
    """What the associated data of all values of a row ends with, which are sealed with the same key."""
    name = row.encode()
    return len(name).to_bytes(4, "big") + name + b"\x00\x00\x00\x10" + key_id.bytes


def seal(content: bytes, *, key: bytes, key_id: UUID, place: Place) -> bytes:
    nonce = os.urandom(NONCE)
    ciphertext = AESGCM(key).encrypt(nonce, content, place.bound_to(key_id))
    return bytes([VERSION]) + key_id.bytes + nonce + ciphertext


def key_id_of(sealed: bytes) -> UUID:
    """Which data key a sealed value needs. Raises SealBroken for bytes that are no sealed value."""
    if len(sealed) < HEAD + TAG or sealed[0] != VERSION:
        raise SealBroken("These bytes are no sealed value.")
    return UUID(bytes=sealed[1:17])


def open_(sealed: bytes, *, key: bytes, place: Place) -> bytes:
    """What was sealed. Raises SealBroken for anything that was not sealed with this key for this very place."""
    key_id = key_id_of(sealed)
    try:
        return AESGCM(key).decrypt(sealed[17:HEAD], sealed[HEAD:], place.bound_to(key_id))
    except InvalidTag:
        raise SealBroken("A sealed value was altered, or belongs elsewhere.") from None


def filled_up(text: str) -> bytes:
    """The text in bytes, filled up so that its length says little: names and numbers all have one length.

    Lone surrogates, which no form lets through, survive as well.
    """
    content = text.encode("utf-8", "surrogatepass") + END
    step = SHORT if len(content) <= SHORT_UP_TO else LONG
    return content.ljust(-(-len(content) // step) * step, b"\x00")


def text_of(content: bytes) -> str:
    """The text that `filled_up` put into bytes."""
    return content.rstrip(b"\x00")[:-1].decode("utf-8", "surrogatepass")
