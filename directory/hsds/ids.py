"""Stable ids: what has no UUID of its own gets one made from what it is known by, the same in every installation."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid5

from agencies.models import Partner

NAMESPACE = UUID("6b0c3f0e-5a0d-5d2c-9f0e-4f6f8b0f1d27")


def made(*known_by: object) -> str:
    """The id of what these parts name together, such as the first phone of a service."""
    return str(uuid5(NAMESPACE, ":".join(map(str, known_by))))


def organization(code: str) -> str:
    """The id of the partner with this code: a code never changes."""
    return made("organization", code)


def partner_with(pk: UUID, partners: Iterable[Partner]) -> Partner | None:
    return next((partner for partner in partners if organization(partner.code) == str(pk)), None)
