"""A sealed value is read in its own row and column alone, whatever column of whatever table it is and under the same key."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from privacy import keys
from privacy.fields import Sealed, SealedField, SealedJSONField
from privacy.sealing import SealBroken

SEALED = [
    (model, field)
    for model in apps.get_models()
    for field in model._meta.concrete_fields
    if isinstance(field, SealedField)
]
NAMES = [f"{model._meta.label}.{field.name}" for model, field in SEALED]

pytestmark = pytest.mark.django_db


def row(model: type[models.Model], number: int) -> Any:
    is_uuid = isinstance(model._meta.pk, models.UUIDField)
    return model(pk=uuid.UUID(int=number) if is_uuid else number)


def said(field: SealedField) -> Any:
    return {"name": "Contoh"} if isinstance(field, SealedJSONField) else "Contoh"


@pytest.fixture
def one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows have the same data key, so that nothing but the binding to the place keeps them apart."""
    key = keys.make()
    for model in {model for model, _field in SEALED}:
        monkeypatch.setattr(model, "sealing_key", lambda self: key.pk)


def test_every_table_that_holds_something_sealed_is_here() -> None:
    assert {"cases_worker", "cases_case", "cases_document", "cases_caseevent", "referrals_referral"} <= {
        model._meta.db_table for model, _field in SEALED
    }
    assert len(SEALED) > 30


@pytest.mark.usefixtures("one_key")
@pytest.mark.parametrize(("model", "field"), SEALED, ids=NAMES)
def test_what_was_swapped_between_rows_columns_or_tables_is_noticed(
    model: type[models.Model], field: SealedField
) -> None:
    content = field.seal(said(field), row(model, 1)).content
    assert field.open_(Sealed(content), row(model, 1)) == said(field)
    with pytest.raises(SealBroken):
        field.open_(Sealed(content), row(model, 2))
    for other_model, other in SEALED:
        if (other_model, other) != (model, field):
            with pytest.raises(SealBroken):
                other.open_(Sealed(content), row(other_model, 1))
