"""One box: what a person finds of their partner's cases, of referrals received, of services and partners, and why."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner
from cases.choices import DataGroup
from cases.models import Case
from cases.tests.factories import make_case
from cases.tests.restricted import browser, make_team
from directory.tests.factories import make_service
from privacy import acting
from privacy.choices import Verb
from privacy.models import LogEntry
from referrals import actions
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral
from search import finding
from search.finding import SHOWN, Found, Hit

pytestmark = pytest.mark.django_db

NIK, PASSPORT, PHONE = "3507014708900001", "X1234567", "+62 812-3456-7890"


@pytest.fixture
def caseworker() -> User:
    return make_user(partner=make_partner(reference_prefix="SP"))


@pytest.fixture
def case(caseworker: User) -> Case:
    worker = {"name": "Siti Aminah Soekarno", "nik": NIK, "passport_number": PASSPORT, "contact": PHONE}
    return make_case(
        by=caseworker, worker=worker, reporter_name="Mohamad Fauzi", reporter_contact="0274-555-123"
    )


def find(user: User, text: str) -> Found:
    """As a page does it: for the person's own partner, under row-level security."""
    with acting.as_partner(user.partner_id):
        return finding.find(user, text)


def hits(found: Found, code: str) -> list[Hit]:
    return next((group.hits for group in found.groups if group.code == code), [])


def refer(case: Case, officer: User, *groups: DataGroup) -> Referral:
    return make_referral(case=case, to=officer.partner, consent={"groups": [str(group) for group in groups]})


class TestOwnCases:
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            (NIK, ["NIK"]),
            ("x 1234567", ["Passport"]),
            ("081234567890", ["Worker's telephone"]),
            ("siti aminah", ["Worker's name"]),
            ("sit", ["Worker's name"]),
            ("Sitti Sukarno", ["Worker's name (sounds like it)"]),
            ("0274555123", ["Reporter's telephone"]),
            ("Muhammad", ["Reporter's name (sounds like it)"]),
        ],
    )
    def test_each_is_told_with_the_reason_why_it_was_found(
        self, caseworker: User, case: Case, text: str, why: list[str]
    ) -> None:
        (hit,) = hits(find(caseworker, text), "cases")
        assert (hit.title, hit.name, hit.url) == (
            case.reference,
            case.worker.name,
            case.get_absolute_url(),
        )
        assert [str(each) for each in hit.why] == why
        assert hit.move.mine

    def test_a_reference_finds_it_also_with_the_number_of_a_referral(
        self, caseworker: User, case: Case
    ) -> None:
        for text in (case.reference, case.reference.lower(), f"{case.reference}/R1", case.reference[-4:]):
            (hit,) = hits(find(caseworker, text), "cases")
            assert [str(each) for each in hit.why] == ["Reference"]

    def test_nobody_finds_another_partners_case(self, case: Case) -> None:
        stranger = make_user(partner=make_partner())
        for text in (NIK, "siti", case.reference, PHONE):
            assert find(stranger, text).groups == []

    def test_the_newest_come_first_and_no_more_than_ten(self, caseworker: User) -> None:
        cases = [make_case(by=caseworker, worker={"name": "Sri Wahyuni"}) for _ in range(SHOWN + 2)]
        (group,) = find(caseworker, "wahyuni").groups
        assert [hit.title for hit in group.hits] == [case.reference for case in cases[::-1][:SHOWN]]
        assert group.more


class TestRestrictedCases:
    def test_a_supervisor_finds_a_closed_one_by_its_reference_and_reads_no_name(self) -> None:
        team = make_team(worker={"name": "Kenanga Rahasia", "nik": NIK})
        (hit,) = hits(find(team.supervisor, team.case.reference), "cases")
        assert hit.masked
        assert (hit.name, hit.note, hit.url) == ("", "", team.case.access_url)
        for text in ("kenanga", NIK):
            assert find(team.supervisor, text).groups == []

    def test_a_colleague_finds_nothing_of_it_and_its_caseworker_all(self) -> None:
        team = make_team(worker={"name": "Kenanga Rahasia"})
        assert find(team.colleague, "kenanga").groups == []
        assert find(team.colleague, team.case.reference).groups == []
        assert hits(find(team.caseworker, "kenanga"), "cases")[0].name == "Kenanga Rahasia"


