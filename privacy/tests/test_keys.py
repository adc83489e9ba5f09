"""Data keys: made, wrapped, opened a few at a time, destroyed."""

import hashlib
import hmac
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import IntegrityError, transaction

from cases.models import Case
from cases.tests.factories import make_case
from privacy import key_store, keys
from privacy.models import DataKey
from privacy.sealing import KeyDestroyed, SealBroken

pytestmark = pytest.mark.django_db
OLD = "old:" + "b2xk" * 10 + "b2w="
NEW = "new:" + "bmV3" * 10 + "bmU="


def test_a_key_is_never_in_the_database_as_it_is() -> None:
    key = keys.make()
    opened = keys.open_(key.pk)
    assert len(opened) == 32
    assert opened not in bytes(DataKey.objects.get(pk=key.pk).wrapped)


def test_a_key_is_wrapped_as_the_standards_say_so_that_keys_of_before_go_on_opening(settings: Any) -> None:
    """AES-256-GCM under a key derived by HKDF-SHA256 without salt (RFC 5869), bound to its number and the ring's name."""
    settings.PRIVACY_KEYS = OLD
    key = keys.make()
    assert DataKey.objects.count() == 1
    extracted = hmac.digest(bytes(32), b"oldoldoldoldoldoldoldoldoldoldol", hashlib.sha256)
    derived = hmac.digest(extracted, b"pmi-portal wrap data keys\x01", hashlib.sha256)
    wrapped = bytes(DataKey.objects.get().wrapped)
    opened = AESGCM(derived).decrypt(wrapped[:12], wrapped[12:], b"data key" + key.pk.bytes + b"old")
    assert opened == keys.open_(key.pk)


def test_a_new_key_is_open_and_one_that_was_opened_is_opened_once(
    django_assert_num_queries: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with django_assert_num_queries(0):
        assert keys.open_(keys.unsaved().pk)
    key = keys.make()
    with keys.scope():
        opened = keys.open_(key.pk)
        monkeypatch.setattr(keys, "unwrap", None)
        assert keys.open_(key.pk) == opened


def test_no_two_keys_are_alike() -> None:
    assert len({keys.open_(key.pk) for key in keys.make_many(50)}) == 50


def test_all_keys_that_loaded_rows_need_are_fetched_in_one_statement(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    made = [(key.pk, keys.open_(key.pk)) for key in keys.make_many(60)]
    with keys.scope():
        for pk, _opened in made:
            keys.want(pk)
        with django_assert_num_queries(1):
            assert [(pk, keys.open_(pk)) for pk, _opened in made] == made


def test_keys_that_come_with_their_rows_need_no_statement(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    case = make_case()
    with keys.scope(), django_assert_num_queries(1):
        loaded = Case.objects.select_related("data_key", "worker__data_key").get(pk=case.pk)
        assert (loaded.worker.name, loaded.place) == ("Contoh Melati", "Johor Bahru")


def test_a_key_is_forgotten_with_its_request(django_assert_num_queries: Callable[..., Any]) -> None:
    key = keys.make()
    for _request in range(2):
        with keys.scope(), django_assert_num_queries(1):
            assert keys.open_(key.pk) == keys.open_(key.pk)


def test_without_a_scope_no_more_keys_are_kept_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(key_store, "MOST", 5)
    made = keys.make_many(20)
    with keys.scope():
        for key in made:
            keys.want(key.pk)
            keys.open_(key.pk)
        store = key_store.current()
        assert max(len(store.opened), len(store.fetched), len(store.wanted)) <= 6
        assert all(keys.open_(key.pk) for key in made)


def test_a_destroyed_key_opens_nothing_from_that_moment_on() -> None:
    key, other = keys.make_many(2)
    assert keys.destroy([key.pk]) == 1
    with pytest.raises(KeyDestroyed, match=r"^The key of this data was destroyed\.$"):
        keys.open_(key.pk)
    with keys.scope(), pytest.raises(KeyDestroyed):
        keys.open_(key.pk)
    assert keys.open_(other.pk)
    row = DataKey.objects.get(pk=key.pk)
    assert (bytes(row.wrapped), row.wrapped_by) == (b"", "")
    assert row.destroyed_at is not None
    assert keys.destroy([key.pk]) == 0


def test_a_key_that_nobody_made_is_told_from_one_that_was_destroyed() -> None:
    with pytest.raises(SealBroken, match=r"^There is no such data key\.$") as broken:
        keys.open_(uuid.uuid4())
    assert not isinstance(broken.value, KeyDestroyed)


def test_a_key_in_the_place_of_another_opens_nothing() -> None:
    one, other = keys.make_many(2)
    DataKey.objects.filter(pk=one.pk).update(wrapped=other.wrapped)
    with keys.scope(), pytest.raises(SealBroken, match=r"^A data key was altered, or wrapped by .* name\.$"):
        keys.open_(one.pk)


def test_a_spoiled_key_holds_up_no_other_that_is_fetched_with_it() -> None:
    one, other = keys.make_many(2)
    DataKey.objects.filter(pk=one.pk).update(wrapped=b"spoiled")
    with keys.scope():
        keys.want(one.pk)
        assert keys.open_(other.pk)
        with pytest.raises(SealBroken):
            keys.open_(one.pk)


def test_old_keys_still_open_and_rewrapping_needs_the_old_one_only_once(settings: Any) -> None:
    settings.PRIVACY_KEYS = OLD
    key = keys.make()
    opened = keys.open_(key.pk)
    settings.PRIVACY_KEYS = f"{NEW},{OLD}"
    with keys.scope():
        assert keys.open_(key.pk) == opened
    row = DataKey.objects.get(pk=key.pk)
    keys.rewrap(row)
    row.save()
    settings.PRIVACY_KEYS = NEW
    with keys.scope():
        assert keys.open_(key.pk) == opened


def test_without_the_key_that_wrapped_it_a_sentence_names_that_key(settings: Any) -> None:
    settings.PRIVACY_KEYS = OLD
    key = keys.make()
    settings.PRIVACY_KEYS = NEW
    with keys.scope(), pytest.raises(SealBroken, match="“old” is not among PRIVACY_KEYS"):
        keys.open_(key.pk)


def test_the_database_takes_no_key_that_is_neither_wrapped_nor_destroyed() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DataKey.objects.create(wrapped=b"")
