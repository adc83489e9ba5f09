"""Opening what very many rows hold, without a model instance for each: for what reads a hundred thousand rows.

The same bytes are opened with the same keys, bound to the same places, as `privacy.fields` does row by row. Nothing is kept: an
opened key lives as long as its row is looked at.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from . import keys, sealing
from .fields import SealedCharField
from .sealing import HEAD, SealBroken

logger = logging.getLogger("security")

VERSION = bytes([sealing.VERSION])


class Opener:
    """Opens some sealed texts of rows of one model, always the same, in their order."""

    def __init__(self, model: type[models.Model], names: Sequence[str]) -> None:
        self.table = model._meta.db_table
        self.columns: list[str] = []
        for name in names:
            field = model._meta.get_field(name)
            assert isinstance(field, SealedCharField)
            assert field.column is not None
            self.columns.append(field.column)
        self._unwrap = keys.Unwrapper().key
        self._beginnings = [sealing.beginning(self.table, column) for column in self.columns]

    def texts(
        self, row: int, key_id: UUID, wrapped: bytes, wrapped_by: str, values: Sequence[bytes]
    ) -> list[str]:
        """The texts of one row, whose key is `key_id`, with what the key's own row says of it.

        Raises SealBroken, also for the security log; KeyDestroyed when the data was erased.
        """
        try:
            opened = AESGCM(self._unwrap(key_id, wrapped, wrapped_by)).decrypt
            ending, head = sealing.ending(str(row), key_id), VERSION + key_id.bytes
            texts = []
            for beginning, value in zip(self._beginnings, values, strict=True):
                if not value:
                    texts.append("")
                elif value[:17] == head:
                    texts.append(sealing.text_of(opened(value[17:HEAD], value[HEAD:], beginning + ending)))
                else:
                    raise SealBroken("These bytes are no value that was sealed with the row's key.")
            return texts
        except sealing.KeyDestroyed:
            raise
        except SealBroken as broken:
            logger.error("seal broken: %s, row %s: %s", self.table, row, broken)
            raise
        except (InvalidTag, ValueError):
            logger.error("seal broken: %s, row %s", self.table, row)
            raise SealBroken("A sealed value was altered, or belongs elsewhere.") from None
