"""Sessions in the database, sealed: what somebody searched for is a name, and stands in none of its columns.

A session is bound to its own key, so that none can be put in the place of another. One that cannot be opened is empty, as
Django does with one whose signature is wrong: its reader signs in again.
"""

from __future__ import annotations

import base64
import logging
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.signing import JSONSerializer

from . import keyring

PURPOSE = "seal sessions"
logger = logging.getLogger("security")


class SessionStore(DatabaseStore):
    def create_model_instance(self, data: dict[str, Any]) -> Any:
        self._get_or_create_session_key()  # type: ignore[attr-defined]  # what `encode` binds to
        return super().create_model_instance(data)

    def encode(self, session_dict: dict[str, Any]) -> str:
        active, nonce = keyring.keys().active, os.urandom(12)
        content = JSONSerializer().dumps(session_dict)
        sealed = nonce + AESGCM(active.derived(PURPOSE)).encrypt(nonce, content, self._bound_to())
        return f"{active.name}:{base64.b64encode(sealed).decode()}"

    def decode(self, session_data: Any) -> dict[str, Any]:
        name, _colon, encoded = str(session_data).partition(":")
        try:
            sealed = base64.b64decode(encoded, validate=True)
            key = keyring.keys().get(name).derived(PURPOSE)
            return JSONSerializer().loads(AESGCM(key).decrypt(sealed[:12], sealed[12:], self._bound_to()))
        except (InvalidTag, ValueError, keyring.UnknownKey):
            logger.warning("A session could not be opened; whoever holds it signs in again.")
            return {}

    def _bound_to(self) -> bytes:
        return b"session " + (self.session_key or "").encode()
