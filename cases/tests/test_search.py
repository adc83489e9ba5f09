"""Finding a case although what it says is sealed."""

import pytest
from django.db import connection, transaction
from django.db.models import Model

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from cases import actions
from cases.models import Case, Worker
from cases.models.case_reads import SEARCH_LENGTH
from privacy import acting, blind, keys
from privacy.index_field import found_by, indexes

from .factories import make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def caseworker() -> User:
    return make_user(partner=make_partner(reference_prefix="SP"))


@pytest.fixture
def case(caseworker: User) -> Case:
    """One case to be found, beside one that should not be."""
    make_case(
        by=caseworker, worker={"name": "Contoh Kenanga"}, reporter_name="Contoh Lain", reporter_contact=""
    )
    return make_case(
        by=caseworker,
        worker={
            "name": "Siti Aminah Soekarno",
            "nik": "3507014708900001",
            "passport_number": "X1234567",
            "contact": "WA +62 812-3456-7890 atau 0813 1111 2222",
        },
        reporter_name="Mohamad Fauzi",
        reporter_contact="0274-555-123",
    )


def found(text: str) -> list[Case]:
    return list(Case.objects.search(text).order_by("pk"))


@pytest.mark.parametrize(
    "text",
    [
        *("siti", "AMINAH", "sit", "soekarno", "Sukarno", "sitti sukar", "aminah siti"),
        *("Muhammad", "moh", "pauji", "fauzi mohamad"),
        *("3507014708900001", "3507-0147-0890-0001", "x1234567", "X 1234567"),
        *("081234567890", "+62 812 3456 7890", "62813-1111-2222", "0274 555123"),
    ],
)
def test_a_case_is_found_by_the_names_and_numbers_of_its_worker_and_reporter(case: Case, text: str) -> None:
    assert found(text) == [case]


@pytest.mark.parametrize("text", ["siti fauzi", "mohamad aminah", "kenanga siti"])
def test_all_words_are_of_one_name(case: Case, text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "si",
        "iti",
        "350701470890000",
        "08123456789",
        "1234567",
        "%",
        "_",
        "'",
        '"',
        "\\",
        "a' OR 1=1 --",
        "(",
        "é",
        "🙂",
        "\x00"[:0] + "...",
    ],
)
def test_parts_and_odd_signs_find_nothing_and_break_nothing(case: Case, text: str) -> None:
    assert found(text) == []


def test_a_reference_is_found_by_any_part_of_it(case: Case) -> None:
    assert case in found(case.reference)
    assert case in found(case.reference.lower())
    assert case in found(case.reference[-4:])
    assert len(found("sp-")) == 2
    assert found("SP-1999") == []


def test_nul_characters_are_left_out(case: Case) -> None:
    assert found("si\x00ti") == [case]
    assert len(found("\x00")) == 2  # as for an empty text


def test_no_more_is_looked_at_than_a_name_is_long(case: Case) -> None:
    assert found("siti " + "x" * 10_000) == []
    assert found("siti" + " " * (SEARCH_LENGTH + 5) + "nobody") == [case]


def test_nobody_finds_a_case_of_another_partner(case: Case) -> None:
    stranger = make_user(partner=make_partner())
    assert not Case.objects.visible_to(stranger).search("siti").exists()
    assert Case.objects.visible_to(case.created_by).search("siti").exists()


def test_a_name_that_was_changed_is_found_under_the_new_one_alone(case: Case) -> None:
    actions.edit(
        by=case.created_by,
        case=case,
        version=case.version,
        worker={"name": "Rukmini", "contact": ""},
        fields={"reporter_name": "Djoko"},
    )
    for text in ("rukmini", "joko", "3507014708900001"):
        assert found(text) == [case]
    for text in ("siti", "mohamad", "081234567890"):
        assert found(text) == []


def test_a_save_of_some_fields_keeps_the_index_with_them(case: Case) -> None:
    worker = Case.objects.get(pk=case.pk).worker
    worker.name = "Rukmini"
    worker.save(update_fields=["name"])
    assert (found("rukmini"), found("siti")) == ([case], [])


def test_a_save_of_something_else_leaves_the_index_alone(case: Case) -> None:
    before = Case.objects.get(pk=case.pk).reporter_index
    actions.note(by=case.created_by, case=case, text="A note.")
    current = Case.objects.get(pk=case.pk)
    current.save()
    assert Case.objects.get(pk=case.pk).reporter_index == before


def test_nothing_is_found_of_a_case_whose_key_is_destroyed(case: Case) -> None:
    keys.destroy([case.data_key_id, case.worker.data_key_id])
    for text in ("siti", "mohamad", "3507014708900001", "x1234567", "081234567890"):
        assert found(text) == []
    assert case in found(case.reference)


def scans(table: str) -> tuple[int, int]:
    """How often this transaction walked a table from end to end, and how often an index of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = %s", [table])
        return cursor.fetchone()


@pytest.mark.parametrize(
    ("model", "text"), [(Worker, "siti aminah"), (Case, "081234567890"), (Worker, "a b c d e f")]
)
def test_a_search_walks_an_index_under_row_level_security(case: Case, model: type[Model], text: str) -> None:
    table = model._meta.db_table
    with acting.as_partner(case.partner_id), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_custom_plan")
        seen, walked = scans(table)
        cursor.execute(f"SELECT {table}_found(%s, %s, %s, %s, %s)", [[1], [2], [3], [4], [5]])
        assert scans(table)[0] == seen
        assert scans(table)[1] > walked
        list(model._default_manager.filter(found_by(model, blind.search(text))))


def test_what_a_search_asks_the_owner_is_answered_for_the_acting_partner_alone(case: Case) -> None:
    asked = found_by(Worker, blind.search("siti"))
    for partner, found_there in (
        (case.partner_id, {case.worker_id}),
        (make_partner().pk, set()),
        (None, set()),
    ):
        with acting.as_partner(partner), transaction.atomic():
            rows = Worker.objects.filter(asked)
            assert set(rows.values_list("pk", flat=True)) == found_there
            with connection.cursor() as cursor:
                cursor.execute("SELECT cases_worker_found(%s, '{}', '{}', '{}', '{}')", [blind.index([])])
                assert (case.worker_id in {row[0] for row in cursor}) is bool(found_there)


def test_every_word_of_a_long_name_is_looked_at(case: Case) -> None:
    case.worker.name = "Siti Nur Aini Putri Dewi Kartika"
    case.worker.save()
    assert found("siti nur aini putri dewi kartika") == [case]
    assert found("siti nur aini putri dewi rahayu") == []


def test_every_index_has_the_name_that_this_file_knows() -> None:
    assert {f"{model._meta.label}.{field.name}": dict(field.of) for model, field in indexes()} == {
        "cases.Worker.blind_index": {
            "name": "name",
            "nik": "nik",
            "passport_number": "passport",
            "contact": "phones",
        },
        "cases.Case.reporter_index": {"reporter_name": "name", "reporter_contact": "phones"},
        "cases.Case.parties_index": {
            "recruiter": "name",
            "broker": "name",
            "foreign_agency": "name",
            "employer_name": "name",
        },
    }
