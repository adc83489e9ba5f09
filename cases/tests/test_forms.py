"""What is well-formed, and the sentence for what is not."""

from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.test.html import parse_html
from django.utils.translation import override

from agencies.tests.factories import make_province, make_regency, make_topic
from cases.forms import IntakeForm, KeyedForm, typed
from cases.forms.intake import DRAFT_MAX
from cases.forms.widgets import LongSelect

from .forms import intake_data

pytestmark = pytest.mark.django_db


def form_of(**fields: Any) -> IntakeForm:
    data = QueryDict(mutable=True)
    for name, value in intake_data(**fields).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return IntakeForm(data)


def errors_of(**fields: Any) -> dict[str, list[str]]:
    with override("en"):
        form = form_of(**fields)
        return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def test_a_complete_form_has_nothing_to_mend() -> None:
    assert errors_of() == {}


@pytest.mark.parametrize(
    "name",
    [
        *("reporter_type", "name", "sex", "home_province", "safe_channel", "stage", "country"),
        *("procedural_status", "topics", "chronology", "demands"),
    ],
)
def test_what_is_needed_is_named_at_its_field(name: str) -> None:
    assert list(errors_of(**{name: None})) == [name]


@pytest.mark.parametrize(
    "name",
    ["channel", "nik", "birth_date", "home_regency", "contact", "safe_time", "place", "sector", "urgency"],
)
def test_everything_else_may_come_later(name: str) -> None:
    assert errors_of(**{name: None}) == {}


@pytest.mark.parametrize(
    "name", ["name", "reporter_name", "place", "chronology", "demands", "safe_time", "nik"]
)
def test_a_nul_character_is_an_error_at_the_field(name: str) -> None:
    assert list(errors_of(**{name: "a\x00b"})) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("topics", ["NO_SUCH_TOPIC"]),
            ("topics", ["\x00"]),
            ("home_province", "\x00"),
            ("home_regency", "99"),
        ),
        *(("country", "XX"), ("country", "ID"), ("stage", "later"), ("urgency", "sometime"), ("sex", "x")),
    ],
)
def test_an_unknown_code_is_an_error_at_the_field(name: str, value: Any) -> None:
    assert list(errors_of(**{name: value})) == [name]


def test_a_text_of_a_megabyte_gets_one_sentence() -> None:
    (sentence,) = errors_of(chronology="a" * 1_000_000)["chronology"]
    assert "20000" in sentence


def test_twenty_thousand_characters_fit_however_lines_are_broken() -> None:
    assert errors_of(chronology="a\r\n" * 10_000) == {}


def test_a_name_of_151_characters_is_too_long() -> None:
    assert list(errors_of(name="a" * 151)) == ["name"]


def test_the_worker_reporting_is_not_asked_for_name_and_relation_twice() -> None:
    form = form_of(
        reporter_type="worker",
        reporter_relation=None,
        reporter_name=None,
        reporter_contact=None,
        contact="0811",
    )
    assert form.is_valid()
    said = form.case_values()
    assert (said["reporter_relation"], said["reporter_name"], said["reporter_contact"]) == (
        "self",
        "Contoh Melati",
        "0811",
    )


def test_the_worker_reporting_must_be_reachable_somehow() -> None:
    assert list(errors_of(reporter_type="worker", reporter_relation=None, reporter_contact=None)) == [
        "contact"
    ]


def test_family_must_say_how_they_are_related() -> None:
    assert list(errors_of(reporter_relation=None)) == ["reporter_relation"]
    assert list(errors_of(reporter_relation="self")) == ["reporter_relation"]


def test_a_lawyer_is_an_attorney_without_being_asked() -> None:
    form = form_of(reporter_type="lawyer", reporter_relation=None)
    assert form.is_valid()
    assert form.case_values()["reporter_relation"] == "attorney"


def test_a_reporter_other_than_the_worker_has_a_name_and_a_contact() -> None:
    assert set(errors_of(reporter_name="", reporter_contact="")) == {"reporter_name", "reporter_contact"}


