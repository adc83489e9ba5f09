"""The one taxonomy: our kinds of service, each a term."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from django.utils.translation import override

from agencies.choices import ServiceKind

from . import ids

TAXONOMY_ID = ids.made("taxonomy", "service-kinds")
TAXONOMY_NAME = "Jenis layanan Portal PMI"


def taxonomy() -> dict[str, Any]:
    return {
        "id": TAXONOMY_ID,
        "name": TAXONOMY_NAME,
        "description": "Kinds of service for Indonesian migrant workers, as a referral asks for them.",
        "version": "1",
    }


def term_id(kind: str) -> str:
    return ids.made("term", kind)


@cache
def term(kind: str) -> dict[str, Any]:
    """The kind as a term: named in Indonesian, described in English."""
    code = ServiceKind(kind)
    with override("id"):
        name = str(code.label)
    with override("en"):
        description = str(code.label)
    return {
        "id": term_id(kind),
        "code": kind,
        "name": name,
        "description": description,
        "taxonomy": TAXONOMY_NAME,
        "taxonomy_detail": taxonomy(),
        "language": "id",
    }


def kind_of(pk: UUID) -> str | None:
    """The kind whose term has this id."""
    return next((kind for kind in ServiceKind.values if term_id(kind) == str(pk)), None)
