"""A ministry is renamed: what it was called is kept, found and shown, and nothing of before is lost."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions
from agencies.loading import load_all
from agencies.matching import Question, ask
from agencies.models import FormerName, Partner, StaffEvent, name_on
from agencies.today import today

from .factories import make_partner

pytestmark = pytest.mark.django_db

DAY = date(2024, 11, 5)
NEW = {
    "name_id": "KP2MI",
    "name_en": "Ministry of migrant workers",
    "on": DAY.isoformat(),
    "basis": "Perpres 139/2024",
}
OLD = {"former-name_id": "BNP2TKI", "former-name_en": "", "former-until": "2019-10-01", "former-basis": ""}


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def ministry() -> Partner:
    return make_partner(code="KP2MI", name_id="BP2MI", kind="other")


def rename(page: Client, partner: Partner, **fields: Any) -> Any:
    seen = page.get(reverse("agencies:names", args=[partner.code])).context["form"]["seen"].value()
    return page.post(reverse("agencies:names", args=[partner.code]), NEW | {"seen": seen} | fields)


def test_the_former_name_is_kept_with_its_last_day_and_its_basis(page: Client, ministry: Partner) -> None:
    assert rename(page, ministry).status_code == 302
    ministry.refresh_from_db()
    assert ministry.name_id == "KP2MI"
    former = FormerName.objects.get()
    assert (former.name_id, former.until, former.basis) == ("BP2MI", DAY, "Perpres 139/2024")
    assert StaffEvent.objects.get().detail == {
        "fields": ["name_id", "name_en"],
        "renamed": True,
        "day": "2024-11-05",
    }
    text = page.get(reverse("agencies:partner", args=["KP2MI"])).content.decode()
    assert "BP2MI (until Nov. 5, 2024)" in text
    assert "Renamed, as of 2024-11-05" in text


def test_whoever_looks_for_the_former_name_finds_the_partner(page: Client, ministry: Partner) -> None:
    rename(page, ministry, name_id="Kementerian Pelindungan", name_en="")
    make_partner(name_id="Lain")
    for words in ("bp2mi", "kementerian", "BP2MI kementerian"):
        assert list(Partner.objects.search(words)) == [ministry], words
    listed = page.get(reverse("agencies:partners"), {"q": "bp2mi"}).content.decode()
    assert "formerly BP2MI" in listed


def test_a_partner_with_several_former_names_is_found_once(page: Client, ministry: Partner) -> None:
    rename(page, ministry)
    page.post(reverse("agencies:former_name_add", args=["KP2MI"]), OLD | {"former-name_id": "BP2MI lama"})
    assert list(Partner.objects.search("bp2mi")) == [ministry]


def test_on_each_day_it_has_the_name_of_that_day(page: Client, ministry: Partner) -> None:
    page.post(reverse("agencies:former_name_add", args=["KP2MI"]), OLD)
    rename(page, ministry)
    ministry.refresh_from_db()
    called = {
        day: name_on(ministry, day) for day in (date(2018, 1, 1), date(2019, 10, 1), DAY - timedelta(1), DAY)
    }
    assert list(called.values()) == ["BNP2TKI", "BP2MI", "BP2MI", "Ministry of migrant workers"]


def test_the_form_sent_twice_renames_once(page: Client, ministry: Partner) -> None:
    seen = page.get(reverse("agencies:names", args=["KP2MI"])).context["form"]["seen"].value()
    to = reverse("agencies:names", args=["KP2MI"])
    assert [page.post(to, NEW | {"seen": seen}).status_code for _ in range(2)] == [302, 302]
    assert FormerName.objects.count() == StaffEvent.objects.count() == 1


def test_of_two_admins_the_second_is_told_and_loses_nothing(
    page: Client, boss: User, ministry: Partner
) -> None:
    to = reverse("agencies:names", args=["KP2MI"])
    seen = page.get(to).context["form"]["seen"].value()
    actions.rename_partner(
        by=boss,
        partner=ministry,
        name_id="Kemen P2MI",
        name_en="",
        on=DAY,
        basis="x",
        seen=actions.names_mark(ministry),
    )
    late = NEW | {"on": "2025-01-01"}
    answer = page.post(to, late | {"seen": seen})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Kemen P2MI" in text
    assert 'value="KP2MI"' in text
    assert page.post(to, late | {"seen": answer.context["form"]["seen"].value()}).status_code == 302
    assert FormerName.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("on", (today() + timedelta(days=2)).isoformat()),
        ("on", "1899-01-01"),
        ("on", "yesterday"),
        ("name_id", ""),
        ("name_id", "a\x00b"),
        ("name_id", "x" * 1_000_000),
        ("basis", ""),
        ("basis", "x" * 501),
    ],
)
def test_what_is_wrong_is_told_at_its_field(page: Client, ministry: Partner, field: str, value: str) -> None:
    answer = rename(page, ministry, **{field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not FormerName.objects.exists()


def test_a_renaming_before_the_last_one_is_refused(page: Client, ministry: Partner) -> None:
    rename(page, ministry)
    answer = rename(page, ministry, name_id="Lagi", on="2024-11-05")
    assert answer.status_code == 422
    assert "Enter a later day" in answer.content.decode()


def test_a_former_name_is_noted_once_and_forgotten_when_it_was_a_mistake(
    page: Client, ministry: Partner
) -> None:
    to = reverse("agencies:former_name_add", args=["KP2MI"])
    assert [page.post(to, OLD).status_code for _ in range(2)] == [302, 302]
    former = FormerName.objects.get()
    taken = page.post(to, OLD | {"former-name_id": "Lain"})
    assert taken.status_code == 422
    other = make_partner()
    for partner in (other, ministry, ministry):
        remove = reverse("agencies:former_name_remove", args=[partner.code, former.pk])
        assert page.post(remove).status_code == 302
        assert FormerName.objects.exists() is (partner is other)
    assert StaffEvent.objects.count() == 2


def test_a_new_name_outlives_the_loader_and_matching_goes_on(page: Client) -> None:
    load_all()
    ministry = Partner.objects.get(code="KP2MI")
    before = [candidate.partner_id for candidate in ask(Question(stage="before")).ranking]
    rename(page, ministry, name_id="Kementerian Baru")
    load_all()
    ministry.refresh_from_db()
    assert ministry.name_id == "Kementerian Baru"
    assert [candidate.partner_id for candidate in ask(Question(stage="before")).ranking] == before
    assert ministry.pk in before


def test_only_portal_admins_rename(client: Client, ministry: Partner) -> None:
    admin = make_user(partner=ministry, role=PartnerAdmin.code)
    client.force_login(admin)
    assert client.get(reverse("agencies:names", args=["KP2MI"])).status_code == 403
    for act in (
        lambda: actions.rename_partner(
            by=admin, partner=ministry, name_id="X", name_en="", on=DAY, basis="x", seen=""
        ),
        lambda: actions.add_former_name(
            by=admin, partner=ministry, name_id="X", name_en="", until=DAY, basis=""
        ),
        lambda: actions.drop_former_name(by=admin, partner=ministry, pk=1),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_the_page_speaks_bahasa_indonesia(page: Client, boss: User, ministry: Partner) -> None:
    rename(page, ministry)
    User.objects.filter(pk=boss.pk).update(language="id")
    assert "BP2MI (sampai 5 Nov" in page.get(reverse("agencies:partner", args=["KP2MI"])).content.decode()
