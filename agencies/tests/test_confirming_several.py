"""The queue of what no source confirms: taken along, confirmed in one go with one source, and how far that has come."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions
from agencies.choices import SourceStatus
from agencies.models import Province, StaffEvent
from agencies.reference_kinds import KINDS

from .factories import make_mandate, make_partner, make_province, make_topic

pytestmark = pytest.mark.django_db

SEVERAL = reverse("agencies:confirm_several", args=["province"])


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def doubtful() -> list[Province]:
    return [make_province(code=code, source_status=SourceStatus.UNCONFIRMED) for code in ("11", "12", "13")]


def sent(page: Client, *rows: Any, **fields: Any) -> Any:
    """The form as a browser sends it, after the page that asks for the source."""
    codes = [str(row.pk) for row in rows]
    asked = page.post(SEVERAL, {"rows": codes})
    form = {"rows": codes, "source": "Surat 7/2026", "on": timezone.localdate().isoformat()}
    return page.post(SEVERAL, form | {"seen": asked.context["form"]["seen"].value()} | fields)


def confirmed() -> list[str]:
    return list(Province.objects.exclude(confirmed_at=None).values_list("code", flat=True))


def test_the_ticked_rows_are_shown_and_confirmed_with_one_source(
    page: Client, doubtful: list[Province]
) -> None:
    asked = page.post(SEVERAL, {"rows": ["11", "13"]})
    assert [item["title"] for item in asked.context["rows"]] == ["Provinsi 11", "Provinsi 13"]
    assert confirmed() == []
    assert sent(page, doubtful[0], doubtful[2]).status_code == 302
    assert confirmed() == ["11", "13"]
    assert set(Province.objects.exclude(confirmed_at=None).values_list("confirmed_source", flat=True)) == {
        "Surat 7/2026"
    }
    assert StaffEvent.objects.count() == 2


def test_the_form_sent_twice_confirms_once(page: Client, doubtful: list[Province]) -> None:
    assert [sent(page, *doubtful).status_code for _ in range(2)] == [302, 302]
    assert StaffEvent.objects.count() == 3


def test_all_of_them_or_none(page: Client, doubtful: list[Province]) -> None:
    other = make_portal_admin(email="other@example.org")
    actions.confirm(by=other, rows=doubtful[:1], source="Telepon", on=timezone.localdate())
    answer = sent(page, *doubtful)
    assert answer.status_code == 409
    assert "was confirmed by other@example.org meanwhile" in answer.content.decode()
    assert confirmed() == ["11"]


def test_what_changed_since_it_was_read_is_not_confirmed(page: Client, doubtful: list[Province]) -> None:
    asked = page.post(SEVERAL, {"rows": ["11"]})
    row = doubtful[0]
    actions.edit_row(
        by=make_portal_admin(), row=row, changes={"name": "Aceh Raya"}, seen=actions.row_mark(row)
    )
    form = {"rows": ["11"], "source": "Surat", "on": timezone.localdate().isoformat()}
    answer = page.post(SEVERAL, form | {"seen": asked.context["form"]["seen"].value()})
    assert answer.status_code == 409
    assert "Aceh Raya" in answer.content.decode()
    assert confirmed() == []
    assert page.post(SEVERAL, form | {"seen": answer.context["form"]["seen"].value()}).status_code == 302


def test_one_row_that_changed_since_it_was_read_is_not_confirmed_either(
    page: Client, doubtful: list[Province]
) -> None:
    address = reverse("agencies:confirm", args=["province", "11"])
    seen = page.get(address).context["form"]["seen"].value()
    Province.objects.filter(pk="11").update(name="Aceh Raya")
    form = {"source": "Surat", "on": timezone.localdate().isoformat(), "seen": seen}
    assert page.post(address, form).status_code == 409
    assert confirmed() == []


def test_a_source_is_asked_for(page: Client, doubtful: list[Province]) -> None:
    answer = sent(page, *doubtful, source=" ")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["source"]


@pytest.mark.parametrize("rows", [[], ["99"], ["\x00"], ["abc"], ["9" * 1_000]])
def test_nothing_that_could_be_confirmed_leads_back_to_the_list(page: Client, rows: list[str]) -> None:
    answer = page.post(SEVERAL, {"rows": rows}, follow=True)
    assert "Tick the rows that one source confirms" in answer.content.decode()


def test_a_kind_that_is_none_is_a_page_not_found(page: Client) -> None:
    assert page.post(reverse("agencies:confirm_several", args=["emperor"])).status_code == 404
    assert page.get(reverse("agencies:unconfirmed_download", args=["emperor"])).status_code == 404


def test_the_page_says_how_far_each_kind_has_come(page: Client, doubtful: list[Province]) -> None:
    make_topic(source_status=SourceStatus.INFERRED)
    make_topic(source_status=SourceStatus.VERIFIED)
    sent(page, doubtful[0])
    shown = page.get("/partners/unconfirmed/")
    assert [(bar["label"], bar["done"], bar["of"]) for bar in shown.context["progress"]] == [
        ("Topics", 0, 1),
        ("Provinces", 1, 3),
    ]
    assert "1 of 3" in shown.content.decode()


def test_the_list_is_taken_along_with_room_for_answers(page: Client) -> None:
    partner = make_partner(name_id="=Ragu", source_status=SourceStatus.UNCONFIRMED, source="latar belakang")
    make_mandate(partner=partner, country="MY", source_status=SourceStatus.UNCONFIRMED)
    for kind in KINDS:
        answer = page.get(reverse("agencies:unconfirmed_download", args=[kind]))
        table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert table[0][-3:] == ["Right? (yes or no)", "If not: what is right", "Told by, and when"]
        assert len(table) == 1 + (kind in ("partner", "mandate"))
        assert not any(cell.startswith("=") for line in table for cell in line)


def test_only_portal_admins_take_it_along_or_confirm(client: Client) -> None:
    client.force_login(make_user(partner=make_partner(), role=PartnerAdmin.code))
    assert client.get(reverse("agencies:unconfirmed_download", args=["topic"])).status_code == 403
    assert client.post(SEVERAL, {"rows": ["11"]}).status_code == 403


def test_the_page_speaks_bahasa_indonesia(page: Client, boss: User, doubtful: list[Province]) -> None:
    User.objects.filter(pk=boss.pk).update(language="id")
    assert "0 dari 3" in page.get("/partners/unconfirmed/").content.decode()
