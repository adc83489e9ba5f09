"""Sessions in the database, sealed: what somebody searched for is a name, and stands in none of its columns.

A session is bound to its own key, so that none can be put in the place of another. One that cannot be opened is empty, as
Django does with one whose signature is wrong: its reader signs in again.
"""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.signing import JSONSerializer
from django.db import InterfaceError, OperationalError

from . import brief
from .sealing import SealBroken

PURPOSE = "seal sessions"
logger = logging.getLogger("security")


class SessionStore(DatabaseStore):
    def create_model_instance(self, data: dict[str, Any]) -> Any:
        self._get_or_create_session_key()  # type: ignore[attr-defined]  # what `encode` binds to
        return super().create_model_instance(data)

    def save(self, must_create: bool = False) -> None:
        """As Django does, but a database that breaks off is no session that somebody ended meanwhile: that would be answered
        with 400, and nobody sends again what they were told is wrong."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise

    def encode(self, session_dict: dict[str, Any]) -> str:
        content = JSONSerializer().dumps(session_dict)
        return brief.seal(content, purpose=PURPOSE, bound_to=self._bound_to())

    def decode(self, session_data: Any) -> dict[str, Any]:
        try:
            content = brief.open_(str(session_data), purpose=PURPOSE, bound_to=self._bound_to())
            return JSONSerializer().loads(content)
        except (SealBroken, ValueError):
            logger.warning("A session could not be opened; whoever holds it signs in again.")
            return {}

    def _bound_to(self) -> str:
        return "session " + (self.session_key or "")
