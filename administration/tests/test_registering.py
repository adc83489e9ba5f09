"""Registering a partner by page."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import make_portal_admin
from administration import actions
from agencies import rules
from agencies.choices import PartnerKind, PartnerState, StaffVerb
from agencies.models import Mandate, Partner, StaffEvent
from agencies.tests.factories import make_mandate, make_partner, make_province

from .at_once import Begun
from .factories import make_registered, register_fields

pytestmark = pytest.mark.django_db

PAGE = "/partners/register/"


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


def typed(**fields: Any) -> dict[str, Any]:
    return {**register_fields(province="", key=uuid4()), **fields}


def send(page: Client, **fields: Any) -> Any:
    return page.post(PAGE, typed(**fields))


def test_a_partner_is_registered_and_nothing_goes_there_yet(page: Client, boss: User) -> None:
    answer = send(page, reference_prefix="YCM", email="kantor@melati.example", province=make_province().pk)
    new = Partner.objects.get()
    assert answer.headers["Location"] == reverse("agencies:partner", args=["YAYASAN_CONTOH_MELATI"])
    assert (new.state, new.city, new.reference_prefix) == (PartnerState.REGISTERED, "Malang", "YCM")
    assert not Partner.objects.active().exists()
    assert not rules.takes_people(new)
    make_mandate(partner=new)
    assert not Mandate.objects.in_force().exists()
    event = StaffEvent.objects.get()
    assert (event.verb, event.actor, event.partner) == (StaffVerb.PARTNER_REGISTERED, boss, new)
    text = page.get(answer.headers["Location"]).content.decode()
    assert "not active yet" in text
    assert "Put an agreement on file" in text


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Yayasan Melati (Malang)", "YAYASAN_MELATI_MALANG"),
        ("Serikat Buruh Migran dan Keluarga di Jawa Timur", "SERIKAT_BURUH_MIGRAN_KELUARGA_JAWA"),
        ("Señor & Söhne", "SENOR_SOHNE"),
        ("希望", "MITRA"),
        ("X" * 150, "X" * 36),
    ],
)
def test_the_code_is_made_from_the_name(name: str, code: str) -> None:
    assert make_registered(name_id=name).code == code
    assert make_registered(name_id=name, city="Solo").code == f"{code}_2"
    assert make_registered(name_id=name, city="Kediri").code == f"{code}_3"


def test_a_double_click_registers_one_partner(page: Client) -> None:
    form = typed(code="YCM", reference_prefix="YCM")
    places = [page.post(PAGE, form).headers["Location"] for _click in range(2)]
    assert places == [reverse("agencies:partner", args=["YCM"])] * 2
    assert Partner.objects.count() == StaffEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_register_one_partner() -> None:
    boss, key = make_portal_admin(), uuid4()
    clicks = [Begun(lambda: actions.register(by=boss, key=key, **register_fields())) for _click in range(3)]
    assert len({click.result.pk for click in clicks}) == 1
    assert Partner.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_partners_of_one_name_at_the_same_moment_get_two_codes() -> None:
    boss = make_portal_admin()

    def in_city(city: str) -> Begun:
        return Begun(lambda: actions.register(by=boss, key=uuid4(), **register_fields(city=city)))

    both = [in_city("Malang"), in_city("Kediri")]
    assert len({begun.result.code for begun in both}) == 2


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name_id", "", "required"),
        ("name_id", "x" * 1_000_000, "150"),
        ("name_id", "a\x00b", "Null"),
        ("code", "kecil", "capital letters"),
        ("code", "SP", "Suara Perempuan has this code"),
        ("reference_prefix", "SP", "Suara Perempuan uses this prefix"),
        ("reference_prefix", "s p", "capital letters"),
        ("kind", "emperor", "valid choice"),
        ("kind", "", "required"),
        ("mission_type", "KBRI", "Only a mission abroad"),
        ("country", "XX", "valid choice"),
        ("province", "99", "valid choice"),
        ("email", "nobody", "valid email"),
        ("time_zone", "Mars/Olympus", "valid choice"),
        ("phone", "0" * 41, "40"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(page: Client, field: str, value: str, says: str) -> None:
    make_partner(code="SP", name_id="Suara Perempuan", reference_prefix="SP")
    answer = send(page, **{"city": "Kediri", field: value})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert says in str(errors[field])
    assert 'value="Kediri"' in answer.content.decode()
    assert Partner.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "mission", "country": "MY"}, "mission_type"),
        ({"kind": "mission", "mission_type": "KJRI"}, "country"),
        ({"country": "MY", "province": "35"}, "province"),
    ],
)
def test_what_does_not_fit_together_is_told_at_a_field(
    page: Client, fields: dict[str, str], wrong: str
) -> None:
    make_province(code="35")
    answer = send(page, **fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [wrong]


def test_a_mission_abroad_is_registered(page: Client) -> None:
    assert send(page, kind="mission", mission_type="KJRI", country="MY").status_code == 302
    assert Partner.objects.get().kind == PartnerKind.MISSION


def test_the_same_name_in_the_same_city_is_told(page: Client) -> None:
    make_registered(name_id="LBH Contoh", city="Malang")
    answer = send(page, name_id="lbh contoh", city="malang")
    assert "LBH Contoh is here already, with the code LBH_CONTOH." in answer.content.decode()


def test_a_prefix_that_is_taken_at_this_very_moment_is_a_sentence(
    page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_partner(reference_prefix="YCM")
    monkeypatch.setattr(
        "administration.forms.partners.RegisterForm.clean_reference_prefix", lambda form: "YCM"
    )
    answer = send(page)
    assert answer.status_code == 409
    assert "Another partner uses this prefix." in answer.content.decode()


def test_an_admin_who_was_suspended_meanwhile_registers_nothing(boss: User) -> None:
    User.objects.filter(pk=boss.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        make_registered(by=boss)
    assert not Partner.objects.exists()
