"""Django's admin: the portal admins' plain tool, which goes around no rule of the portal's own pages."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import AT_PARTNER, ROLES, PartnerAdmin, PortalAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies.choices import StaffVerb
from agencies.models import Deadline, Partner, StaffEvent
from agencies.reference_forms import TABLES
from notifications.choices import EmailState
from notifications.models import Email

from .factories import (
    make_district,
    make_mandate,
    make_outcome,
    make_partner,
    make_province,
    make_regency,
    make_topic,
)
from .inviting import make_invitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


def test_every_list_opens(page: Client) -> None:
    make_invitation(partner=make_mandate().partner)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert page.get(reverse(name), {"q": "a"}).status_code == 200


def test_no_case_is_there(page: Client) -> None:
    assert {model._meta.app_label for model in admin.site._registry} == {
        "accounts",
        "agencies",
        "directory",
        "notifications",
    }


def test_only_portal_admins_come_in_and_through_the_one_door(client: Client) -> None:
    answer = client.get(reverse("admin:login"))
    assert answer.headers["Location"].startswith(reverse("account_login"))
    client.force_login(make_user(partner=make_partner(), role=PartnerAdmin.code))
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_accounts_and_the_log_are_there_to_look_at(page: Client, boss: User) -> None:
    make_invitation(partner=make_partner(), by=boss)
    for name, pk in (("accounts_user", boss.pk), ("notifications_email", Email.objects.get().pk)):
        assert page.get(reverse(f"admin:{name}_change", args=[pk])).status_code == 200
        assert page.post(reverse(f"admin:{name}_change", args=[pk]), {}).status_code == 403
        assert page.post(reverse(f"admin:{name}_delete", args=[pk]), {"post": "yes"}).status_code == 403
        assert page.get(reverse(f"admin:{name}_add")).status_code == 403


def test_the_text_of_an_e_mail_with_a_link_is_not_shown(page: Client) -> None:
    _invitation, token = make_invitation(partner=make_partner())
    address = reverse("admin:notifications_email_change", args=[Email.objects.get().pk])
    assert token not in page.get(address).content.decode()


def act(page: Client, model: str, action: str, *keys: object) -> str:
    address = reverse(f"admin:{model}_changelist")
    data = {"action": action, "_selected_action": [str(key) for key in keys]}
    return page.post(address, data, follow=True).content.decode()


def test_a_parked_e_mail_is_tried_again(page: Client) -> None:
    make_invitation(partner=make_partner())
    email = Email.objects.get()
    Email.objects.update(state=EmailState.PARKED, attempts=20)
    act(page, "notifications_email", "try_again", email.pk)
    email.refresh_from_db()
    assert (email.state, email.attempts) == (EmailState.DUE, 0)


def make_deadline() -> Deadline:
    return Deadline.objects.create(
        code="ACT", topic="referral", duty="act", value=24, unit="hours", basis="practice"
    )


def test_rows_are_retired_and_brought_back_in_both_logs_but_never_deleted(page: Client, boss: User) -> None:
    deadline = make_deadline()
    act(page, "agencies_deadline", "retire", deadline.pk)
    assert not Deadline.objects.current().exists()
    act(page, "agencies_deadline", "bring_back", deadline.pk)
    assert Deadline.objects.current().exists()
    assert LogEntry.objects.filter(object_id=deadline.pk).count() == 2
    told = StaffEvent.objects.order_by("pk").values_list("verb", "actor", "detail__code")
    assert list(told) == [("reference_retired", boss.pk, "ACT"), ("reference_restored", boss.pk, "ACT")]
    assert "No action selected" in act(page, "agencies_deadline", "delete_selected", deadline.pk)
    assert Deadline.objects.exists()


def test_what_is_edited_here_stands_in_both_logs(page: Client, boss: User) -> None:
    deadline = make_deadline()
    address = reverse("admin:agencies_deadline_change", args=["ACT"])
    form = page.get(address).context["adminform"].form
    assert not {"value", "unit", "counting"} & set(form.fields)  # these have a page of their own
    values = {name: form[name].value() or "" for name in form.fields}
    assert page.post(address, values | {"duty": "act at once"}).status_code == 302
    deadline.refresh_from_db()
    assert deadline.duty == "act at once"
    assert LogEntry.objects.filter(object_id="ACT").count() == 1
    event = StaffEvent.objects.get()
    assert (event.verb, event.actor) == (StaffVerb.REFERENCE_EDITED, boss)
    assert event.detail == {"kind": "deadline", "code": "ACT", "fields": ["duty"], "added": False}


@pytest.mark.parametrize("table", list(TABLES))
def test_what_has_a_page_of_its_own_is_only_looked_at_here(page: Client, table: str) -> None:
    makers: dict[str, Any] = {
        "topic": make_topic,
        "outcome": make_outcome,
        "district": make_district,
        "province": make_province,
        "regency": make_regency,
    }
    row = makers[table]()
    address = reverse(f"admin:agencies_{table}_change", args=[quote(row.pk)])  # a "_26" would be a sign
    shown = page.get(address)
    assert reverse("agencies:reference_row", args=[table, row.pk]) in shown.content.decode()
    assert page.post(address, {"name_id": "x"}).status_code == 403
    assert page.get(reverse(f"admin:agencies_{table}_add")).status_code == 403
    assert 'value="retire"' not in page.get(reverse(f"admin:agencies_{table}_changelist")).content.decode()


# Models that are not there, and why.
NOT_THERE = {
    "PeopleImport": "a table of people is seen by whoever uploaded it, and by nobody else",
    "ImportRow": "the same",
    "PartnerStep": "a step stands with its reason on the page of its partner",
    "Agreement": "its paper is sealed, and fetched from the page of its partner",
    "Office": "offices and duties are kept on the pages of their partner, which log it",
    "Duty": "the same",
}


def test_every_model_of_partners_is_there_and_can_be_searched() -> None:
    known = dict(admin.site._registry)
    for model in apps.get_app_config("agencies").get_models():
        if model.__name__ not in NOT_THERE:
            assert model in known, model
    for model, options in known.items():
        assert options.search_fields, model


# Who a person is, how to reach them, and what opens their account.
OF_PEOPLE = {
    "email",
    "full_name",
    "name",
    "phone",
    "address",
    "password",
    "token",
    "token_hash",
    "secret",
    "subject_email",
}
OFFICES = {
    "Partner",
    "Province",
    "Regency",
    "District",
    "CalendarDay",
}  # names and numbers of offices and places


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model.__name__)
def test_no_form_here_takes_personal_data(model: Any, rf: RequestFactory, boss: User) -> None:
    options, request = admin.site._registry[model], rf.get("/")
    request.user = boss
    fields = {field.name for field in model._meta.get_fields()}
    points_to_people = {f.name for f in model._meta.fields if f.related_model is User}
    if (fields & OF_PEOPLE and model.__name__ not in OFFICES) or points_to_people:
        assert not options.has_add_permission(request)
        assert not options.has_change_permission(request)
    assert not options.has_delete_permission(request)


@pytest.mark.parametrize("role", [role for role in ROLES if role != PortalAdmin.code])
def test_nobody_but_a_portal_admin_opens_a_page_here(client: Client, role: str) -> None:
    at_portal = role not in AT_PARTNER
    client.force_login(make_user(partner=None if at_portal else make_partner(), role=role))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page in ("changelist", "add"):
            answer = client.get(reverse(f"{name}_{page}"))
            assert answer.status_code == 302, (name, page)
            assert reverse("admin:login") in answer.headers["Location"]


def test_a_row_that_would_not_be_right_any_more_is_not_brought_back(page: Client) -> None:
    old = Deadline.objects.create(
        code="ACT",
        topic="referral",
        duty="Act",
        value=9,
        unit="years",
        basis="law",
        retired_at=timezone.now(),
    )
    assert "at most one year" in act(page, "agencies_deadline", "bring_back", old.pk)
    assert not Deadline.objects.current().exists()


def test_a_mandate_is_only_looked_at_here(page: Client) -> None:
    row = make_mandate(country="MY")
    address = reverse("admin:agencies_mandate_change", args=[row.pk])
    assert reverse("agencies:partner_mandates", args=[row.partner.code]) in page.get(address).content.decode()
    assert page.post(address, {"country": "SA"}).status_code == 403
    assert page.get(reverse("admin:agencies_mandate_add")).status_code == 403
    assert 'value="retire"' not in page.get(reverse("admin:agencies_mandate_changelist")).content.decode()
    row.refresh_from_db()
    assert (row.country, row.retired_at) == ("MY", None)


def test_a_partners_contact_data_is_changed_where_it_is_logged(page: Client) -> None:
    partner = make_partner(code="SP", name_id="Suara Perempuan")
    address = reverse("admin:agencies_partner_change", args=[partner.pk])
    form = page.get(address).context["adminform"].form
    assert not {"code", "email", "is_active", "confirmed_at"} & set(form.fields)
    values = {name: form[name].value() or "" for name in form.fields}
    assert (
        page.post(address, values | {"reference_prefix": "SP", "email": "x@example.org"}).status_code == 302
    )
    partner.refresh_from_db()
    assert (partner.reference_prefix, partner.email) == ("SP", "")


def test_partners_are_registered_and_closed_on_the_portals_own_pages(page: Client) -> None:
    partner = make_partner()
    assert page.get(reverse("admin:agencies_partner_add")).status_code == 403
    act(page, "agencies_partner", "retire", partner.pk)
    assert Partner.objects.get().retired_at is None
