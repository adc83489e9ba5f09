"""Sealed columns: read as texts through their rows, and told apart from anything that was put there otherwise."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from cases.models import Case, IntakeDraft, Worker
from cases.tests.factories import make_case
from privacy import keys
from privacy.fields import Sealed, take_numbers
from privacy.sealing import SealBroken

pytestmark = pytest.mark.django_db


def stored(row: models.Model, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {row._meta.db_table} WHERE id = %s", [row.pk])
        return bytes(cursor.fetchone()[0])


def overwrite(row: models.Model, column: str, content: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", [content, row.pk])


def again(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def case() -> Case:
    return make_case(worker={"name": "Contoh Melati", "nik": "3507014708900001"}, place="Klang")


def test_what_is_written_is_read_and_stands_nowhere_in_the_table(case: Case) -> None:
    worker = again(case.worker)
    assert (worker.name, worker.nik, worker.disability) == ("Contoh Melati", "3507014708900001", "")
    assert b"Melati" not in stored(worker, "name")
    assert stored(worker, "disability") == b""


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(text=st.text(st.characters(codec=None), min_size=1, max_size=150))
def test_any_text_comes_back_as_it_was(case: Case, text: str) -> None:
    case.demands = text
    case.save(update_fields=["demands"])
    assert again(case).demands == text


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    fields=st.dictionaries(
        st.text(max_size=20), st.text(st.characters(codec=None), max_size=50) | st.lists(st.text(max_size=9))
    )
)
def test_any_json_comes_back_as_it_was(case: Case, fields: dict[str, Any]) -> None:
    draft = IntakeDraft.objects.create(owner=case.created_by, data_key=case.data_key, fields=fields)
    assert again(draft).fields == fields


def test_json_that_is_changed_in_place_is_saved(case: Case) -> None:
    draft = IntakeDraft.objects.create(owner=case.created_by, data_key=case.data_key, fields={"a": 1})
    draft = again(draft)
    draft.fields["b"] = [2]
    draft.save()
    assert again(draft).fields == {"a": 1, "b": [2]}


def test_values_that_nobody_sets_are_written_back_as_they_are(case: Case) -> None:
    before = {name: stored(case, name) for name in ("chronology", "demands")}
    current = again(case)
    assert current.chronology
    current.demands = "Something else."
    current.save()
    assert stored(case, "chronology") == before["chronology"]
    assert stored(case, "demands") != before["demands"]
    assert again(case).demands == "Something else."


def test_a_value_that_is_deferred_is_opened_as_well(case: Case) -> None:
    worker = Worker.objects.only("sex").get(pk=case.worker_id)
    assert worker.name == "Contoh Melati"
    case.refresh_from_db(fields=["demands"])
    assert case.demands == "Payment of the wages."


# Swapped and spoiled ----------------------------------------------------------------------------------


def swaps(one: Case, other: Case) -> list[tuple[models.Model, str, models.Model, str]]:
    return [
        (one.worker, "name", other.worker, "name"),  # of two rows
        (one.worker, "name", one.worker, "nik"),  # of two columns
        (one, "reporter_name", one.worker, "name"),  # of two tables
        (one.events.all()[0], "text", one.events.all()[1], "text"),  # of two rows with one key
    ]


@pytest.mark.parametrize("which", range(4))
def test_two_values_that_change_places_are_told(case: Case, which: int) -> None:
    from cases import actions

    other = make_case(worker={"name": "Contoh Kenanga"})
    for text in ("One note.", "Another note."):
        actions.note(by=case.created_by, case=case, text=text)
    case.events.filter(text="").delete()
    row, column, other_row, other_column = swaps(case, other)[which]
    content, other_content = stored(row, column), stored(other_row, other_column)
    overwrite(row, column, other_content)
    overwrite(other_row, other_column, content)
    for spoiled, name in ((row, column), (other_row, other_column)):
        with pytest.raises(SealBroken):
            getattr(again(spoiled), name)


def test_every_single_bit_that_is_flipped_in_the_database_is_told(case: Case) -> None:
    whole, worker = stored(case.worker, "name"), case.worker
    for position in range(0, len(whole) * 8, 7):  # 7 meets every bit of a byte and every part of the envelope
        spoiled = bytearray(whole)
        spoiled[position // 8] ^= 1 << position % 8
        row = Worker.from_db("default", ["id", "name"], [worker.pk, _loaded(bytes(spoiled))])
        with pytest.raises(SealBroken):
            row.name  # noqa: B018


def _loaded(content: bytes) -> Any:
    return Worker._meta.get_field("name").from_db_value(content, None, connection)


@pytest.mark.parametrize("content", [b"\x00", b"Contoh Melati", b"\x01" * 45, b"\x02" * 60])
def test_what_was_never_sealed_is_told(case: Case, content: bytes) -> None:
    overwrite(case.worker, "name", content)
    with pytest.raises(SealBroken):
        again(case.worker).name  # noqa: B018


def test_the_security_log_tells_where_and_nothing_of_what(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    overwrite(case.worker, "name", stored(case.worker, "nik"))
    with pytest.raises(SealBroken), caplog.at_level(logging.ERROR, logger="security"):
        again(case.worker).name  # noqa: B018
    (line,) = caplog.messages
    assert f"cases_worker.name of row {case.worker_id}" in line
    assert "3507014708900001" not in line


# Looking up, updating, showing ------------------------------------------------------------------------


def test_an_empty_text_can_be_asked_for(case: Case) -> None:
    assert list(Worker.objects.filter(disability="")) == [case.worker]
    assert not Worker.objects.exclude(disability="").exists()
    assert not Worker.objects.filter(name="").exists()


@pytest.mark.parametrize(
    "condition",
    [
        {"name": "Contoh Melati"},
        {"name__icontains": "mel"},
        {"name__in": ["Contoh Melati"]},
        {"name__gt": ""},
    ],
)
def test_nothing_else_can_be_looked_up(case: Case, condition: dict[str, Any]) -> None:
    with pytest.raises(FieldError, match=r"cases\.Worker\.name is sealed"):
        list(Worker.objects.filter(**condition))


def test_a_text_cannot_be_set_without_its_row(case: Case) -> None:
    with pytest.raises(FieldError, match="set it on its row and save that"):
        Worker.objects.update(name="Contoh Kenanga")
    case.worker.name = "Contoh Kenanga"
    with pytest.raises(FieldError, match="set it on its row"):
        Worker.objects.bulk_update([case.worker], ["name"])


def test_a_text_can_be_emptied_without_its_row(case: Case) -> None:
    case.worker.disability = "Lame."
    case.worker.save()
    assert Worker.objects.update(disability="") == 1
    assert again(case.worker).disability == ""


def test_values_without_their_row_refuse_to_be_shown(case: Case) -> None:
    (value,) = Worker.objects.values_list("name", flat=True)
    assert isinstance(value, Sealed)
    assert repr(value) == "<Sealed>"
    for show in (str, "{}".format, lambda sealed: sealed == "Contoh Melati", hash):
        with pytest.raises(TypeError):
            show(value)


def test_a_row_does_not_show_a_name_in_logs(case: Case) -> None:
    assert repr(case.worker) == f"<Worker: {case.worker_id}>"


def test_sealed_values_are_not_dumped(case: Case) -> None:
    with pytest.raises(TypeError, match="Sealed values are not dumped"):
        serializers.serialize("json", [again(case.worker)])


def test_a_row_is_not_copied_with_values_that_belong_to_another(case: Case) -> None:
    copy = again(case.worker)
    copy.pk = None
    with pytest.raises(SealBroken, match="cannot be copied"):
        copy.save(force_insert=True)


def test_many_rows_are_inserted_with_numbers_taken_before(case: Case) -> None:
    worker = case.worker
    numbers = take_numbers(Worker, 3)
    rows = [
        Worker(
            pk=number,
            partner=worker.partner,
            data_key=key,
            name=f"Contoh {number}",
            home_province_id=worker.home_province_id,
            sex="male",
        )
        for number, key in zip(numbers, keys.make_many(3), strict=True)
    ]
    Worker.objects.bulk_create(rows)
    assert [row.name for row in Worker.objects.filter(pk__in=numbers).order_by("pk")] == [
        f"Contoh {number}" for number in numbers
    ]
    assert Worker.objects.filter(pk__in=numbers).exclude(blind_index=[]).count() == 3


# On pages ---------------------------------------------------------------------------------------------


@pytest.fixture
def browser(case: Case) -> Client:
    client = Client()
    client.force_login(case.created_by)
    return client


def test_rows_of_a_list_need_one_statement_for_all_their_keys(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    by = make_user(partner=make_partner())
    for number in range(25):
        make_case(by=by, worker={"name": f"Contoh {number}"})
    with keys.scope(), django_assert_num_queries(2):
        rows = list(Case.objects.select_related("worker"))
        assert {(row.worker.name, row.reporter_name) for row in rows} == {
            (f"Contoh {number}", "Contoh Pelapor") for number in range(25)
        }


@pytest.mark.parametrize("page", ["cases:detail", "cases:edit"])
def test_a_broken_seal_gets_a_plain_page_and_no_garbage(browser: Client, case: Case, page: str) -> None:
    overwrite(case, "chronology", stored(case, "demands"))
    answer = browser.get(reverse(page, args=[case.reference]))
    assert answer.status_code == 500
    assert "Something on this page is not as the portal had sealed it" in answer.text
    assert "wages" not in answer.text


def test_a_destroyed_key_says_that_the_case_was_erased(browser: Client, case: Case) -> None:
    keys.destroy([case.data_key_id, case.worker.data_key_id])
    answer = browser.get(case.get_absolute_url())
    assert answer.status_code == 410
    assert "This case was erased" in answer.text


def test_nothing_more_is_written_to_an_erased_case(case: Case) -> None:
    keys.destroy([case.data_key_id])
    case.demands = "Something else."
    with pytest.raises(SealBroken):
        case.save()