class TestReceivedReferrals:
    def test_its_receiver_finds_it_by_what_the_worker_agreed_to(self, case: Case) -> None:
        officer = make_officer()
        referral = refer(case, officer, DataGroup.CASE, DataGroup.IDENTITY)
        for text, why in ((NIK, "NIK"), ("aminah", "Worker's name"), (referral.reference, "Reference")):
            (hit,) = hits(find(officer, text), "received")
            assert (hit.title, hit.name, [str(each) for each in hit.why]) == (
                referral.reference,
                case.worker.name,
                [why],
            )
            assert hit.move.mine

    def test_a_telephone_number_finds_it_only_where_contact_is_shared(self, case: Case) -> None:
        without, with_contact = make_officer(), make_officer()
        refer(case, without, DataGroup.CASE, DataGroup.IDENTITY)
        refer(case, with_contact, DataGroup.CASE, DataGroup.CONTACT)
        assert find(without, PHONE).groups == []
        (hit,) = hits(find(with_contact, PHONE), "received")
        assert (hit.name, [str(each) for each in hit.why]) == ("", ["Worker's telephone"])
        assert find(with_contact, NIK).groups == []

    def test_without_the_workers_identity_it_is_found_by_its_reference_alone(self, case: Case) -> None:
        officer = make_officer()
        referral = refer(case, officer, DataGroup.CASE)
        for text in (NIK, "siti", "aminah soekarno"):
            assert find(officer, text).groups == []
        (hit,) = hits(find(officer, case.reference), "received")
        assert (hit.title, hit.name) == (referral.reference, "")

    def test_withdrawn_consent_leaves_the_reference_alone(self, case: Case) -> None:
        officer = make_officer()
        referral = refer(case, officer, DataGroup.CASE, DataGroup.IDENTITY)
        type(referral.consent).objects.filter(pk=referral.consent_id).update(withdrawn_at=timezone.now())
        assert find(officer, "siti").groups == []
        found = find(officer, case.reference)
        assert [hit.name for hit in hits(found, "received")] == [""]
        assert found.cases == []  # a reference is no reading of anybody's data

    def test_once_taken_back_it_is_found_by_nobody_who_asks_for_the_worker(self, case: Case) -> None:
        officer = make_officer()
        referral = refer(case, officer, DataGroup.CASE, DataGroup.IDENTITY)
        actions.withdraw(by=case.created_by, referral=referral, text="Solved at home.")
        assert find(officer, NIK).groups == []

    def test_another_agency_finds_nothing_and_neither_does_who_waits_for_it(self, case: Case) -> None:
        refer(case, make_officer(), DataGroup.CASE, DataGroup.IDENTITY)
        for text in (NIK, "siti", case.reference):
            assert find(make_officer(), text).groups == []


class TestPublicText:
    def test_services_and_partners_are_found_by_their_words(self, caseworker: User) -> None:
        partner = make_partner(name_id="KJRI Johor Bahru", name_en="Consulate General in Johor Bahru")
        service = make_service(partner=partner, name_id="Penampungan perempuan")
        assert [hit.title for hit in hits(find(caseworker, "penampungan"), "services")] == [service.name]
        (hit,) = hits(find(caseworker, "johor"), "partners")
        assert hit.url == reverse("directory:services_of", args=[partner.code])

    def test_a_number_is_no_word_of_them(self, caseworker: User) -> None:
        make_service(partner=make_partner(name_id=f"LBH {NIK}"))
        assert find(caseworker, NIK).groups == []


