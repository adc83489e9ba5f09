"""Every row that a group of data shows, word for word: nothing more is told, nothing is told under another name."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.tests.factories import make_topic
from cases import documents
from cases.choices import DataGroup, DocumentKind
from cases.models import Case
from cases.tests.factories import make_case
from cases.tests.files import add, checked
from referrals import disclosure
from referrals.tests.factories import make_referral_in

pytestmark = pytest.mark.django_db

ROWS: dict[DataGroup, tuple[str, list[tuple[str, str]]]] = {
    DataGroup.CASE: (
        "The case",
        [
            ("Topics", "Passport withheld, Unpaid wages"),
            ("Stage", "Abroad"),
            ("Destination country", "Malaysia"),
            ("City or district", "Johor Bahru"),
            ("Placement procedure", "Not known yet"),
            ("Placement scheme", "Private to private (P to P)"),
            ("Kind of work", "Domestic work"),
            ("Recruiter (P3MI)", "PT Contoh"),
            ("Broker or sponsor", "Calo Contoh"),
            ("Agency abroad", "Agensi Contoh"),
            ("Employer", "Majikan Contoh"),
            ("Employer's address", "Jalan Contoh 9"),
            ("Contract from", "Jan. 2, 2024"),
            ("Contract until", "Jan. 2, 2026"),
            ("Departure", "Feb. 3, 2024"),
            ("Start of work", "March 4, 2024"),
            ("Date of the incident", "May 6, 2025"),
            ("Accused party", "Tertuduh Contoh"),
            ("What happened", "The wages have not been paid for three months."),
            ("What is asked for", "Payment of the wages."),
        ],
    ),
    DataGroup.IDENTITY: (
        "The worker",
        [
            ("Worker's name", "Contoh Melati"),
            ("Sex", "Female"),
            ("Birth date", "July 1, 1990"),
            ("NIK", "3573014107900001"),
            ("Passport number", "C1234567"),
            ("Social security number", "JKN-000777"),
            ("Home province", "Provinsi 35"),
            ("Home regency or city", "Kota 3573"),
            ("Home village and address", "Desa Contoh 7"),
        ],
    ),
    DataGroup.CONTACT: (
        "Making contact",
        [
            ("Worker's phone or e-mail", "0812-000-111"),
            ("Safe way to make contact", "WhatsApp or other chat"),
            ("Safe time to make contact", "after nine in the evening"),
            ("Reporter's name", "Contoh Pelapor"),
            ("Relation to the worker", "Husband or wife"),
            ("Reporter's phone or e-mail", "0800-000-001"),
        ],
    ),
    DataGroup.HEALTH: ("Health", [("Disability or special need", "reads braille")]),
    DataGroup.VIOLENCE: (
        "Violence and control",
        [
            ("Trafficking", "Possibly a victim of trafficking"),
            ("Who found so", "Court or prosecution"),
            ("Means of control", "Debt bondage, Withholds passport or documents"),
        ],
    ),
    DataGroup.DOCUMENTS: ("Documents", []),
}


def a_whole_case(**fields: Any) -> Case:
    case = make_case(
        worker={
            "name": "Contoh Melati",
            "nik": "3573014107900001",
            "passport_number": "C1234567",
            "birth_date": "1990-07-01",
            "home_village": "Desa Contoh 7",
            "contact": "0812-000-111",
            "safe_channel": "chat",
            "safe_time": "after nine in the evening",
            "disability": "reads braille",
        },
        topics=[make_topic(name_en="Passport withheld"), make_topic(name_en="Unpaid wages")],
        social_security_number="JKN-000777",
        scheme="p_to_p",
        sector="domestic_work",
        employer_name="Majikan Contoh",
        employer_address="Jalan Contoh 9",
        recruiter="PT Contoh",
        broker="Calo Contoh",
        foreign_agency="Agensi Contoh",
        accused_party="Tertuduh Contoh",
        contract_start="2024-01-02",
        contract_end="2026-01-02",
        departure_date="2024-02-03",
        work_start_date="2024-03-04",
        incident_date="2025-05-06",
        trafficking_status="possible",
        trafficking_asserted_by="court",
        means_of_control=["debt_bondage", "withholds_documents"],
        **fields,
    )
    return Case.objects.get(pk=case.pk)


def told(sections: list[disclosure.Section]) -> dict[DataGroup, tuple[str, list[tuple[str, str]]]]:
    return {one.group: (str(one.title), [(row.label, row.value) for row in one.rows]) for one in sections}


def test_all_that_there_is() -> None:
    sections = disclosure.preview(a_whole_case())
    assert told(sections) == ROWS
    assert all(section.shared for section in sections)
    assert not any(row.note for section in sections for row in section.rows)


def test_what_nobody_filled_in_has_no_row() -> None:
    rows = told(disclosure.preview(make_case(worker={"contact": ""}, place="")))
    assert [label for label, _value in rows[DataGroup.CONTACT][1]] == [
        *("Reporter's name", "Relation to the worker", "Reporter's phone or e-mail")
    ]
    assert "City or district" not in dict(rows[DataGroup.CASE][1])
    assert rows[DataGroup.HEALTH][1] == rows[DataGroup.VIOLENCE][1] == []


@pytest.fixture
def with_documents() -> Case:
    case = a_whole_case()
    for kind in ("passport", "identity_card", "medical_report", "consent_form", "contract"):
        add(case, kind=kind)
    add(case, kind="power_of_attorney", scope="To claim the wages")
    return case


NEEDS = {
    DocumentKind.PASSPORT: "only together with “Identity”",
    DocumentKind.IDENTITY_CARD: "only together with “Identity”",
    DocumentKind.MEDICAL_REPORT: "only together with “Health”",
    DocumentKind.CONTRACT: "only together with “Case”",
    DocumentKind.POWER_OF_ATTORNEY: "",
    DocumentKind.CONSENT_FORM: "",
}


def kind_called(name: str) -> str:
    return next(str(kind) for kind in DocumentKind if kind.label == name)


def test_before_anybody_agrees_each_document_says_what_else_it_needs(with_documents: Case) -> None:
    [section] = [one for one in disclosure.preview(with_documents) if one.group == DataGroup.DOCUMENTS]
    assert {kind_called(row.label): row.note for row in section.rows} == NEEDS
    assert {row.value for row in section.rows} == {"kontrak.pdf"}


@pytest.mark.parametrize(
    ("groups", "kinds"),
    [
        (["case", "identity", "health"], ""),
        (["documents"], "power_of_attorney consent_form"),
        (["documents", "case"], "power_of_attorney consent_form contract"),
        (["documents", "identity"], "power_of_attorney consent_form passport identity_card"),
        (["documents", "health"], "power_of_attorney consent_form medical_report"),
    ],
)
def test_the_receiver_reads_a_document_when_both_groups_were_agreed_to(
    with_documents: Case, groups: list[str], kinds: str
) -> None:
    referral, _officer = make_referral_in("received", case=with_documents, consent={"groups": groups})
    assert {one.kind for one in disclosure.documents(referral)} == set(kinds.split())
    rows = [
        row
        for section in disclosure.sections(referral)
        if section.group == "documents"
        for row in section.rows
    ]
    assert {kind_called(row.label) for row in rows} == set(kinds.split())
    assert not any(row.note for row in rows)
    for kind in DocumentKind:
        assert disclosure.shows_kind(referral, kind) == (kind in kinds.split() or kind in _unseen(groups))


def _unseen(groups: list[str]) -> set[str]:
    """Kinds that would be shown and of which this case has none: what tells of the case."""
    told_of_case = set(DocumentKind.values) - {str(kind) for kind in NEEDS}
    return told_of_case if {"documents", "case"} <= set(groups) else set()


def test_documents_of_other_cases_are_nowhere(with_documents: Case) -> None:
    referral, _officer = make_referral_in("received", consent={"groups": DataGroup.values})
    assert list(disclosure.documents(referral)) == []
    assert disclosure.preview(referral.case)[-1].rows == []


def test_what_the_receiver_added_it_reads_newest_first_whatever_was_agreed_to(with_documents: Case) -> None:
    referral, officer = make_referral_in("received", case=with_documents, consent={"groups": ["case"]})
    fields: dict[str, Any] = {"by": officer, "case": with_documents, "referral": referral}
    added = [
        documents.add(**fields, kind="contract", file=checked(), note=str(number)) for number in range(5)
    ]
    first, *_between, last = added
    assert list(disclosure.documents(referral)) == added[::-1]
    documents.remove(by=officer, document=last)
    assert list(disclosure.documents(referral)) == added[-2::-1]
    other, _officer = make_referral_in("received", case=with_documents, consent={"groups": DataGroup.values})
    assert first not in disclosure.documents(other)
    assert len(disclosure.preview(with_documents)[-1].rows) == len(NEEDS)
    referral.state = "withdrawn"
    assert list(disclosure.documents(referral)) == []
