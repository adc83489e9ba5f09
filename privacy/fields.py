"""Model fields whose columns hold sealed bytes. To the rest of the portal they are texts and JSON as before.

A value is opened when it is read from its row (`row.name`), not when the row is loaded; one that nobody sets is written
back as it is. An empty text is an empty column, so that a constraint may ask for it; nothing else can be looked up, ordered
or set without its row. What needs to be found goes through a blind index (privacy/blind.py).
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator
from django.db import connection, models
from django.db.models.lookups import Exact, IsNull, Lookup
from django.db.models.query_utils import DeferredAttribute

from . import keys, sealing
from .sealing import Place, SealBroken

if TYPE_CHECKING:
    TextBase = models.Field[str, str]
    JSONBase = models.Field[Any, Any]
else:
    TextBase = JSONBase = models.Field

logger = logging.getLogger("security")


class Sealed:
    """A sealed value as it came from the database. It shows nothing of itself: read the attribute of its row."""

    __slots__ = ("content", "opened")

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.opened: Any = None

    @property
    def key_id(self) -> UUID:
        return sealing.key_id_of(self.content)

    def __repr__(self) -> str:
        return "<Sealed>"

    def __str__(self) -> str:
        raise TypeError("A sealed value cannot be shown: read it from its row, not through values().")

    def __format__(self, spec: str) -> str:
        return str(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sealed):
            raise TypeError("A sealed value cannot be compared: read it from its row, not through values().")
        return self.content == other.content

    __hash__ = None  # type: ignore[assignment]  # as for whatever cannot be compared with others


class SealedAttribute(DeferredAttribute):
    """Opens the value of its field the first time that it is read."""

    field: SealedField

    def __get__(self, row: Any, owner: Any = None) -> Any:
        value = super().__get__(row, owner)
        if not isinstance(value, Sealed):
            return value
        if value.opened is None:
            value.opened = self.field.open_(value, row)
        if self.field.mutable:  # whoever holds it may change it in place: from now on it is written anew
            row.__dict__[self.field.attname] = value.opened
        return value.opened

    def __set__(self, row: Any, value: Any) -> None:
        row.__dict__[self.field.attname] = value


class Refused(Lookup):
    """Any way of looking for a sealed value but asking whether it is empty."""

    def __init__(self, lhs: Any, rhs: Any) -> None:
        raise FieldError(f"{lhs.target} is sealed: it cannot be looked for. Find it through a blind index.")


class SealedField(models.Field):
    """What the sealed fields have in common. Their models have `sealing_key()`: the id of the row's data key."""

    descriptor_class = SealedAttribute
    mutable = False

    def get_internal_type(self) -> str:
        return "BinaryField"

    def open_(self, value: Sealed, row: models.Model) -> Any:
        """Raises SealBroken, also for the security log; KeyDestroyed when the data was erased."""
        place = self._place(row)
        try:
            return self.of_bytes(sealing.open_(value.content, key=keys.open_(value.key_id), place=place))
        except sealing.KeyDestroyed:
            raise
        except SealBroken as broken:
            logger.error("seal broken: %s.%s of row %s: %s", place.table, place.column, place.row, broken)
            raise

    def seal(self, value: Any, row: models.Model) -> Sealed:
        """The value sealed for this very row, whose number must be known."""
        key_id = row.sealing_key()  # type: ignore[attr-defined]
        content = sealing.seal(
            self.to_bytes(value), key=keys.open_(key_id), key_id=key_id, place=self._place(row)
        )
        return Sealed(content)

    def _place(self, row: models.Model) -> Place:
        if row.pk is None:
            raise SealBroken("A value is sealed for its row; this row has no number yet.")
        assert self.column is not None
        return Place(row._meta.db_table, self.column, str(row.pk))

    def to_bytes(self, value: Any) -> bytes:
        raise NotImplementedError

    def of_bytes(self, content: bytes) -> Any:
        raise NotImplementedError

    def is_empty(self, value: Any) -> bool:
        return value is None or value == ""

    # How Django reads and writes ------------------------------------------------------------------

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        if value is None:
            return None
        content = bytes(value)
        if not content:
            return self.get_default()
        sealed = Sealed(content)
        try:
            keys.want(sealed.key_id)
        except SealBroken:
            pass  # told when it is read
        return sealed

    def pre_save(self, row: models.Model, add: bool) -> Any:
        value = row.__dict__[self.attname]
        if isinstance(value, Sealed):
            if add:
                raise SealBroken(
                    "A row cannot be copied with its sealed values: they belong to the other one."
                )
            return value
        return b"" if self.is_empty(value) else self.seal(value, row)

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.content
        if value is None or value == b"" or self.is_empty(value):
            return None if value is None else b""
        raise FieldError(
            f"{self.model._meta.label}.{self.name} is sealed: set it on its row and save that, and find it through a "
            "blind index."
        )

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = value if prepared else self.get_prep_value(value)
        return None if value is None else connection.Database.Binary(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "exact":
            return Exact
        if lookup_name == "isnull":  # Django asks for it itself, where a row may be missing
            return IsNull
        return Refused

    def get_transform(self, lookup_name: str) -> Any:
        return None

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("Sealed values are not dumped: copy the database itself.")


class SealedCharField(SealedField, TextBase):
    """A sealed text of one line, as long as `max_length` characters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str | Sealed) else str(value)

    def to_bytes(self, value: Any) -> bytes:
        return sealing.filled_up(self.to_python(value))

    def of_bytes(self, content: bytes) -> str:
        return sealing.text_of(content)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"max_length": self.max_length, **kwargs})


class SealedTextField(SealedCharField):
    """A sealed text of several lines."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"widget": forms.Textarea, **kwargs})


class SealedJSONField(SealedField, JSONBase):
    """Anything that JSON can say, sealed. An empty one is kept as its default."""

    empty_strings_allowed = False
    mutable = True

    def to_bytes(self, value: Any) -> bytes:
        return sealing.filled_up(json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder))

    def of_bytes(self, content: bytes) -> Any:
        return json.loads(sealing.text_of(content))

    def is_empty(self, value: Any) -> bool:
        return bool(value == self.get_default())

    def formfield(self, **kwargs: Any) -> Any:
        return None


# Numbers of rows ----------------------------------------------------------------------------------


class NumberedField(models.BigAutoField):
    """A row's number, taken before the row is written: what is sealed in the row is bound to it."""

    def get_pk_value_on_save(self, row: models.Model) -> int:
        return take_numbers(type(row), 1)[0]


def take_numbers(model: type[models.Model], count: int) -> list[int]:
    """As many new row numbers, in one statement; for rows that are inserted many at a time."""
    assert model._meta.pk.column is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{model._meta.db_table}"', model._meta.pk.column, count],
        )
        return [number for (number,) in cursor.fetchall()]