def test_a_regency_must_lie_in_the_province() -> None:
    make_regency(code="5103", name="Kabupaten Badung", province=make_province(code="51", name="Bali"))
    assert errors_of(home_regency="5103")["home_regency"] == [
        "Kabupaten Badung does not lie in Jawa Timur. Please choose again."
    ]


@pytest.mark.parametrize("day", ["2999-01-01", "1799-12-31", "yesterday", "2024-02-30"])
def test_an_impossible_birth_date_is_an_error_at_the_field(day: str) -> None:
    assert list(errors_of(birth_date=day)) == ["birth_date"]


@pytest.mark.parametrize("day", ["1990-08-17", "17-08-1990", "17/08/1990"])
def test_a_date_may_be_written_as_in_indonesia(day: str) -> None:
    form = form_of(birth_date=day)
    assert form.is_valid()
    assert form.worker_values()["birth_date"].isoformat() == "1990-08-17"


def test_a_nik_may_be_typed_with_spaces_and_dots() -> None:
    form = form_of(nik="3507 0147.0890-0001")
    assert form.is_valid()
    assert form.worker_values()["nik"] == "3507014708900001"


def test_a_nik_that_fits_nothing_else_is_no_error() -> None:
    assert errors_of(nik="1101010101010001", sex="female", birth_date="1990-08-17") == {}


@pytest.mark.parametrize(
    "nik", ["350701470890000", "35070147089000011", "abcdefghijklmnop", "٣٥٠٧٠١٤٧٠٨٩٠٠٠٠١"]
)
def test_a_nik_of_another_length_or_with_letters_says_what_a_nik_is(nik: str) -> None:
    assert "16 digits" in errors_of(nik=nik)["nik"][0]


def test_urgency_left_alone_is_the_highest_that_the_topics_suggest() -> None:
    make_topic(code="SAKIT", default_urgency="urgent")
    form = form_of(topics=["GAJI_TIDAK_DIBAYAR", "SAKIT"])
    assert form.is_valid()
    assert form.case_values()["urgency"] == form.case_values()["urgency_suggested"] == "urgent"


def test_another_urgency_than_suggested_needs_a_reason_and_keeps_it() -> None:
    assert list(errors_of(urgency="emergency")) == ["urgency_reason"]
    form = form_of(urgency="emergency", urgency_reason="The employer threatens her.")
    assert form.is_valid()
    said = form.case_values()
    assert (said["urgency"], said["urgency_suggested"]) == ("emergency", "normal")
    assert said["urgency_reason"] == "The employer threatens her."


def test_a_topic_twice_is_a_topic_once() -> None:
    form = form_of(topics=["GAJI_TIDAK_DIBAYAR", "GAJI_TIDAK_DIBAYAR"])
    assert form.is_valid()
    assert [topic.pk for topic in form.topic_rows()] == ["GAJI_TIDAK_DIBAYAR"]


@pytest.mark.parametrize("key", ["", "not-a-key", "\x00"])
def test_a_spoiled_key_is_replaced(key: str) -> None:
    form = KeyedForm({"key": key})
    assert form.is_valid()
    assert form.cleaned_data["key"]


def test_a_draft_keeps_known_fields_only_and_no_nul() -> None:
    data = QueryDict("name=Mel%00ati&topics=A&topics=B&sex=&key=x&csrfmiddlewaretoken=t&surprise=1")
    assert typed(data) == {"name": "Melati", "topics": ["A", "B"]}


def test_a_draft_has_a_limit() -> None:
    data = QueryDict(mutable=True)
    data["chronology"] = "ä" * (DRAFT_MAX // 2)
    with pytest.raises(Exception, match="too long"), override("en"):
        typed(data)


@pytest.mark.parametrize("value", ["", "MY", None, "<x>"])
def test_a_long_select_writes_what_djangos_own_does(value: str | None) -> None:
    choices = [("", "Choose…"), ("MY", "Malaysia & more"), ("Asia", [("TW", "Taiwan"), ("<x>", "<b>")])]
    attrs = {"id": "id_country", "required": True, "class": 'a"b'}
    ours = LongSelect(choices=choices).render("country", value, attrs)
    assert parse_html(ours) == parse_html(forms.Select(choices=choices).render("country", value, attrs))
