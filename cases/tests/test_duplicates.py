"""Who of those in the portal may be the person that is typed: looked for by tokens, compared once opened."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner, make_regency
from cases import duplicates
from cases.choices import Same
from cases.likeness import Facts
from cases.models import Case, CaseAccess, Worker
from privacy import acting, keys

from .factories import make_case

pytestmark = pytest.mark.django_db

NIK, PASSPORT, PHONE = "3507014708900001", "C1234567", "0812 3456 7890"


@pytest.fixture
def caseworker() -> User:
    return make_user(partner=make_partner(reference_prefix="SP"))


@pytest.fixture
def case(caseworker: User) -> Case:
    """One case to be found, beside one of somebody else."""
    make_case(by=caseworker, worker={"name": "Rukmini Wulandari", "birth_date": "1971-02-03"})
    return make_case(
        by=caseworker,
        worker={
            "name": "Siti Aminah Soekarno",
            "nik": NIK,
            "passport_number": PASSPORT,
            "contact": f"WA {PHONE}",
            "birth_date": "1990-08-07",
        },
    )


def typed_of(case: Case, **fields: object) -> Facts:
    """What is known of the worker of this case but for the numbers, some of it otherwise."""
    facts = replace(duplicates.facts_of(case.worker), nik="", passport="", phones="")
    return replace(facts, **fields)  # type: ignore[arg-type]


def found(by: User, typed: Facts) -> list[Case]:
    return [hint.case for hint in duplicates.hints(by, typed)]


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        (Facts(nik=NIK), Same.NIK),
        (Facts(passport=PASSPORT.lower()), Same.PASSPORT),
        (Facts(phones="+62 812 34567890 / istri"), Same.PHONE),
        (Facts(name="Sitti Aminah Sukarno", birth_date=date(1990, 1, 1)), Same.NAME),
    ],
)
def test_a_person_is_found_by_any_number_or_by_a_name_beside_a_birth_year(
    case: Case, caseworker: User, typed: Facts, same: Same
) -> None:
    (hint,) = duplicates.hints(caseworker, typed)
    assert hint.case == case
    assert same in hint.likeness.same


@pytest.mark.parametrize(
    "name",
    [
        *("Sukarno Siti Aminah", "Hj. Siti Aminah binti Sukarno", "St. Aminah S.", "Siti Amianh Soekarno"),
        "iSti Maniah oSekarno",  # neither word, sound nor beginning is left: birth date and home are
    ],
)
def test_a_name_is_found_however_it_is_typed(case: Case, caseworker: User, name: str) -> None:
    typed = typed_of(case, name=name)
    assert case.worker_id in duplicates.candidates(case.partner_id, typed)
    assert found(caseworker, typed) == [case] or name.startswith("iSti")


@pytest.mark.parametrize("known", ["birth_date", "regency"])
def test_either_the_birth_date_or_the_home_is_enough_beside_a_name(
    case: Case, caseworker: User, known: str
) -> None:
    other = {"birth_date": "regency", "regency": "birth_date"}[known]
    assert found(caseworker, typed_of(case, **{other: None if other == "birth_date" else ""})) == [case]


def test_a_name_alone_is_looked_for_in_no_way(
    case: Case, caseworker: User, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert found(caseworker, Facts(name="Siti Aminah Soekarno", province="35")) == []


def test_nobody_found_costs_two_statements_and_a_case_its_rows(
    case: Case, caseworker: User, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert found(caseworker, Facts(name="Rukoyah Slamet", birth_date=date(1971, 2, 3))) == []
    with django_assert_num_queries(4):  # type: ignore[operator]
        assert found(caseworker, typed_of(case)) == [case]


def test_what_a_nik_says_counts_where_nothing_else_was_typed(caseworker: User) -> None:
    case = make_case(
        by=caseworker,
        worker={
            "name": "Aminah Melati",
            "birth_date": "1990-08-07",
            "home_regency": make_regency(code="3509"),
        },
    )
    assert found(caseworker, Facts(name="Aminah Melati", nik="3509014708900009")) == [case]


def test_nobody_finds_a_person_of_another_partner(case: Case) -> None:
    stranger = make_user(partner=make_partner())
    assert found(stranger, Facts(nik=NIK)) == []
    assert found(stranger, typed_of(case)) == []


def test_the_database_answers_for_the_acting_partner_alone(case: Case) -> None:
    with acting.as_partner(make_partner().pk):
        assert duplicates.candidates(case.partner_id, Facts(nik=NIK)) == []
    with acting.as_partner(None):
        assert duplicates.candidates(case.partner_id, Facts(nik=NIK)) == []
    with acting.as_partner(case.partner_id):
        assert duplicates.candidates(case.partner_id, Facts(nik=NIK)) == [case.worker_id]


def test_a_restricted_case_is_a_hint_for_its_own_team_alone(case: Case, caseworker: User) -> None:
    Case.objects.filter(pk=case.pk).update(restricted_at=timezone.now(), restricted_for=["by_hand"])
    colleague = make_user(partner=caseworker.partner)
    supervisor = make_user(partner=caseworker.partner, role="supervisor")
    for person in (colleague, supervisor):
        assert found(person, Facts(nik=NIK)) == []
        assert found(person, typed_of(case)) == []
    assert found(caseworker, typed_of(case)) == [case]
    CaseAccess.objects.create(
        case=case,
        person=colleague,
        way="named",
        granted_by=caseworker,
        granted_at=timezone.now(),
        until=timezone.now() + timedelta(days=1),
    )
    assert found(colleague, typed_of(case)) == [case]


def test_whoever_was_erased_is_no_hint(case: Case, caseworker: User) -> None:
    typed = typed_of(case)
    keys.destroy([case.worker.data_key_id])
    assert found(caseworker, typed) == []
    assert found(caseworker, Facts(nik=NIK)) == []


def test_closed_cases_are_hints_too_and_each_case_of_a_worker_is_one(case: Case, caseworker: User) -> None:
    again = make_case(by=caseworker, worker={"name": "Siti Aminah", "birth_date": "1990-08-07"})
    assert set(found(caseworker, typed_of(case))) == {case, again}


def test_no_more_than_five_are_shown_and_the_likest_come_first(case: Case, caseworker: User) -> None:
    for _time in range(6):
        make_case(by=caseworker, worker={"name": "Siti Aminah", "birth_date": "1990-08-07"})
    shown = found(caseworker, typed_of(case, nik=NIK))
    assert len(shown) == duplicates.MOST
    assert shown[0] == case


def test_what_thousands_share_is_cut_off_by_rank(caseworker: User) -> None:
    """Fifty of her name and year in other regencies do not push out the one with the same day."""
    for day in range(1, 29):
        for month in (1, 2):
            make_case(
                by=caseworker,
                worker={
                    "name": "Siti Aminah",
                    "birth_date": f"1990-{month:02d}-{day:02d}",
                    "home_regency": None,
                },
            )
    last = make_case(
        by=caseworker, worker={"name": "Siti Aminah", "birth_date": "1990-11-30", "home_regency": None}
    )
    assert len(duplicates.candidates(last.partner_id, typed_of(last))) == 30
    assert found(caseworker, typed_of(last))[0] == last


@pytest.mark.parametrize("name", ["%", "'; --", "\x00", "a" * 1_000_000, "é 🙂", "Siti " * 200_000, "binti"])
def test_odd_names_find_nobody_and_break_nothing(case: Case, caseworker: User, name: str) -> None:
    assert found(caseworker, Facts(name=name, nik="x", birth_date=date(1950, 1, 1), regency="9999")) == []


def test_the_function_is_for_the_portals_role_alone(case: Case) -> None:
    """It is the owner's, and nobody but the role of web and worker may ask it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proacl::text FROM pg_proc WHERE proname = 'cases_worker_alike'")
        granted = cursor.fetchone()[0]
    assert not granted.startswith("{=")
    assert ",=X" not in granted


def test_tokens_are_made_under_every_index_key_that_is_known(
    settings: object, case: Case, caseworker: User
) -> None:
    before = settings.PRIVACY_INDEX_KEYS  # type: ignore[attr-defined]
    settings.PRIVACY_INDEX_KEYS = f"new:{'bmV3' * 10}bmU=,{before}"  # type: ignore[attr-defined]
    assert found(caseworker, typed_of(case)) == [case]
    assert Worker.objects.count() == 2
