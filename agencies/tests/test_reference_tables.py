"""Reference data as a table: what is taken along comes back unchanged, and what was changed is approved before it counts."""

import csv
import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from accounts.text import one_line, validate_shown
from agencies import actions, reference_diff
from agencies.choices import AgencyCode, ExtraField, OutcomeClass, TopicStage, Urgency
from agencies.loading import load_all
from agencies.matching import normalise
from agencies.models import District, Outcome, Province, ReferenceUpload, Regency, StaffEvent, Topic
from agencies.reference_cells import header, lines
from agencies.reference_forms import TABLES
from privacy import spreadsheets

from .factories import make_district, make_mandate, make_partner, make_province, make_regency, make_topic

pytestmark = pytest.mark.django_db

Grid = list[list[str]]


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


def downloaded(page: Client, table: str) -> bytes:
    return page.get(reverse("agencies:reference_download", args=[table])).content


def grid_of(content: bytes) -> Grid:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def saved(grid: Grid, *, separator: str = ",", encoding: str = "utf-8-sig") -> bytes:
    """The table as a spreadsheet saves it."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(grid)
    return out.getvalue().encode(encoding)


def send(page: Client, table: str, content: bytes) -> Any:
    file = SimpleUploadedFile("table.csv", content)
    return page.post(reverse("agencies:reference_upload", args=[table]), {"file": file})


def shown(page: Client, table: str, content: bytes) -> Any:
    """The page that says what the table changes."""
    return page.get(send(page, table, content).headers["Location"])


def approve(page: Client, shown: Any, **more: Any) -> Any:
    return page.post(shown.request["PATH_INFO"], {"seen": shown.context["seen"]} | more)


@pytest.fixture
def three(page: Client) -> Grid:
    """Three topics as a table."""
    make_topic(code="UPAH", name_id="Upah", name_en="Wages", typical_agencies=["BP3MI", "POLRI"], position=1)
    make_topic(code="PULANG", name_id="Ingin pulang", position=2)
    make_topic(code="PASPOR", name_id="Paspor ditahan", position=3, restricted=True)
    return grid_of(downloaded(page, "topic"))


# Coming back as it went ---------------------------------------------------------------------------


def plain(text: str) -> bool:
    try:
        validate_shown(text)
    except ValidationError:
        return False
    return bool(text) and "\0" not in text


names = (
    (st.text(max_size=60) | st.text(alphabet="=+-@'\";,| \tab", max_size=12))
    .map(lambda text: one_line(text)[:100].strip())
    .filter(plain)
)
aliases = st.lists(st.text(max_size=20).map(normalise).filter(bool), max_size=4, unique=True)
sources = st.text(alphabet="=+-@'\";,|\n ab:/", max_size=40)


def codes(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


ROWS: dict[str, st.SearchStrategy[Any]] = {
    "topic": st.builds(
        Topic,
        code=codes("[A-Z]{3,8}(_[A-Z0-9]{1,5})?"),
        name_id=names,
        name_en=names | st.just(""),
        stage=st.sampled_from(TopicStage.values),
        default_urgency=st.sampled_from(Urgency.values),
        typical_agencies=st.lists(st.sampled_from(AgencyCode.values), max_size=6, unique=True),
        restricted=st.booleans(),
        position=st.integers(0, 32_767),
        source=sources,
    ),
    "outcome": st.builds(
        Outcome,
        code=codes("[A-Z]{3,8}(_[A-Z0-9]{1,5})?"),
        name_id=names,
        name_en=names | st.just(""),
        outcome_class=st.sampled_from(OutcomeClass.values),
        extra_fields=st.lists(st.sampled_from(ExtraField.values), unique=True),
        source=sources,
    ),
    "district": st.builds(
        District,
        code=codes("MY-[A-Z]{2,8}"),
        country=st.just("MY"),
        name_id=names,
        aliases=aliases,
        source=sources,
    ),
    "province": st.builds(Province, code=codes("[0-9]{2}"), name=names, source=sources),
    "regency": st.builds(
        Regency, code=codes("35[0-9]{2}"), province_id=st.just("35"), name=names, source=sources
    ),
}


def through(kind_code: str, change: Callable[[bytes], bytes], language: str) -> reference_diff.Diff:
    """What a downloaded table changes when it is read again."""
    kind = TABLES[kind_code]
    with translation.override(language):
        content = b"".join(spreadsheets.csv_stream(header(kind), lines(kind)))
    return reference_diff.compare(kind, reference_diff.read(kind, change(content)))


def by_excel(content: bytes) -> bytes:
    """Opened in a spreadsheet whose lists have semicolons, and saved there."""
    return saved(grid_of(content), separator=";")


def as_workbook(content: bytes) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for line in grid_of(content):
        book.active.append([None] * len(line))
        for column, text in enumerate(line, start=1):
            cell = book.active.cell(row=book.active.max_row, column=column)
            cell.data_type, cell._value = "s", text
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("table", list(TABLES))
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_taken_along_comes_back_as_it_went(table: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(ROWS[table], min_size=1, max_size=4, unique_by=lambda row: row.pk))
    model = TABLES[table].model
    if table == "regency":
        make_province(code="35")
    model._default_manager.all().delete()
    model._default_manager.bulk_create(rows)
    changes: list[Callable[[bytes], bytes]] = [bytes, by_excel]
    change = data.draw(st.sampled_from(changes))
    diff = through(table, change, data.draw(st.sampled_from(["id", "en"])))
    assert (diff.new, diff.changed, diff.wrong, diff.absent) == ((), (), (), ())
    assert diff.unchanged == len(rows)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("change", [bytes, by_excel, as_workbook])
@pytest.mark.parametrize("table", list(TABLES))
def test_the_loaded_data_comes_back_as_it_went(
    table: str, change: Callable[[bytes], bytes], language: str
) -> None:
    load_all()
    diff = through(table, change, language)
    assert (diff.new, diff.changed, diff.wrong, diff.absent) == ((), (), (), ())
    assert diff.unchanged == TABLES[table].rows().count() > 0


def test_the_same_file_twice_changes_nothing_the_second_time(page: Client, three: Grid) -> None:
    three[1][1] = "Upah dan lembur"
    answer = shown(page, "topic", saved(three))
    assert approve(page, answer).status_code == 302
    again = shown(page, "topic", saved(three))
    assert "The table changes nothing" in again.content.decode()
    assert StaffEvent.objects.count() == 1


def test_no_cell_that_goes_out_is_a_formula(page: Client) -> None:
    make_topic(code="JAHAT", name_id='=HYPERLINK("http://example.org")', name_en="+1", source="@x")
    for cell in grid_of(downloaded(page, "topic"))[1]:
        assert not cell.startswith(("=", "+", "-", "@"))


# What a table changes -----------------------------------------------------------------------------


def test_a_change_is_told_field_by_field_and_counts_once_it_is_approved(page: Client, three: Grid) -> None:
    three[1][1:3] = ["Upah dan lembur", "Wages, overtime"]
    answer = shown(page, "topic", saved(three))
    line = answer.context["diff"].changed[0]
    assert [(told.label, told.old, told.new) for told in line.told] == [
        ("Name (Indonesian)", "Upah", "Upah dan lembur"),
        ("Name (English)", "Wages", "Wages, overtime"),
    ]
    assert answer.context["diff"].unchanged == 2
    assert Topic.objects.get(pk="UPAH").name_id == "Upah"
    assert approve(page, answer).status_code == 302
    topic = Topic.objects.get(pk="UPAH")
    assert (topic.name_id, topic.name_en, topic.typical_agencies) == (
        "Upah dan lembur",
        "Wages, overtime",
        ["BP3MI", "POLRI"],
    )
    event = StaffEvent.objects.get()
    assert event.detail == {"kind": "topic", "code": "UPAH", "fields": ["name_id", "name_en"]}


def test_a_new_row_is_entered_and_an_absent_one_stays_unless_it_is_ticked(page: Client, three: Grid) -> None:
    make_mandate(topic=Topic.objects.get(pk="PULANG"))
    table = [
        three[0],
        three[1],
        ["LEMBUR", "Upah lembur", "", "during", "normal", "BP3MI", "tidak", "9", "Surat 1"],
    ]
    answer = shown(page, "topic", saved(table))
    diff = answer.context["diff"]
    assert [line.code for line in diff.new] == ["LEMBUR"]
    assert [(row.code, row.mandates) for row in diff.absent] == [("PULANG", 1), ("PASPOR", 0)]
    assert approve(page, answer, retire=["PASPOR"]).status_code == 302
    in_use = set(Topic.objects.current().values_list("code", flat=True))
    assert in_use == {"UPAH", "PULANG", "LEMBUR"}
    assert Topic.objects.get(pk="LEMBUR").typical_agencies == ["BP3MI"]
    assert [event.verb for event in StaffEvent.objects.order_by("pk")] == [
        "reference_edited",
        "reference_retired",
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_dialect_of_spreadsheets_is_read(
    page: Client, three: Grid, separator: str, encoding: str
) -> None:
    three[1][1] = "Upah “lembur” – café; dan, lainnya"
    answer = shown(page, "topic", saved(three, separator=separator, encoding=encoding))
    assert [told.new for told in answer.context["diff"].changed[0].told] == [
        "Upah “lembur” – café; dan, lainnya"
    ]


def test_columns_that_are_left_out_change_nothing(page: Client, three: Grid) -> None:
    answer = shown(page, "topic", saved([["kode", "nama (Indonesia)"], ["UPAH", "Gaji"]]))
    assert [told.new for told in answer.context["diff"].changed[0].told] == ["Gaji"]


WRONG = [
    ({1: ""}, "Name in Indonesian: This field is required"),
    ({1: "x" * 151}, "at most 150 characters"),
    ({3: "midnight"}, "Stage: Select a valid choice"),
    ({5: "KANTOR_POS"}, "Select a valid choice"),
    ({5: "BP3MI; BP3MI"}, "once only"),
    ({6: "mungkin"}, "write yes or no"),
    ({7: "first"}, "Enter a whole number"),
    ({0: "upah lembur"}, "Use capital letters"),
]


@pytest.mark.parametrize(("cells", "said"), WRONG)
def test_a_row_with_a_mistake_is_named_and_nothing_is_taken_in(
    page: Client, three: Grid, cells: dict[int, str], said: str
) -> None:
    three[2][1] = "Pulang"
    for place, text in cells.items():
        three[1][place] = text
    answer = shown(page, "topic", saved(three))
    (line,) = answer.context["diff"].wrong
    assert line.number == 2
    assert said in " ".join(line.problems)
    assert approve(page, answer).status_code == 409
    assert not StaffEvent.objects.exists()
    assert Topic.objects.get(pk="PULANG").name_id == "Ingin pulang"


def test_a_code_that_stands_twice_and_one_out_of_use_are_named(page: Client, three: Grid) -> None:
    Topic.objects.filter(pk="PASPOR").update(retired_at=timezone.now())
    wrong = shown(page, "topic", saved([*three, three[1]])).context["diff"].wrong
    assert [(line.number, line.code) for line in wrong] == [(4, "PASPOR"), (5, "UPAH")]
    assert "out of use" in wrong[0].problems[0]
    assert "Row 2 has this code already" in wrong[1].problems[0]


def test_a_guarded_topic_is_neither_opened_nor_retired_by_a_table(page: Client) -> None:
    make_topic(code="TPPO", name_id="Perdagangan orang", restricted=True)
    table = grid_of(downloaded(page, "topic"))
    table[1][6] = "no"
    assert "always restricted" in shown(page, "topic", saved(table)).context["diff"].wrong[0].problems[0]
    empty = shown(page, "topic", saved([table[0], ["BARU", "Baru", "", "any", "normal", "", "no", "1", ""]]))
    assert empty.context["diff"].absent == ()
    assert approve(page, empty, retire=["TPPO"]).status_code == 409
    assert Topic.objects.get(pk="TPPO").retired_at is None


def test_districts_that_overlap_are_taken_in_with_a_warning(page: Client) -> None:
    make_district(code="MY-SABAH", name_id="Sabah", aliases=["kota kinabalu"])
    make_district(code="SG-NORTH", name_id="Woodlands", aliases=["tawau"])
    table = [
        ["code", "country", "name (Indonesian)", "aliases"],
        ["MY-TAWAU", "MY", "Tawau", "Sabah; Semporna"],
    ]
    answer = shown(page, "district", saved(table))
    (line,) = answer.context["diff"].new
    assert line.warnings == ("“sabah” also leads to Sabah: a place called so leaves both possible.",)
    assert approve(page, answer).status_code == 302
    assert District.objects.get(pk="MY-TAWAU").aliases == ["sabah", "semporna"]


def test_a_regency_in_another_province_is_refused(page: Client) -> None:
    make_regency(code="3573", name="Kota Malang")
    make_province(code="36")
    table = grid_of(downloaded(page, "regency"))
    table[1][1] = "36"
    assert (
        "begins with that of the province"
        in shown(page, "regency", saved(table)).context["diff"].wrong[0].problems[0]
    )


# Two at once, and once too often ------------------------------------------------------------------


def test_what_is_approved_is_what_was_shown(page: Client, three: Grid) -> None:
    three[1][1] = "Upah dan lembur"
    answer = shown(page, "topic", saved(three))
    other, topic = make_portal_admin(), Topic.objects.get(pk="UPAH")
    actions.edit_row(by=other, row=topic, changes={"name_id": "Honor"}, seen=actions.row_mark(topic))
    again = approve(page, answer)
    assert again.status_code == 409
    assert again.context["diff"].changed[0].told[0].old == "Honor"
    assert Topic.objects.get(pk="UPAH").name_id == "Honor"
    assert page.post(answer.request["PATH_INFO"], {"seen": again.context["seen"]}).status_code == 302
    assert Topic.objects.get(pk="UPAH").name_id == "Upah dan lembur"


def test_a_row_that_changes_between_the_look_and_the_lock_is_noticed(
    boss: User, page: Client, three: Grid
) -> None:
    three[1][1] = "Upah dan lembur"
    answer = shown(page, "topic", saved(three))
    diff, upload = answer.context["diff"], ReferenceUpload.objects.get()
    Topic.objects.filter(pk="UPAH").update(name_id="Honor")
    with pytest.raises(actions.StaleData):
        actions.take_in(by=boss, upload=upload, kind=TABLES["topic"], changes=diff.changes, retired=[])
    assert not StaffEvent.objects.exists()


def test_a_double_click_takes_a_table_in_once(page: Client, three: Grid) -> None:
    three[1][1] = "Upah dan lembur"
    answer = shown(page, "topic", saved(three))
    assert [approve(page, answer).status_code for _ in range(2)] == [302, 302]
    assert StaffEvent.objects.count() == 1
    assert ReferenceUpload.objects.get().rows == []


def test_only_ones_own_newest_table_is_approved(page: Client, client: Client, three: Grid) -> None:
    three[1][1] = "Satu"
    first = shown(page, "topic", saved(three))
    three[1][1] = "Dua"
    second = shown(page, "topic", saved(three))
    assert approve(page, first).status_code == 404
    client.force_login(make_portal_admin())
    assert client.get(second.request["PATH_INFO"]).status_code == 404
    assert approve(client, second).status_code == 404
    assert Topic.objects.get(pk="UPAH").name_id == "Upah"


def test_a_table_belongs_to_its_kind(page: Client, three: Grid) -> None:
    three[1][1] = "Satu"
    shown(page, "topic", saved(three))
    upload = ReferenceUpload.objects.get()
    for table, pk in (("outcome", upload.pk), ("topic", uuid4()), ("partner", upload.pk)):
        address = reverse("agencies:reference_check", args=[table, pk])
        assert page.get(address).status_code == 404


# What is no table ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "nothing in this table"),
        (b"\x89PNG\r\n", "another kind of file"),
        (b"name\nUpah\n", "Missing: code"),
        (b"code,name\n" + b"A" * 6_000_000, "larger than"),
        (b"code\n" + b"\n".join(b"T%d" % n for n in range(10_000)), "more than 1500 rows"),
    ],
)
def test_what_is_no_table_is_told_in_a_sentence(page: Client, content: bytes, said: str) -> None:
    answer = send(page, "topic", content)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ReferenceUpload.objects.exists()


def test_an_upload_without_a_file_is_told_so(page: Client) -> None:
    answer = page.post(reverse("agencies:reference_upload", args=["topic"]))
    assert answer.status_code == 422


def test_the_pages_speak_bahasa_indonesia(page: Client, boss: User, three: Grid) -> None:
    User.objects.filter(pk=boss.pk).update(language="id")
    three[1][1], three[2][6] = "Gaji", "mungkin"
    text = shown(page, "topic", saved(three)).content.decode()
    assert "tulis ya atau tidak" in text
    assert downloaded(page, "topic").decode("utf-8-sig").startswith('"Kode","Nama (Indonesia)"')


def test_only_portal_admins_exchange_tables(client: Client) -> None:
    admin = make_user(partner=make_partner(), role=PartnerAdmin.code)
    client.force_login(admin)
    assert client.get(reverse("agencies:reference_download", args=["topic"])).status_code == 403
    upload = ReferenceUpload.objects.create(by=admin, kind="topic")
    with pytest.raises(PermissionDenied):
        actions.keep_table(by=admin, kind=TABLES["topic"], rows=[])
    with pytest.raises(PermissionDenied):
        actions.take_in(by=admin, upload=upload, kind=TABLES["topic"], changes=[], retired=[])


@pytest.mark.parametrize("count", [1, 40])
def test_comparing_asks_the_same_number_of_questions_for_one_row_and_for_many(
    django_assert_num_queries: Any, count: int
) -> None:
    make_topic(code="ABSENT")
    for number in range(count):
        make_topic(code=f"T_{number}")
    rows = [{"number": n, "cells": {"code": f"T_{n}", "name_id": "X"}, "problems": []} for n in range(count)]
    with django_assert_num_queries(2):  # the rows; the mandates of the absent one
        assert len(reference_diff.compare(TABLES["topic"], rows).changed) == count
