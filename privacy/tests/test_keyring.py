"""The ring of keys, as the environment names it."""

import base64
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from privacy import keyring
from privacy.keyring import UnknownKey, parse


def key(letter: str, length: int = 32) -> str:
    return base64.b64encode(letter.encode() * length).decode()


def test_the_first_key_is_the_active_one_and_the_others_still_open() -> None:
    ring = parse(f"2026b:{key('b')}, 2025a:{key('a')}", "PRIVACY_KEYS")
    assert ring.active.name == "2026b"
    assert ring.get("2025a").secret == b"a" * 32
    assert ring.names == ["2026b", "2025a"]


def test_what_is_derived_differs_by_key_and_purpose_and_is_never_the_key() -> None:
    ring = parse(f"x:{key('b')},y:{key('a')}", "PRIVACY_KEYS")
    derived = {one.derived(purpose) for one in ring.keys for purpose in ("wrap data keys", "seal sessions")}
    assert len(derived) == 4
    assert derived.isdisjoint({one.secret for one in ring.keys})
    assert all(len(one) == 32 for one in derived)


def test_a_key_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownKey, match="“2019”"):
        parse(f"x:{key('b')}", "PRIVACY_KEYS").get("2019")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Set PRIVACY_KEYS to at least one key"),
        (" , ", "Set PRIVACY_KEYS to at least one key"),
        (key("a"), "Entry 1 of PRIVACY_KEYS has no name"),
        (f"x:{key('a')},two words:{key('b')}", "Entry 2 of PRIVACY_KEYS has no name"),
        ("x:not base64!", "is not base64"),
        (f"x:{key('a', 16)}", "has 16 bytes instead of 32"),
        (f"x:{key('a')},x:{key('b')}", "holds the same name twice"),
        (f"x:{key('a')},y:{key('a')}", "holds the same key twice"),
    ],
)
def test_a_ring_that_is_not_sound_gets_a_sentence_and_never_shows_a_key(text: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said) as refusal:
        parse(text, "PRIVACY_KEYS")
    assert key("a") not in str(refusal.value)


def test_a_key_does_not_show_itself() -> None:
    ring = parse(f"x:{key('a')}", "PRIVACY_KEYS")
    assert "aaaa" not in repr(ring)


def test_each_ring_is_read_from_its_own_setting(settings: Any) -> None:
    settings.PRIVACY_KEYS, settings.PRIVACY_INDEX_KEYS = f"one:{made(1)}", f"two:{made(2)}"
    assert (keyring.keys().names, keyring.index_keys().names) == (["one"], ["two"])
    assert keyring.keys().active.secret == bytes([1]) * 32
    for name, ring in (("PRIVACY_KEYS", keyring.keys), ("PRIVACY_INDEX_KEYS", keyring.index_keys)):
        setattr(settings, name, "")
        with pytest.raises(ImproperlyConfigured, match=rf"^Set {name} to at least one key"):
            ring()


@pytest.mark.parametrize("odd", ["a:b:", "a:!"])
def test_what_stands_beside_a_key_is_not_read_over(odd: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^Entry 1 of PRIVACY_KEYS \(“a”\) is not base64"):
        keyring.parse(f"{odd}{made(1)}", "PRIVACY_KEYS")


def made(byte: int) -> str:
    return base64.b64encode(bytes([byte]) * 32).decode()
