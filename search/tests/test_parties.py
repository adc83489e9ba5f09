"""Recruiters, brokers, agencies abroad and employers are found as people are, in rows of before, too."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from cases.models import Case, found
from cases.tests.factories import make_case
from privacy import acting, rotation
from privacy.index_field import index_fields
from search.finding import find

pytestmark = pytest.mark.django_db


@pytest.fixture
def caseworker() -> User:
    return make_user(partner=make_partner())


@pytest.fixture
def case(caseworker: User) -> Case:
    return make_case(
        by=caseworker,
        worker={"name": "Kenanga"},
        recruiter="PT Karya Soekses Makmur",
        broker="Pak Joko",
        foreign_agency="Everbright Manpower",
        employer_name="Lim Ah Kow",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("karya makmur", "recruiter (P3MI)"),
        ("PT Karya", "recruiter (P3MI)"),
        ("sukses", "recruiter (P3MI) (sounds like it)"),
        ("djoko", "broker or sponsor (sounds like it)"),
        ("everb", "agency abroad"),
        ("Lim", "employer"),
    ],
)
def test_they_are_found_by_word_beginning_and_sound_and_named_as_the_reason(
    caseworker: User, case: Case, text: str, why: str
) -> None:
    with acting.as_partner(caseworker.partner_id):
        (group,) = find(caseworker, text).groups
    assert [(hit.title, [str(each) for each in hit.why]) for hit in group.hits] == [(case.reference, [why])]
    assert list(Case.objects.search(text)) == [case]


def test_words_of_two_of_them_find_it_and_a_word_of_the_worker_does_not_count(
    caseworker: User, case: Case
) -> None:
    with acting.as_partner(caseworker.partner_id):
        (group,) = find(caseworker, "karya everbright").groups
    assert [str(each) for each in group.hits[0].why] == ["recruiter (P3MI)", "agency abroad"]
    assert not Case.objects.search("karya kenanga").exists()


def test_rows_of_before_are_found_once_their_index_is_made(case: Case) -> None:
    Case.objects.update(parties_index=[])
    assert not Case.objects.search("everbright").exists()
    field = next(field for field in index_fields(Case) if field.name == "parties_index")
    assert rotation.reindex(Case, field, 10) == 1
    assert rotation.reindex(Case, field, 10) == 0
    assert list(Case.objects.search("everbright")) == [case]


class TestCommonWords:
    """From some number of rows on, the newest cases are walked: what is found stays the same."""

    @pytest.fixture(autouse=True)
    def _few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(found, "MOST", 2)

    def cases(self, by: User, number: int, name: str = "Siti Rahayu") -> list[Case]:
        return [make_case(by=by, worker={"name": name}, reporter_name="Budi") for _ in range(number)]

    @pytest.mark.parametrize("number", [2, 3, 5])
    def test_all_are_found_the_newest_first(self, caseworker: User, number: int) -> None:
        cases = self.cases(caseworker, number)
        self.cases(caseworker, 1, name="Dewi")
        stranger = make_user(partner=make_partner())
        theirs = self.cases(stranger, 1)
        for person, known in ((caseworker, cases[::-1]), (stranger, theirs)):
            with acting.as_partner(person.partner_id):
                for text in ("siti", "Sitti rahayu", "rah"):
                    rows = Case.objects.visible_to(person).search(text).newest_first()
                    assert list(rows) == known
                    assert list(rows[:2]) == known[:2]

    def test_names_of_many_words_are_compared_in_whole(self, caseworker: User) -> None:
        wanted = self.cases(caseworker, 1, name="Siti Nur Aini Putri Dewi")
        self.cases(caseworker, 1, name="Siti Nur Aini Putri Rahayu")
        assert list(Case.objects.search("siti nur aini putri dewi")) == wanted

    def test_the_database_is_asked_once_before(self, caseworker: User) -> None:
        self.cases(caseworker, 3)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            Case.objects.search("siti")
        assert len(asked) == 1
