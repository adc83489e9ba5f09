"""The column that keeps a row's blind index, written whenever what it speaks of is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL

from . import blind
from .fields import Sealed
from .keyring import RingKey
from .models import HoldsKey
from .sealing import KeyDestroyed

AT_ONCE = 4  # words that a table's function takes in one call


class BlindIndexField(ArrayField):
    """Tokens of the row's sealed values; `of` names them, each with its kind (`blind.KINDS`).

    Saved together with them: a save that names only some fields names this one beside them (`Findable`).
    """

    def __init__(self, *, of: Mapping[str, str], **kwargs: Any) -> None:
        self.of = dict(of)
        kwargs |= {"base_field": models.BigIntegerField(), "default": list, "editable": False}
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("base_field", "default", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, row: models.Model, add: bool) -> Any:
        if add or any(not isinstance(row.__dict__.get(name, ""), Sealed) for name in self.of):
            setattr(row, self.attname, self.made_of(row))
        return getattr(row, self.attname)

    def made_of(self, row: models.Model, *, key: RingKey | None = None) -> list[int]:
        """The tokens that the row's values have now, under the active key or another one."""
        return blind.index(((kind, getattr(row, name) or "") for name, kind in self.of.items()), key=key)

    def made_of_what_is_left(self, row: models.Model) -> list[int]:
        """The same, for a row that may have been erased: then nothing is found by it any more."""
        try:
            return self.made_of(row)
        except KeyDestroyed:
            return blind.index([])


class Findable(HoldsKey):
    """A row with a blind index, and with a data key of its own: without its key it is not found either."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        named = kwargs.get("update_fields")
        if named is not None:
            touched = [field.name for field in index_fields(type(self)) if set(named) & field.of.keys()]
            kwargs["update_fields"] = [*named, *touched]
        super().save(*args, **kwargs)


def index_fields(model: type[models.Model]) -> list[BlindIndexField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, BlindIndexField)]


def indexes() -> list[tuple[type[Findable], BlindIndexField]]:
    """Every blind index of the portal: the model and its column."""
    findable = (model for model in apps.get_models() if issubclass(model, Findable))
    return [(model, field) for model in findable for field in index_fields(model)]


def empty(key_ids: Sequence[UUID]) -> None:
    """Let nothing be found any more of the rows that hold these data keys."""
    nothing = blind.index([])
    for model, field in indexes():
        model._default_manager.filter(data_key__in=key_ids).update(**{field.name: nothing})


def found_by(model: type[models.Model], search: blind.Search) -> models.Q:
    """The rows of the acting partner whose index a search finds; none for a search that asks for nothing.

    Asks the function that the model's table has for it, which walks the index where row-level security lets no query do so.
    """
    words = search.words or [[]]
    asked = (words[place : place + AT_ONCE] for place in range(0, len(words), AT_ONCE))
    return reduce(and_, (_asked(model, search.numbers, some) for some in asked))


def _asked(model: type[models.Model], numbers: list[int], words: list[list[int]]) -> models.Q:
    filled = [*words, *[words[0]] * (AT_ONCE - len(words))]
    statement = f"SELECT {model._meta.db_table}_found({', '.join(['%s::bigint[]'] * (1 + AT_ONCE))})"
    return models.Q(pk__in=RawSQL(statement, [numbers, *filled]))
