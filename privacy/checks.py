"""What `manage.py check --database default` (and with it `migrate`) says about the keys of the environment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from . import rotation
from .models import DataKey


@register(Tags.database)
def every_key_in_use_is_there(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """No row needs a key that was taken out of PRIVACY_KEYS."""
    if not databases or DataKey._meta.db_table not in connection.introspection.table_names():
        return []
    return [Error(sentence, id="privacy.E001") for sentence in rotation.missing()]
