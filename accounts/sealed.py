"""Sealing what belongs to accounts: second factors, and forms that came too late. Each value has a data key of its own,
which the portal's keyring wraps, so that changing the keyring's keys reaches them too (`manage.py rotate_keys`)."""

from collections.abc import Iterable

from privacy import keys, sealing
from privacy.sealing import Place


def seal(content: bytes, *, place: Place) -> bytes:
    """Encrypt `content` so that it opens only for the same place."""
    key = keys.make()
    return sealing.seal(content, key=keys.open_(key.pk), key_id=key.pk, place=place)


def open_(sealed: bytes | memoryview, *, place: Place) -> bytes:
    """What was sealed for this place. Raises SealBroken when it was altered, moved, or its key is gone."""
    content = bytes(sealed)
    return sealing.open_(content, key=keys.open_(sealing.key_id_of(content)), place=place)


def forget(values: Iterable[bytes | memoryview]) -> None:
    """Destroy the keys of these values: nobody opens them any more, not in a copy either."""
    keys.destroy(sealing.key_id_of(bytes(value)) for value in values)
