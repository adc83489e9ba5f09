"""Queries that are built once: each reader gets what the query would give them, and what was kept holds nothing of anybody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts import prepared
from accounts.models import User
from accounts.roles import Right
from agencies.models import Partner
from agencies.tests.factories import make_partner

from .factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def built(monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    """What is kept in this test."""
    kept: dict[Any, Any] = {}
    monkeypatch.setattr(prepared, "_kept", kept)
    return kept


def person(**fields: Any) -> User:
    return make_user(**{"partner": make_partner(), **fields})


def of_ones_partner(reader: User) -> Any:
    if not reader.can(Right.WORK_CASES):
        return User.objects.none()
    return User.objects.filter(Q(partner=reader.partner_id) & ~Q(pk=reader.pk)).order_by("pk")


def test_each_reader_gets_their_own_rows(built: dict[Any, Any]) -> None:
    ours, theirs = make_partner(), make_partner()
    people = [person(partner=partner) for partner in (ours, ours, theirs, theirs, theirs)]
    for one in people:
        assert prepared.rows("colleagues", one, of_ones_partner) == list(of_ones_partner(one))
    assert len(built) == 1


def test_it_is_built_once_for_each_set_of_rights() -> None:
    asked: list[User] = []

    def ask(reader: User) -> Any:
        asked.append(reader)
        return of_ones_partner(reader)

    first, second = person(), person()
    for one in (first, second, first):
        prepared.rows("colleagues", one, ask)
    assert len(asked) == 1
    assert prepared.rows("colleagues", person(is_active=False), ask) == []  # who is shut out has no rights
    assert len(asked) == 2
    assert {one.pk for one in asked} == {prepared.READER}


def test_what_depends_on_more_than_rights_fails_at_once() -> None:
    def ask(reader: User) -> Any:
        return User.objects.filter(email=reader.email)

    with pytest.raises(User.DoesNotExist):
        prepared.rows("by name", person(), ask)


def test_values_are_put_in_when_it_is_asked() -> None:
    def ask(name: str, since: datetime, number: int, numbers: list[int]) -> Any:
        among = User.objects.filter(prepared.AnyOf("id", numbers))
        return among.filter(full_name=name, date_joined__gte=since, pk__gte=number)

    people = [person(full_name=name) for name in ("Ayu", "Budi", "Ayu")]
    numbers = [one.pk for one in people]
    for name in ("Ayu", "Budi", "Citra"):
        for since in (timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)):
            for number in numbers:
                for among in ([], numbers[:1], numbers):
                    values: dict[str, Any] = {
                        "name": name,
                        "since": since,
                        "number": number,
                        "numbers": among,
                    }
                    assert prepared.rows("named", None, ask, **values) == list(ask(**values))


def test_a_value_that_is_not_asked_for_is_a_mistake() -> None:
    with pytest.raises(AssertionError):
        prepared.rows("all", None, lambda number: User.objects.all(), number=1)


def test_now_is_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask() -> Any:
        return User.objects.filter(date_joined__lt=timezone.now())

    one = person()
    assert one in prepared.rows("joined", None, ask)
    monkeypatch.setattr(timezone, "now", lambda: one.date_joined - timedelta(hours=1))
    assert prepared.rows("joined", None, ask) == []


def test_a_while_ago_is_counted_from_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask() -> Any:
        return User.objects.filter(date_joined__lt=timezone.now() - timedelta(days=30))

    one = person()
    assert one not in prepared.rows("joined", None, ask)
    monkeypatch.setattr(timezone, "now", lambda: one.date_joined + timedelta(days=31))
    assert one in prepared.rows("joined", None, ask)


def test_a_moment_that_would_be_kept_for_good_is_a_mistake() -> None:
    odd = timezone.now() - timedelta(days=3, minutes=17)
    with pytest.raises(AssertionError):
        prepared.rows("joined", None, lambda: User.objects.filter(date_joined__lt=odd))
    with pytest.raises(AssertionError):
        prepared.rows("today", None, lambda: User.objects.filter(date_joined__date=odd.date()))


def test_related_rows_and_values_come_as_django_brings_them() -> None:
    one = person()
    assert one.partner is not None
    [known] = prepared.rows(
        "whole", None, lambda number: User.objects.select_related("partner").filter(pk=number), number=one.pk
    )
    assert known._state.fields_cache["partner"] == one.partner
    partners = Partner.objects.order_by("code")
    assert prepared.rows("rows", None, lambda: partners.values_list("code", "kind")) == list(
        partners.values_list("code", "kind")
    )
    assert prepared.rows("dicts", None, lambda: partners.values("code")) == list(partners.values("code"))


def test_nobody_has_the_numbers_of_the_stand_ins() -> None:
    assert not User.objects.filter(pk__lte=prepared.READER + 1).exists()
    assert prepared.LONG_AGO.year < 1900
