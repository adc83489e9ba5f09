"""Django's admin: the portal admins' plain tool, which goes around no rule of the portal's own pages."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies.models import Mandate, Partner, Topic
from notifications.choices import EmailState
from notifications.models import Email

from .factories import make_mandate, make_partner, make_topic
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


def test_rows_are_retired_and_brought_back_but_never_deleted(page: Client) -> None:
    topic = make_topic()
    act(page, "agencies_topic", "retire", topic.pk)
    assert not Topic.objects.current().exists()
    act(page, "agencies_topic", "bring_back", topic.pk)
    assert Topic.objects.current().exists()
    assert LogEntry.objects.filter(object_id=topic.pk).count() == 2
    assert "No action selected" in act(page, "agencies_topic", "delete_selected", topic.pk)
    assert Topic.objects.exists()


def test_a_row_whose_place_is_taken_meanwhile_is_not_brought_back(page: Client) -> None:
    old = make_mandate(country="MY", retired_at=timezone.now())
    make_mandate(partner=old.partner, country="MY")
    assert "already has this mandate" in act(page, "agencies_mandate", "bring_back", old.pk)
    assert Mandate.objects.exclude(retired_at=None).count() == 1


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


def test_a_new_partner_is_added(page: Client) -> None:
    values = {"code": "POLDA_NTB", "name_id": "Polda NTB", "kind": "other", "country": "ID"}
    values |= {"time_zone": "Asia/Makassar", "is_active": "on", "source_status": "own"}
    values |= {"opens_at": "08:00", "closes_at": "16:00"}
    assert page.post(reverse("admin:agencies_partner_add"), values).status_code == 302
    assert Partner.objects.get().code == "POLDA_NTB"
