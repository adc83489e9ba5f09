"""The portal's keys in a file of their own, sealed with a passphrase: scrypt (RFC 7914) and AES-256-GCM (NIST SP 800-38D).

Without PRIVACY_KEYS a backup is worth nothing, and with them it is everybody's secret: so the file never lies in a backup.
"""

from __future__ import annotations

import base64
import json
import os
from getpass import getpass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

from . import disk
from .trouble import Trouble, in_one_sentence

NAMES = ("PRIVACY_KEYS", "PRIVACY_INDEX_KEYS", "LOG_SIGNING_KEY", "SECRET_KEY")
COST = {"n": 2**16, "r": 8, "p": 1}  # 64 MiB and a fraction of a second
SHORTEST = 16  # characters of a passphrase
ABOUT = b"portal keys 1"


def passphrase(asked: str) -> str:
    """BACKUP_PASSPHRASE, or what somebody types. Raises Trouble where nobody is there to be asked."""
    try:
        return os.environ.get("BACKUP_PASSPHRASE") or getpass(asked)
    except EOFError:
        raise Trouble("Set BACKUP_PASSPHRASE: there is no terminal at which to type a passphrase.") from None


def refuse_unless_writable(path: Path, passphrase: str) -> None:
    """Before the backup is made: Trouble where the keys could not be written after it."""
    if len(passphrase) < SHORTEST:
        raise Trouble(
            f"The passphrase is too short: {SHORTEST} characters or more, such as five words drawn by lot."
        )
    with in_one_sentence(f"{path} cannot be written"):
        if path.exists() or path.is_symlink():
            raise Trouble(f"{path} is there already: name another file, so that no keys are written over.")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise Trouble(f"{path} cannot be written: {path.parent} is no folder, or takes nothing from you.")


def write(path: Path, passphrase: str) -> None:
    """Seal the keys of this portal into a new file, whole and on the disk, or not at all. Raises Trouble where a file is
    there, or the passphrase is short."""
    refuse_unless_writable(path, passphrase)
    salt, nonce = os.urandom(16), os.urandom(12)
    content = json.dumps({name: getattr(settings, name) for name in NAMES}).encode()
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, content, ABOUT)
    kept = {"format": 1, "salt": _text(salt), "nonce": _text(nonce), "sealed": _text(sealed)}
    part = path.with_name(f".{path.name}.part")
    with in_one_sentence(f"{path} cannot be written"):
        try:
            part.unlink(missing_ok=True)  # of a crash
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(kept, file)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)
        disk.sync(path.parent)


def read(path: Path, passphrase: str) -> dict[str, str]:
    """The keys by the names of their settings. Raises Trouble for a wrong passphrase or a file that was altered."""
    try:
        kept = json.loads(path.read_text())
        salt, nonce, sealed = (base64.b64decode(kept[name]) for name in ("salt", "nonce", "sealed"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{path} is no file of keys, or it was cut off.") from error
    try:
        return dict(json.loads(AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, ABOUT)))
    except (InvalidTag, ValueError):
        raise Trouble(f"The passphrase does not open {path}, or the file was altered.") from None


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **COST).derive(passphrase.encode())


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
