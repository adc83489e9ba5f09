"""The door of a view, and holding on to a person whose act began long before it writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.policy import allow, ensure, hold
from accounts.roles import Caseworker, PartnerAdmin, Right, Supervisor
from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner


@allow(Right.OVERSEE_CASES)
def the_view(request: Any, number: int, *, word: str) -> HttpResponse:
    """What it says."""
    return HttpResponse(f"{number} {word} {request.user.pk}")


@pytest.mark.parametrize(("role", "enters"), [(Supervisor, True), (Caseworker, False), (PartnerAdmin, False)])
def test_only_roles_with_the_right_enter_a_view(rf: RequestFactory, role: Any, enters: bool) -> None:
    request: Any = rf.get("/")
    request.user = User(pk=7, role=role.code)
    if not enters:
        with pytest.raises(PermissionDenied):
            the_view(request, 1, word="one")
        return
    assert the_view(request, 1, word="one").content == b"1 one 7"  # type: ignore[attr-defined]  # no stream
    assert (the_view.__name__, the_view.__doc__) == ("the_view", "What it says.")


def test_what_is_permitted_goes_on() -> None:
    ensure(True)
    with pytest.raises(PermissionDenied):
        ensure(False)


@pytest.mark.django_db
def test_who_is_as_they_were_is_held_until_the_end_and_new_rows_may_still_name_them() -> None:
    person = make_user(partner=make_partner())
    make_user(partner=make_partner(), role=Supervisor.code)
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        hold(person)
    [statement] = [query["sql"] for query in asked.captured_queries if "accounts_user" in query["sql"]]
    assert statement.endswith("FOR SHARE")


def suspended(person: User) -> dict[str, Any]:
    return {"is_active": False}


def other_role(person: User) -> dict[str, Any]:
    return {"role": Supervisor.code}


def other_partner(person: User) -> dict[str, Any]:
    return {"partner": make_partner()}


def sessions_ended(person: User) -> dict[str, Any]:
    return {"session_generation": person.session_generation + 1}


@pytest.mark.django_db
@pytest.mark.parametrize("change", [suspended, other_role, other_partner, sessions_ended])
def test_who_was_changed_meanwhile_writes_nothing(change: Callable[[User], dict[str, Any]]) -> None:
    person = make_user(partner=make_partner())
    make_user(partner=person.partner)  # a colleague who is just what this person was
    User.objects.filter(pk=person.pk).update(**change(person))
    with transaction.atomic(), pytest.raises(PermissionDenied):
        hold(person)


@pytest.mark.django_db
def test_who_is_gone_writes_nothing() -> None:
    person = make_user(partner=make_partner())
    User.objects.filter(pk=person.pk).delete()
    with transaction.atomic(), pytest.raises(PermissionDenied):
        hold(person)