class TestThePage:
    def test_the_words_stay_out_of_the_address_and_in_the_box(self, case: Case) -> None:
        client = browser(case.created_by)
        answer = client.post(reverse("search:ask"), {"q": "siti aminah"})
        address = answer.headers["Location"]
        assert "siti" not in address
        page = client.get(address).text
        assert case.reference in page
        assert 'value="siti aminah"' in page
        assert case.reference not in browser(case.created_by).get(address).text  # another session's

    def test_what_is_typed_is_answered_without_a_page_around_it(self, case: Case) -> None:
        answer = browser(case.created_by).post(reverse("search:typed"), {"q": "siti"})
        assert case.reference in answer.text
        assert "<html" not in answer.text

    @pytest.mark.parametrize("typed", ["siti", "siti a", "siti am", "siti ami", "siti aminah"])
    def test_a_second_word_that_is_only_begun_leaves_what_the_first_found(
        self, case: Case, typed: str
    ) -> None:
        client = Client()
        client.force_login(case.assigned_to)
        assert case.reference in client.post(reverse("search:typed"), {"q": typed}).text

    def test_the_number_of_statements_is_the_same_for_one_and_for_many(
        self, caseworker: User, django_assert_num_queries: Any
    ) -> None:
        client = browser(caseworker)
        for number in (1, 4):
            for _ in range(number):
                case = make_case(by=caseworker, worker={"name": "Siti Rahayu"})
                refer(case, make_officer(), DataGroup.CASE)
                other = make_case(by=make_user(partner=make_partner()), worker={"name": "Siti Rahayu"})
                make_referral(case=other, to=caseworker.partner)
                make_service(partner=make_partner(name_id="Rumah Siti Rahayu"), name_id="Siti Rahayu")
            # session, reader twice; how common it is, cases, their referrals; received; services; partners; the log
            with django_assert_num_queries(10):
                client.post(reverse("search:typed"), {"q": "siti rahayu"})

    def test_what_was_shown_is_in_the_access_log_once_while_somebody_types(self, case: Case) -> None:
        client = browser(case.created_by)
        for text in ("sit", "siti", "siti a"):
            client.post(reverse("search:typed"), {"q": text})
        entries = LogEntry.objects.filter(verb=Verb.FOUND, what="search")
        assert [entry.subjects for entry in entries] == [[f"case:{case.pk}"]]

    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("s", "Type 2 more letters or digits."),
            ("%", "Type 3 more letters or digits."),
            ("si", "Type 1 more letter or digit."),
            ("'\"%_\\;--", "Type 3 more letters or digits."),
            ("' OR 1=1 --", "Nothing found that you may see."),
            ("s\x00iti", "Null characters are not allowed."),
            ("x" * 10_000, "at most 100 characters"),
            ("%siti%", "SP-"),
            ("نورہایاتی", "Nothing found that you may see."),
            ("\u202esiti", "SP-"),
        ],
    )
    def test_bad_input_gets_a_clear_answer(self, case: Case, text: str, answer: str) -> None:
        assert answer in browser(case.created_by).post(reverse("search:typed"), {"q": text}).text

    def test_an_address_that_names_nothing_shows_an_empty_page(self, caseworker: User) -> None:
        client = browser(caseworker)
        for query in ("", "?search=nothing", "?search=%00", "?search=" + "x" * 5000):
            assert client.get(f"{reverse('search:page')}{query}").status_code == 200
        assert client.post(reverse("search:ask"), {"q": "  "}).headers["Location"] == reverse("search:page")

    def test_no_more_is_typed_than_a_person_does(self, caseworker: User, settings: Any) -> None:
        settings.PACE_LIMITED = True
        client = browser(caseworker)
        statuses = [client.post(reverse("search:typed"), {"q": ""}).status_code for _ in range(301)]
        assert statuses == [200] * 300 + [429]
        assert client.get(reverse("search:page")).status_code == 200

    def test_admins_have_no_box(self) -> None:
        client: Client = browser(make_portal_admin())
        assert "data-search" not in client.get("/", follow=True).text
        assert client.get(reverse("search:page")).status_code == 403


def test_a_completed_referral_is_found_for_ninety_days(case: Case) -> None:
    officer = make_officer()
    referral = refer(case, officer, DataGroup.CASE, DataGroup.IDENTITY)
    for days, found in ((89, True), (91, False)):
        Referral.objects.filter(pk=referral.pk).update(
            state="completed",
            accepted_at=timezone.now(),
            accepted_by=officer,
            ended_at=timezone.now() - timedelta(days=days),
        )
        assert bool(find(officer, "siti").groups) is found
