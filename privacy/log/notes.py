"""Checkpoints as signed text: a note with origin, size, root and time, and an Ed25519 signature (RFC 8032) under it.

The shape is that of C2SP's signed notes (tlog-checkpoint): the text, an empty line, and "— name signature".
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ORIGIN = "pmi-portal access log"
HOW = 'python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"'


class NoteRefused(Exception):
    """A text is no checkpoint of ours: another shape, or not signed with our key."""


@dataclass(frozen=True)
class Note:
    """What a checkpoint says: the first `size` entries have the Merkle root `root`."""

    size: int
    root: bytes
    made_at: datetime

    @property
    def text(self) -> str:
        root = base64.b64encode(self.root).decode()
        return f"{ORIGIN}\n{self.size}\n{root}\n{self.made_at.isoformat()}\n"


def sign(note: Note) -> str:
    """The note with its signature under it."""
    signature = base64.b64encode(_private_key().sign(note.text.encode())).decode()
    return f"{note.text}\n— {ORIGIN} {signature}\n"


def read(signed: str, *, public_key: str) -> Note:
    """What a signed note says. Raises NoteRefused unless this key signed it."""
    text, gap, signature_line = signed.partition("\n\n")
    mark = f"— {ORIGIN} "
    if not gap or not signature_line.startswith(mark):
        raise NoteRefused("This is no signed checkpoint.")
    try:
        signature = base64.b64decode(signature_line.removeprefix(mark).strip(), validate=True)
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(signature, f"{text}\n".encode())
        origin, size, root, made_at = text.split("\n")
        if origin != ORIGIN:
            raise NoteRefused("This checkpoint is of another log.")
        return Note(int(size), base64.b64decode(root, validate=True), datetime.fromisoformat(made_at))
    except InvalidSignature:
        raise NoteRefused("The signature is not ours, or the checkpoint was altered.") from None
    except (ValueError, binascii.Error):
        raise NoteRefused("This is no signed checkpoint, or the public key is none.") from None


def public_key() -> str:
    """The key that proves our checkpoints, in base64: keep it off the machine, beside the checkpoints."""
    raw = _private_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _private_key() -> Ed25519PrivateKey:
    return _parse(settings.LOG_SIGNING_KEY)


@lru_cache(maxsize=4)
def _parse(text: str) -> Ed25519PrivateKey:
    """Raises ImproperlyConfigured, which never shows the key."""
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error):
        raise ImproperlyConfigured(
            f"Set LOG_SIGNING_KEY to 32 bytes in base64, and keep it from the database's owner. Make one with: {HOW}"
        ) from None
