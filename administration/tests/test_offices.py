"""Offices under a partner, its duty roster, and its shared mailbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Officer, PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions
from agencies.choices import PartnerKind, StaffVerb
from agencies.loading.offices import load_offices
from agencies.loading.partners import load_partners
from agencies.loading.places import load_provinces
from agencies.models import Duty, Office, Partner, StaffEvent
from agencies.tests.factories import make_district, make_partner
from cases.tests.factories import make_case
from notifications.models import Email
from referrals.tests.factories import make_officer, make_referral

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> Partner:
    return make_partner(
        code="KJRI_CONTOH",
        name_id="KJRI Contoh",
        kind=PartnerKind.MISSION,
        country="MY",
        time_zone="Asia/Kuala_Lumpur",
    )


@pytest.fixture
def admin(partner: Partner) -> User:
    return make_user(partner=partner, role=PartnerAdmin.code)


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


ADD = "/partners/KJRI_CONTOH/offices/new/"
ROSTER = "/partners/KJRI_CONTOH/duty/"


def office(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Pos Contoh",
        "address": "Jalan Contoh 1",
        "phone": "+60 7 000",
        "hours": "08.00–12.00",
        **fields,
    }


def test_the_posts_of_the_reference_data_stand_under_their_bp3mi() -> None:
    load_provinces()
    load_partners()
    assert load_offices().added == 11
    assert load_offices().unchanged == 11
    jambi = Office.objects.get(code="P4MI_JAMBI")
    assert (jambi.partner.code, jambi.city, jambi.needs_confirmation) == ("BP3MI_RIAU", "Jambi", True)
    Office.objects.filter(pk=jambi.pk).update(phone="0741 000")
    load_offices()
    assert Office.objects.get(pk=jambi.pk).phone == "0741 000"


def test_a_partners_admin_keeps_its_offices(page: Client, admin: User, partner: Partner) -> None:
    johor = make_district(code="MY-JOHOR", name_id="Johor")
    form = office(district=johor.pk)
    assert [page.post(ADD, form).status_code for _click in range(2)] == [302, 302]
    made = Office.objects.get()
    assert (made.partner, made.district, made.hours) == (partner, johor, "08.00–12.00")
    text = page.get(reverse("agencies:partner", args=[partner.code])).content.decode()
    assert "Pos Contoh" in text
    assert "Jalan Contoh 1" in text
    edit = reverse("agencies:office_edit", args=[partner.code, made.pk])
    seen = page.get(edit).context["form"].initial["seen"]
    assert page.post(edit, office(phone="+60 7 111", seen=seen)).status_code == 302
    stale = page.post(edit, office(phone="+60 7 222", seen=seen))
    assert stale.status_code == 409
    shown = [(clash.label, clash.now, clash.typed) for clash in stale.context["clashes"]]
    assert ("Telephone", "+60 7 111", "+60 7 222") in shown
    assert Office.objects.get().phone == "+60 7 111"
    assert page.post(reverse("agencies:office_close", args=[partner.code, made.pk])).status_code == 302
    assert not Office.objects.current().exists()
    assert [event.verb for event in StaffEvent.objects.all()] == [StaffVerb.OFFICE_EDITED] * 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 1_000_000),
        ("address", "a\x00b"),
        ("phone", "0" * 41),
        ("district", "XX-NONE"),
        ("hours", "x" * 151),
    ],
)
def test_what_is_wrong_with_an_office_is_told_at_its_field(
    page: Client, partner: Partner, field: str, value: str
) -> None:
    answer = page.post(ADD, office(**{field: value}))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Office.objects.exists()


def test_two_offices_of_one_name_are_told_apart(page: Client, partner: Partner) -> None:
    page.post(ADD, office())
    answer = page.post(ADD, office(phone="other"))
    assert answer.status_code == 409
    assert "has an office of this name already" in answer.content.decode()


def test_another_partners_offices_and_roster_are_nobody_elses(page: Client, partner: Partner) -> None:
    other = make_partner(code="OTHER")
    theirs = Office.objects.create(partner=other, name="Pos")
    assert page.get("/partners/OTHER/offices/new/").status_code == 404
    assert page.get(reverse("agencies:office_edit", args=["KJRI_CONTOH", theirs.pk])).status_code == 404
    assert page.get("/partners/OTHER/duty/").status_code == 404
    duty = make_duty(other)
    page.post(reverse("agencies:duty_remove", args=["KJRI_CONTOH", duty.pk]))
    assert Duty.objects.filter(pk=duty.pk).exists()


# The roster ---------------------------------------------------------------------------------------


def make_duty(partner: Partner, *, begins: int = -1, ends: int = 1, **fields: Any) -> Duty:
    """A duty from so many hours from now until so many."""
    now = timezone.now()
    fields.setdefault("name", "Contoh Piket")
    fields.setdefault("phone", "+60 12 000")
    return Duty.objects.create(
        partner=partner,
        starts_at=now + timedelta(hours=begins),
        ends_at=now + timedelta(hours=ends),
        **fields,
    )


def duty(**fields: Any) -> dict[str, Any]:
    start = timezone.localtime() + timedelta(days=1)
    return {
        "name": "Contoh Piket",
        "phone": "+60 12 000",
        "starts_at": f"{start:%Y-%m-%d}T18:00",
        "ends_at": f"{start + timedelta(days=1):%Y-%m-%d}T06:00",
        **fields,
    }


def test_a_duty_is_entered_by_the_partners_own_clock(page: Client, partner: Partner) -> None:
    form = duty()
    assert [page.post(ROSTER, form).status_code for _click in range(2)] == [302, 302]
    made = Duty.objects.get()
    assert f"{made.starts_at.astimezone(timezone.get_fixed_timezone(480)):%H:%M}" == "18:00"
    text = page.get(ROSTER).content.decode()
    assert "Contoh Piket" in text
    assert "Nobody is on duty at this moment." in text
    assert StaffEvent.objects.get().verb == StaffVerb.ROSTER_EDITED


def test_who_is_on_duty_now_stands_on_the_partners_page(page: Client, partner: Partner) -> None:
    make_duty(partner, begins=-30, ends=-1, name="Contoh Kemarin")
    make_duty(partner, begins=1, ends=20, name="Contoh Besok")
    make_duty(partner, name="Contoh Sekarang", phone="+60 12 777")
    text = page.get(reverse("agencies:partner", args=[partner.code])).content.decode()
    assert "On duty now: Contoh Sekarang, +60 12 777" in text
    assert "Contoh Kemarin" not in text
    assert "Contoh Besok" not in text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"phone": ""}, "phone"),
        ({"phone": "x" * 41}, "phone"),
        ({"name": "a\x00b"}, "name"),
        ({"person": "0"}, "person"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
        ({"ends_at": "2001-01-01T00:00"}, "ends_at"),
        ({"ends_at": "2099-01-01T00:00"}, "ends_at"),
        ({"starts_at": "2099-01-02T00:00", "ends_at": "2099-01-01T00:00"}, "ends_at"),
    ],
)
def test_what_is_wrong_with_a_duty_is_told_at_its_field(
    page: Client, partner: Partner, fields: dict[str, str], wrong: str
) -> None:
    answer = page.post(ROSTER, duty(**fields))
    assert answer.status_code == 422
    assert wrong in answer.context["form"].errors
    assert not Duty.objects.exists()


def test_somebody_of_another_partner_is_on_no_duty_here(page: Client, partner: Partner) -> None:
    stranger = make_officer()
    assert page.post(ROSTER, duty(name="", person=stranger.pk)).status_code == 422
    with pytest.raises(actions.ActRefused):
        actions.add_duty(
            by=make_portal_admin(),
            partner=partner,
            person=stranger,
            name="",
            phone="1",
            starts_at=timezone.now(),
            ends_at=timezone.now() + timedelta(hours=1),
        )


def test_an_admin_who_was_suspended_meanwhile_changes_nothing(admin: User, partner: Partner) -> None:
    User.objects.filter(pk=admin.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        actions.remove_duty(by=admin, partner=partner, duty=make_duty(partner).pk)
    assert Duty.objects.exists()


@pytest.mark.parametrize(("urgency", "seen"), [("emergency", True), ("normal", False)])
def test_whoever_refers_an_emergency_sees_who_is_on_duty_there(
    client: Client, partner: Partner, urgency: str, seen: bool
) -> None:
    make_user(partner=partner, role=Officer.code)
    make_duty(partner, name="Contoh Sekarang", phone="+60 12 777")
    referral = make_referral(case=make_case(urgency=urgency), to=partner)
    client.force_login(referral.created_by)
    text = client.get(referral.get_absolute_url()).content.decode()
    assert ("On duty now: Contoh Sekarang, +60 12 777" in text) is seen


# The shared mailbox -------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", [True, False])
def test_a_partner_that_chose_so_is_told_of_new_referrals_in_its_mailbox(
    partner: Partner, chosen: bool
) -> None:
    Partner.objects.filter(pk=partner.pk).update(email="kantor@contoh.example", notices_to_mailbox=chosen)
    referral = make_referral(to=Partner.objects.get(pk=partner.pk))
    mails = Email.objects.filter(to="kantor@contoh.example")
    assert mails.count() == int(chosen)
    for mail in mails:
        assert referral.reference in mail.subject + mail.body
        assert referral.get_absolute_url() in mail.body
        assert referral.case.worker.name not in mail.subject + mail.body
        assert referral.sender.name not in mail.subject + mail.body


def test_notices_need_a_mailbox(client: Client, partner: Partner) -> None:
    client.force_login(make_portal_admin())
    kept = {
        name: getattr(partner, name) for name in ("name_id", "name_en", "email", "phone", "city", "time_zone")
    }
    form = {**kept, "notices_to_mailbox": "on", "seen": actions.seen_values(partner), "key": uuid4()}
    address = reverse("agencies:partner_edit", args=[partner.code])
    answer = client.post(address, form)
    assert list(answer.context["form"].errors) == ["notices_to_mailbox"]
    assert client.post(address, form | {"email": "kantor@contoh.example"}).status_code == 302
    assert Partner.objects.get(pk=partner.pk).notices_to_mailbox
