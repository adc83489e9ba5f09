"""Whose role does not work on cases reads none, admins first of all: over every route, and over every page of Django's plain admin."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts.models import User
from accounts.roles import ROLES, PortalAdmin, Right
from accounts.tests.factories import make_user
from cases import access, actions
from cases.models import Case, Worker
from cases.tests.factories import make_case
from cases.tests.restricted import GLASS, violence
from privacy.fields import SealedCharField
from referrals import actions as referral_actions

from .test_routes import ROUTES, UNNAMED, Visitors
from .world import World, make_world

ADMINS = sorted(code for code, role in ROLES.items() if Right.WORK_CASES not in role.rights)
# One mark in everything that is written of the worker and the case, whatever its field.
MARK = "Zqmark"
CASE_APPS = ("bulk", "cases", "imports", "referrals", "privacy")
PERSONAL = {"bulk", "cases", "imports", "referrals"}


def told(marked: Case, world: World, colleague: User) -> None:
    """Let everything that may be written about a case be written about this one."""
    caseworker = world.people["caseworker"]
    actions.note(by=caseworker, case=marked, text=f"{MARK}note")
    access.break_glass(by=colleague, case=marked, code=GLASS["code"], why=f"{MARK} is in the house and asks.")
    access.grant(by=caseworker, case=marked, to=world.people["supervisor"], why=f"{MARK}why")
    referral_actions.message(by=caseworker, referral=world.referral, text=f"{MARK}message")
    referral_actions.report(by=caseworker, referral=world.referral, text=f"{MARK}progress")
    actions.save_draft(draft_id=uuid4(), by=caseworker, fields={"name": f"{MARK}draft"})


def mark(case: Case) -> None:
    """Put the mark into every text column of the case and its worker that takes one."""
    for row in (case, case.worker):
        for field in row._meta.get_fields():
            name = getattr(field, "name", "")
            limit = getattr(field, "max_length", None)
            kinds = (models.CharField, models.TextField, SealedCharField)
            takes_text = isinstance(field, kinds) and not field.choices
            if (
                takes_text
                and name not in ("reference", "country", "currency")
                and (limit is None or limit > 8)
            ):
                setattr(row, name, MARK)
        row.save()


@pytest.fixture(scope="module")
def visitors(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Visitors]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        colleague = make_user(partner=world.ngo)
        mark(world.case)
        actions.edit(
            by=world.people["caseworker"], case=world.case, version=world.case.version, topics=[violence()]
        )
        told(world.case, world, colleague)
        make_case(by=colleague, worker={"name": f"{MARK}other"})
        yield Visitors(world)
        transaction.set_rollback(True)


def pages(visitors: Visitors, client: Client, route: str) -> Iterator[str]:
    address = reverse(route, kwargs=visitors.arguments(route))
    for method in ("GET", "POST"):
        with transaction.atomic():
            form = "application/x-www-form-urlencoded"
            response = client.generic(method, address, content_type=form)
            yield response.text if not response.streaming else response.getvalue().decode(errors="replace")
            transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ADMINS)
def test_no_route_shows_an_admin_anything_of_a_case(who: str, visitors: Visitors) -> None:
    client = visitors.client(who)
    leaks = [
        route
        for route in ROUTES
        if route not in UNNAMED
        and any(MARK in text or "Sexual violence" in text for text in pages(visitors, client, route))
    ]
    assert leaks == []


def test_those_who_manage_accounts_are_among_them() -> None:
    assert {"partner_admin", "portal_admin"} <= set(ADMINS)


@pytest.mark.django_db
def test_the_same_routes_do_show_it_to_the_caseworker(visitors: Visitors) -> None:
    """Else the test above would pass with nothing there to be shown."""
    client = visitors.client("caseworker")
    shown = {
        route
        for route in ("cases:detail", "cases:list", "cases:edit", "referrals:detail", "cases:access")
        if any(MARK in text for text in pages(visitors, client, route))
    }
    assert shown == {"cases:detail", "cases:list", "cases:edit", "referrals:detail", "cases:access"}


@pytest.mark.django_db
def test_the_lists_of_people_and_invitations_name_no_worker(visitors: Visitors) -> None:
    for who in ADMINS:
        client = visitors.client(who)
        for address in (
            f"/partners/{visitors.world.ngo.code}/",
            "/partners/people/",
            "/partners/log/",
            "/admin/accounts/user/",
            "/admin/notifications/email/",
        ):
            assert MARK not in client.get(address, follow=True).text, (who, address)


def test_djangos_admin_knows_no_table_of_a_case() -> None:
    known = {model._meta.label for model in admin.site._registry}
    personal = {model._meta.label for app in CASE_APPS for model in apps.get_app_config(app).get_models()}
    assert known & personal == set()
    assert len(personal) > 10


@pytest.mark.django_db
def test_a_relation_that_an_admin_may_follow_leads_to_no_case(visitors: Visitors) -> None:
    """Deleting a row in Django's admin lists what hangs on it; neither lists nor forms may offer cases there."""
    client = visitors.client(PortalAdmin.code)
    for model, options in admin.site._registry.items():
        shown = {*options.get_list_display(None), *(options.get_list_filter(None) or ())}  # type: ignore[arg-type]  # no request is needed to read them
        assert not {str(name) for name in shown if str(name).split("__")[0] in PERSONAL}, model
        row = model._default_manager.order_by("pk").first()
        if row is None:
            continue
        label = f"{model._meta.app_label}/{model._meta.model_name}"
        for act in ("change", "delete", "history"):
            response = client.get(f"/admin/{label}/{row.pk}/{act}/")
            assert MARK not in response.text, (label, act)
    assert any(worker.name.startswith(MARK) for worker in Worker.objects.all())


@pytest.mark.django_db
@pytest.mark.parametrize("who", ADMINS)
def test_no_read_of_the_models_shows_an_admin_a_row(who: str, visitors: Visitors) -> None:
    person = visitors.world.people[who]
    for app in ("cases", "referrals"):
        for model in apps.get_app_config(app).get_models():
            manager = model._default_manager
            if hasattr(manager, "visible_to"):
                assert not manager.visible_to(person).exists(), model
