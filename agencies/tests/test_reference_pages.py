"""The coded lists and the places: kept by portal admins on pages of their own."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions
from agencies.choices import SourceStatus, StaffVerb
from agencies.loading import load_all
from agencies.models import District, Outcome, Province, Regency, StaffEvent, Topic
from agencies.reference_forms import TABLES

from .factories import (
    make_district,
    make_mandate,
    make_outcome,
    make_partner,
    make_province,
    make_regency,
    make_topic,
)

pytestmark = pytest.mark.django_db

NEW: dict[str, dict[str, Any]] = {
    "topic": {"code": "UPAH_LEMBUR", "name_id": "Upah lembur", "stage": "during", "default_urgency": "normal"}
    | {"typical_agencies_0": "PERWAKILAN", "typical_agencies_1": "BP3MI", "position": "7"},
    "outcome": {"code": "DIBAYAR", "name_id": "Dibayar", "outcome_class": "resolved", "position": "7"}
    | {"extra_fields": ["amount", "currency"]},
    "district": {
        "code": "MY-PERLIS",
        "country": "MY",
        "name_id": "Perlis",
        "aliases": "Kangar\nArau\nkangar ",
    },
    "province": {"code": "35", "name": "Jawa Timur"},
    "regency": {"code": "3573", "province": "35", "name": "Kota Malang"},
}


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def topic() -> Topic:
    return make_topic(code="UPAH", name_id="Upah", name_en="Wages", typical_agencies=["BP3MI"])


def address(row: Any, name: str = "reference_row") -> str:
    table = type(row).__name__.lower()
    return reverse(f"agencies:{name}", args=[table, row.pk])


def fields_of(page: Client, row: Any) -> dict[str, Any]:
    """What a browser would send back from the page of a row."""
    form = page.get(address(row)).context["form"]
    sent: dict[str, Any] = {}
    for bound in form:
        parts = bound.subwidgets[0].data.get("subwidgets") if bound.subwidgets else None
        if parts:
            sent |= {part["name"]: (part["value"] or [""])[0] for part in parts}
        elif bound.value() not in (None, False):
            sent[bound.html_name] = bound.value()
    return sent


def told() -> list[tuple[str, dict[str, Any]]]:
    return [(event.verb, event.detail) for event in StaffEvent.objects.order_by("pk")]


@pytest.mark.parametrize("table", list(TABLES))
def test_a_row_of_every_kind_is_entered_shown_and_logged(page: Client, table: str) -> None:
    if table == "regency":
        make_province(code="35")
    answer = page.post(reverse("agencies:reference_add", args=[table]), NEW[table])
    row = TABLES[table].model._default_manager.get(pk=NEW[table]["code"])
    assert answer.headers["Location"] == address(row)
    assert str(row) in page.get(reverse("agencies:reference_rows", args=[table])).content.decode()
    assert told() == [
        ("reference_edited", {"kind": table, "code": row.pk, "fields": [], "added": True}),
    ]
    assert "Entered" in page.get(address(row)).content.decode()


def test_what_was_typed_is_kept_as_it_is_compared(page: Client) -> None:
    for table in ("topic", "outcome", "district"):
        page.post(reverse("agencies:reference_add", args=[table]), NEW[table])
    assert Topic.objects.get().typical_agencies == ["PERWAKILAN", "BP3MI"]
    assert Outcome.objects.get().extra_fields == ["amount", "currency"]
    assert District.objects.get().aliases == ["kangar", "arau"]


def test_the_form_of_a_new_row_sent_twice_enters_one(page: Client) -> None:
    to = reverse("agencies:reference_add", args=["province"])
    assert [page.post(to, NEW["province"]).status_code for _ in range(2)] == [302, 302]
    assert StaffEvent.objects.count() == 1
    other = page.post(to, NEW["province"] | {"name": "Jawa Barat"})
    assert other.status_code == 422
    assert "with this code already" in other.content.decode()
    assert Province.objects.get().name == "Jawa Timur"


@pytest.mark.parametrize("table", list(TABLES))
def test_a_page_that_is_saved_as_it_was_shown_changes_nothing(page: Client, table: str) -> None:
    make_province(code="35")
    if table != "province":
        page.post(reverse("agencies:reference_add", args=[table]), NEW[table])
    row = TABLES[table].model._default_manager.get(pk=NEW[table]["code"])
    before = StaffEvent.objects.count()
    assert page.post(address(row), fields_of(page, row)).status_code == 302
    assert StaffEvent.objects.count() == before


def test_a_change_is_kept_and_logged_by_the_names_of_its_fields(page: Client, topic: Topic) -> None:
    sent = fields_of(page, topic) | {"name_id": "Upah dan lembur", "typical_agencies_1": "POLRI"}
    assert page.post(address(topic), sent).status_code == 302
    topic.refresh_from_db()
    assert (topic.name_id, topic.typical_agencies) == ("Upah dan lembur", ["BP3MI", "POLRI"])
    detail = {"kind": "topic", "code": "UPAH", "fields": ["name_id", "typical_agencies"]}
    assert told() == [("reference_edited", detail)]
    assert "Changed: UPAH (Topics)" in page.get("/partners/log/").content.decode()


def test_of_two_admins_the_second_sees_both_texts_and_loses_nothing(page: Client, topic: Topic) -> None:
    sent = fields_of(page, topic) | {"name_id": "Gaji", "name_en": "Pay"}
    other = make_portal_admin(email="other@example.org")
    actions.edit_row(by=other, row=topic, changes={"name_id": "Honor"}, seen=actions.row_mark(topic))
    answer = page.post(address(topic), sent)
    assert answer.status_code == 409
    shown = [(clash["label"], clash["now"], clash["typed"]) for clash in answer.context["clashes"]]
    assert ("Name (Indonesian)", "Honor", "Gaji") in shown
    assert answer.context["form"]["name_en"].value() == "Pay"
    topic.refresh_from_db()
    assert (topic.name_id, topic.name_en) == ("Honor", "Wages")
    again = page.post(address(topic), sent | {"seen": answer.context["form"]["seen"].value()})
    assert again.status_code == 302
    topic.refresh_from_db()
    assert (topic.name_id, topic.name_en) == ("Gaji", "Pay")


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("topic", "name_id", ""),
        ("topic", "name_id", "x" * 1_000_000),
        ("topic", "name_id", "a\x00b"),
        ("topic", "code", "upah lembur"),
        ("topic", "code", "X" * 41),
        ("topic", "position", "-1"),
        ("topic", "position", "9" * 30),
        ("topic", "stage", "midnight"),
        ("topic", "typical_agencies", None),
        ("outcome", "extra_fields", ["passport"]),
        ("outcome", "outcome_class", ""),
        ("district", "country", "XX"),
        ("district", "country", "SG"),
        ("district", "aliases", "x" * 61),
        ("district", "aliases", "x" * 1_000_000),
        ("province", "code", "5"),
        ("regency", "province", "99"),
        ("regency", "province", "\x00"),
        ("province", "source", "x" * 1_000_000),
    ],
)
def test_what_is_wrong_is_told_at_its_field(page: Client, table: str, field: str, value: Any) -> None:
    make_province(code="35")
    sent = NEW[table] | {field: value}
    if field == "typical_agencies":
        sent = NEW[table] | {"typical_agencies_1": "PERWAKILAN"}
    answer = page.post(reverse("agencies:reference_add", args=[table]), sent)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not StaffEvent.objects.exists()


def test_the_act_refuses_what_the_database_would_refuse(boss: User) -> None:
    regency = make_regency(code="3573")
    other = make_province(code="36")
    with pytest.raises(ValidationError):
        actions.edit_row(by=boss, row=regency, changes={"province": other}, seen=actions.row_mark(regency))
    assert Regency.objects.get().province_id == "35"


def test_a_topic_of_violence_stays_restricted_and_in_use(page: Client, boss: User) -> None:
    violence = make_topic(code="KEKERASAN_SEKSUAL", name_id="Kekerasan seksual", restricted=True)
    sent = fields_of(page, violence)
    assert sent.pop("restricted")
    answer = page.post(address(violence), sent)
    assert answer.status_code == 422
    assert "always restricted" in answer.content.decode()
    asked = page.get(address(violence, "reference_retire"))
    assert "it stays in use" in asked.content.decode()
    assert (
        page.post(address(violence, "reference_retire"), {"seen": asked.context["seen"]}).status_code == 409
    )
    violence.refresh_from_db()
    assert violence.restricted
    assert violence.retired_at is None


def retire(page: Client, row: Any):
    to = address(row, "reference_retire")
    return page.post(to, {"seen": page.get(to).context["seen"]})


def test_before_a_row_is_retired_the_page_says_what_uses_it(page: Client, topic: Topic) -> None:
    make_mandate(topic=topic, partner=make_partner(name_id="Polda Contoh"))
    make_mandate(topic=topic, retired_at=timezone.now(), partner=make_partner(name_id="Kantor Lama"))
    text = page.get(address(topic, "reference_retire")).content.decode()
    assert "Polda Contoh" in text
    assert "Kantor Lama" not in text
    assert retire(page, topic).status_code == 302
    topic.refresh_from_db()
    assert topic.retired_at is not None
    assert told() == [("reference_retired", {"kind": "topic", "code": "UPAH"})]
    assert not page.get(reverse("agencies:reference_rows", args=["topic"])).context["rows"]
    gone = page.get(reverse("agencies:reference_rows", args=["topic"]), {"show": "retired"})
    assert [item["row"] for item in gone.context["rows"]] == [topic]


def test_a_province_names_its_regencies_partners_and_mandates(page: Client) -> None:
    regency = make_regency(code="3573")
    make_mandate(province=regency.province, partner=make_partner(province=regency.province))
    found = page.get(address(regency.province, "reference_retire")).context["uses"]
    assert [(use.code, use.count) for use in found] == [("mandate", 1), ("partner", 1), ("regency", 1)]


def test_who_retires_what_came_into_use_meanwhile_is_asked_again(page: Client, topic: Topic) -> None:
    to = address(topic, "reference_retire")
    seen = page.get(to).context["seen"]
    make_mandate(topic=topic)
    answer = page.post(to, {"seen": seen})
    assert answer.status_code == 409
    assert page.post(to, {"seen": answer.context["seen"]}).status_code == 302


def test_a_row_is_retired_and_brought_back_once_however_often_one_clicks(page: Client, topic: Topic) -> None:
    to = address(topic, "reference_retire")
    seen = page.get(to).context["seen"]
    assert [page.post(to, {"seen": seen}).status_code for _ in range(2)] == [302, 302]
    back = address(topic, "reference_restore")
    assert [page.post(back).status_code for _ in range(2)] == [302, 302]
    topic.refresh_from_db()
    assert topic.retired_at is None
    assert [verb for verb, _detail in told()] == ["reference_retired", "reference_restored"]


def test_a_change_outlives_the_loader_and_is_set_back_on_request(page: Client) -> None:
    load_all()
    row = Topic.objects.get(pk="PULANG")
    loaded = row.name_id
    page.post(address(row), fields_of(page, row) | {"name_id": "Minta pulang"})
    load_all()
    row.refresh_from_db()
    assert row.name_id == "Minta pulang"
    shown = page.get(address(row))
    assert [(d["now"], d["loaded"]) for d in shown.context["differences"]] == [("Minta pulang", loaded)]
    to, seen = address(row, "reference_reset"), dict(shown.context["seen_field"])
    assert [page.post(to, seen).status_code for _ in range(2)] == [302, 302]
    row.refresh_from_db()
    assert row.name_id == loaded
    assert told()[-1] == (
        "reference_edited",
        {"kind": "topic", "code": "PULANG", "fields": ["name_id"], "reset": True},
    )
    assert not page.get(address(row)).context["differences"]


def test_a_confirmation_does_not_outlive_what_is_set_back(boss: User) -> None:
    load_all()
    row = Topic.objects.get(pk="PULANG")
    actions.edit_row(by=boss, row=row, changes={"name_id": "Minta pulang"}, seen=actions.row_mark(row))
    Topic.objects.filter(pk=row.pk).update(
        confirmed_at=timezone.now(), confirmed_by=boss.full_name, confirmed_source="Surat 7"
    )
    actions.reset_row(by=boss, row=row, seen=actions.row_mark(Topic.objects.get(pk=row.pk)))
    row.refresh_from_db()
    assert (row.confirmed_at, row.confirmed_by, row.confirmed_source) == (None, "", "")
    assert told()[-1][0] == StaffVerb.UNCONFIRMED


def test_nobody_sets_back_what_another_changed_meanwhile(page: Client, boss: User) -> None:
    load_all()
    row = Topic.objects.get(pk="PULANG")
    actions.edit_row(by=boss, row=row, changes={"name_id": "Satu"}, seen=actions.row_mark(row))
    row.refresh_from_db()
    seen = actions.row_mark(row)
    actions.edit_row(by=boss, row=row, changes={"name_id": "Dua"}, seen=seen)
    answer = page.post(address(row, "reference_reset"), {"seen": seen}, follow=True)
    assert "Somebody else changed this meanwhile" in answer.content.decode()
    row.refresh_from_db()
    assert row.name_id == "Dua"


def loaded_again(row: Topic) -> Topic:
    load_all()
    return Topic.objects.get(pk=row.pk)


def test_what_an_admin_retired_stays_out_of_use_when_data_is_loaded(page: Client) -> None:
    load_all()
    row = Topic.objects.get(pk="PULANG")
    retire(page, row)
    assert loaded_again(row).retired_at is not None


def test_what_an_admin_brought_back_stays_in_use_though_the_files_have_it_no_more(boss: User) -> None:
    gone = loaded_again(make_topic(code="DAHULU", loaded={"name_id": "Dahulu"}, name_id="Dahulu"))
    assert gone.retired_at is not None
    actions.restore_row(by=boss, row=gone)
    assert loaded_again(gone).retired_at is None


def test_a_confirmation_does_not_outlive_what_it_confirmed(page: Client, boss: User) -> None:
    row = make_province(code="35", source_status=SourceStatus.UNCONFIRMED)
    actions.confirm(by=boss, rows=[row], source="Letter", on=timezone.localdate())
    page.post(address(row), fields_of(page, row) | {"name": "Jatim"})
    row.refresh_from_db()
    assert row.needs_confirmation
    assert [verb for verb, _detail in told()] == [
        StaffVerb.CONFIRMED,
        StaffVerb.REFERENCE_EDITED,
        StaffVerb.UNCONFIRMED,
    ]


def test_a_row_is_corrected_and_then_confirmed_in_one_go(page: Client) -> None:
    row = make_province(code="35", source_status=SourceStatus.UNCONFIRMED)
    confirm = reverse("agencies:confirm", args=["province", "35"])
    assert address(row) in page.get(confirm).content.decode()
    answer = page.post(address(row), fields_of(page, row) | {"name": "Jawa Timur", "confirm": "1"})
    assert answer.headers["Location"] == confirm


def test_a_district_that_shares_a_name_with_another_says_so(page: Client) -> None:
    make_district(code="MY-SABAH", name_id="Sabah")
    tawau = make_district(code="MY-TAWAU", name_id="Tawau", aliases=["sabah"])
    make_district(code="SG-SABAH", name_id="Sabah")
    assert page.get(address(tawau)).context["warnings"] == [
        "“sabah” also leads to Sabah: a place called so leaves both possible."
    ]


def test_the_list_is_searched_and_says_who_edited_what(page: Client, boss: User) -> None:
    regency = make_regency(
        code="3573", name="Kota Malang", province=make_province(code="35", name="Jawa Timur")
    )
    regency.loaded = {"name": "Malang", "province_id": "35"}
    regency.save()
    found = page.get(reverse("agencies:reference_rows", args=["regency"]), {"q": "jawa malang"})
    assert [(item["title"], item["edited"]) for item in found.context["rows"]] == [("Kota Malang", True)]
    assert "edited by an admin" in found.content.decode()
    assert (
        "No row matches"
        in page.get(reverse("agencies:reference_rows", args=["regency"]), {"q": "zzz"}).content.decode()
    )


@pytest.mark.parametrize("table", ["partner", "mandate", "deadline", "emperor"])
def test_kinds_that_are_kept_elsewhere_have_no_page_here(page: Client, table: str) -> None:
    assert page.get(reverse("agencies:reference_rows", args=[table])).status_code == 404
    assert page.get(reverse("agencies:reference_add", args=[table])).status_code == 404


def test_a_row_that_is_not_there_is_a_page_not_found(page: Client) -> None:
    for name in ("reference_row", "reference_retire", "reference_restore", "reference_reset"):
        assert page.post(reverse(f"agencies:{name}", args=["topic", "NONE"])).status_code == 404


def test_only_portal_admins_keep_reference_data(client: Client, topic: Topic) -> None:
    admin = make_user(partner=make_partner(), role=PartnerAdmin.code)
    client.force_login(admin)
    assert client.get(reverse("agencies:reference_rows", args=["topic"])).status_code == 403
    mark = actions.row_mark(topic)
    for act in (
        lambda: actions.add_row(by=admin, kind=TABLES["topic"], code="X", values={"name_id": "X"}),
        lambda: actions.edit_row(by=admin, row=topic, changes={"name_id": "X"}, seen=mark),
        lambda: actions.reset_row(by=admin, row=topic, seen=mark),
        lambda: actions.retire_row(by=admin, row=topic, seen=mark),
        lambda: actions.restore_row(by=admin, row=topic),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_an_admin_suspended_since_the_page_opened_changes_nothing(boss: User, topic: Topic) -> None:
    User.objects.filter(pk=boss.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        actions.edit_row(by=boss, row=topic, changes={"name_id": "X"}, seen=actions.row_mark(topic))


def test_the_pages_speak_bahasa_indonesia(page: Client, boss: User, topic: Topic) -> None:
    User.objects.filter(pk=boss.pk).update(language="id")
    for to in (reverse("agencies:reference_rows", args=["topic"]), address(topic, "reference_retire")):
        assert "Upah" in page.get(to).content.decode()
    assert "Data acuan" in page.get(reverse("agencies:reference_rows", args=["topic"])).content.decode()
    answer = page.post(address(topic), fields_of(page, topic) | {"name_id": ""})
    assert "Belum tersimpan" in answer.content.decode()


@pytest.mark.parametrize("count", [1, 25])
def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(
    page: Client, django_assert_num_queries, count: int
) -> None:
    for number in range(count):
        make_regency(code=f"35{number:02}")
    make_outcome()
    make_district()
    with django_assert_num_queries(3 + len(TABLES) + 1):  # session, reader, bell; a count each; the rows
        page.get(reverse("agencies:reference_rows", args=["regency"]))
