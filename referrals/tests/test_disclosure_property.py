"""For every one of the 64 subsets of the groups of data: nothing outside it reaches the receiver, by whatever way.

One case holds a value of its own in every field. Each way to the receiver is a line of WAYS; the letter as PDF has the
same test in test_letters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, combinations
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agencies.tests.factories import make_province, make_regency, make_topic
from cases.choices import DataGroup, DocumentKind, EventKind
from cases.events import record
from cases.models import Consent, Document
from cases.tests.factories import make_case
from notifications.actions import notify
from notifications.choices import Kind
from notifications.models import Email, Notification
from referrals import actions, disclosure
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral

pytestmark = pytest.mark.django_db

SUBSETS = list(chain.from_iterable(combinations(DataGroup, size) for size in range(len(DataGroup) + 1)))

# Field by field what is written down; `TOLD` is what a page would say of it, where that is not the value itself.
WORKER: dict[DataGroup, dict[str, Any]] = {
    DataGroup.IDENTITY: {
        "name": "Zqname Contoh",
        "sex": "female",
        "birth_date": date(1961, 7, 1),
        "nik": "3573014107610001",
        "passport_number": "ZQ1234567",
        "home_village": "Zqvillage",
    },
    DataGroup.CONTACT: {"contact": "Zqphone", "safe_channel": "via_reporter", "safe_time": "Zqtime"},
    DataGroup.HEALTH: {"disability": "Zqdisability"},
}
CASE: dict[DataGroup, dict[str, Any]] = {
    DataGroup.IDENTITY: {"social_security_number": "Zqsecurity"},
    DataGroup.CONTACT: {
        "reporter_name": "Zqreporter",
        "reporter_contact": "Zqmail",
        "reporter_relation": "attorney",
    },
    DataGroup.CASE: {
        "stage": "during",
        "country": "QA",
        "place": "Zqplace",
        "procedural_status": "nonprocedural",
        "scheme": "own_company",
        "sector": "online_scam",
        "recruiter": "Zqrecruiter",
        "broker": "Zqbroker",
        "foreign_agency": "Zqforeign",
        "employer_name": "Zqemployer",
        "employer_address": "Zqaddress",
        "contract_start": date(1962, 7, 1),
        "contract_end": date(1963, 7, 1),
        "departure_date": date(1964, 7, 1),
        "work_start_date": date(1965, 7, 1),
        "incident_date": date(1966, 7, 1),
        "accused_party": "Zqaccused",
        "chronology": "Zqchronology",
        "demands": "Zqdemands",
    },
    DataGroup.VIOLENCE: {
        "trafficking_status": "confirmed",
        "trafficking_asserted_by": "court",
        "means_of_control": ["debt_bondage", "sexual_abuse"],
    },
}
NEVER = {"urgency_reason": "Zqurgency", "reporter_type": "lawyer"}  # told to no receiver
TOLD: dict[str, list[str]] = {
    "sex": ["Female"],
    "birth_date": ["July 1, 1961"],
    "safe_channel": ["Only through the reporter"],
    "reporter_relation": ["Attorney or companion"],
    "stage": ["Abroad"],
    "country": ["Qatar"],
    "procedural_status": ["Non-procedural"],
    "scheme": ["Own company (UKPS)"],
    "sector": ["Online scam compound"],
    **{
        name: [f"July 1, {value.year}"]
        for name, value in CASE[DataGroup.CASE].items()
        if isinstance(value, date)
    },
    "trafficking_status": ["A victim of trafficking"],
    "trafficking_asserted_by": ["Court or prosecution"],
    "means_of_control": ["Debt bondage", "Sexual abuse"],
    "reporter_type": ["Lawyer"],
}
BESIDE = {  # what stands in rows of its own
    DataGroup.IDENTITY: ["Zqprovince", "Zqregency"],
    DataGroup.CASE: ["Zqtopic"],
}
# A document is seen by whom may know of documents and of what it speaks of.
FILES: dict[DocumentKind, tuple[DataGroup, ...]] = {
    **dict.fromkeys(DocumentKind, (DataGroup.DOCUMENTS, DataGroup.CASE)),
    **dict.fromkeys(
        (DocumentKind.PASSPORT, DocumentKind.IDENTITY_CARD), (DataGroup.DOCUMENTS, DataGroup.IDENTITY)
    ),
    DocumentKind.MEDICAL_REPORT: (DataGroup.DOCUMENTS, DataGroup.HEALTH),
    **dict.fromkeys((DocumentKind.POWER_OF_ATTORNEY, DocumentKind.CONSENT_FORM), (DataGroup.DOCUMENTS,)),
}


def told(fields: dict[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        yield from TOLD.get(name, [str(value)])


MARKS: dict[DataGroup, list[str]] = {
    group: [*told(WORKER.get(group, {})), *told(CASE.get(group, {})), *BESIDE.get(group, [])]
    for group in DataGroup
}


def all_but(groups: tuple[DataGroup, ...]) -> list[str]:
    """Every value that somebody who may know these groups must not find."""
    others = [group for group in DataGroup if group not in groups]
    days = [
        value.isoformat()
        for group in others
        for fields in (WORKER.get(group, {}), CASE.get(group, {}))
        for value in fields.values()
        if isinstance(value, date)
    ]
    files = [kind for kind, needed in FILES.items() if not set(needed) <= set(groups)]
    hidden = [word for kind in files for word in (f"Zqfile-{kind}.", f"Zqnote-{kind}.", f"Zqscope-{kind}.")]
    return [mark for group in others for mark in MARKS[group]] + days + hidden + list(told(NEVER))


def all_of(groups: tuple[DataGroup, ...]) -> list[str]:
    """Every value that somebody who may know these groups finds on the page."""
    files = [f"Zqfile-{kind}.pdf" for kind, needed in FILES.items() if set(needed) <= set(groups)]
    return [mark for group in groups for mark in MARKS[group]] + files


def found(marks: list[str], text: str) -> list[str]:
    return [mark for mark in marks if mark in text]


@dataclass(frozen=True)
class Shared:
    """The case as it lies before an officer; `agree` says to which groups."""

    referral: Referral
    officer: User
    client: Client

    def agree(self, groups: tuple[DataGroup, ...]) -> Referral:
        """Let the grant be for these groups; none at all is one that was withdrawn: no other can be empty."""
        values = {
            "groups": list(groups) or list(DataGroup),
            "withdrawn_at": None if groups else timezone.now(),
        }
        Consent.objects.filter(pk=self.referral.consent_id).update(**values)
        return Referral.objects.with_page_data().get(pk=self.referral.pk)

    def get(self, name: str, *args: Any, **query: Any) -> str:
        response = self.client.get(
            reverse(f"referrals:{name}", args=args), query, headers={"HX-Request": "true"}
        )
        assert response.status_code == 200
        return response.text


@pytest.fixture
def shared(client: Client) -> Shared:
    worker: dict[str, Any] = {name: value for fields in WORKER.values() for name, value in fields.items()}
    fields: dict[str, Any] = {name: value for group in CASE.values() for name, value in group.items()}
    case = make_case(
        worker={
            **worker,
            "home_province": make_province(code="35", name="Zqprovince"),
            "home_regency": make_regency(code="3573", name="Zqregency"),
        },
        topics=[make_topic(name_id="Zqtopic", name_en="Zqtopic")],
        **{**fields, **NEVER},
    )
    for kind in DocumentKind:
        Document.objects.create(
            case=case,
            kind=kind,
            file_name=f"Zqfile-{kind}.pdf",
            content_type="application/pdf",
            size=1,
            stored_as=f"Zqstored-{kind}",
            note=f"Zqnote-{kind}.",
            scope=f"Zqscope-{kind}.",
            added_by=case.created_by,
            partner=case.partner,
            added_at=timezone.now(),
        )
    officer = make_officer()
    referral = make_referral(case=case, by=case.created_by, to=officer.partner)
    referral.ranking = [
        {
            "partner_id": officer.partner_id,
            "reasons": [
                {"code": "country", "params": {"country": "QA"}},
                {"code": "topic", "params": {"topic_id": "Zqtopic", "topic_en": "Zqtopic"}},
                {"code": "province", "params": {"place": "Zqprovince"}},
                {"code": "regency", "params": {"place": "Zqregency"}},
                {"code": "district", "params": {"place": "Zqplace"}},
            ],
        }
    ]
    referral.save()
    actions.receive(by=officer, referral=referral)
    client.force_login(officer)
    return Shared(referral, officer, client)


# Each way by which something of the case reaches its receiver: its name, and the text that comes out at the other end.
WAYS: dict[str, Callable[[Shared], str]] = {
    "page": lambda it: it.get("detail", it.referral.pk),
    "refresh": lambda it: it.get("live", it.referral.pk),
    "forms": lambda it: it.get("acts", it.referral.pk),
    "inbox": lambda it: it.get("inbox", tab="all"),
    "documents": lambda it: it.get("documents", it.referral.pk),
    "conversation": lambda it: it.get("talk", it.referral.pk),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_outside_what_the_worker_agreed_to_comes_through(shared: Shared, way: str) -> None:
    for groups in SUBSETS:
        shared.agree(groups)
        assert found(all_but(groups), WAYS[way](shared)) == [], (way, groups)


def test_everything_that_the_worker_agreed_to_stands_on_the_page(shared: Shared) -> None:
    """Else the test above would pass with an empty page."""
    for groups in SUBSETS:
        referral = shared.agree(groups)
        text = "\n".join(str(row.value) for section in disclosure.sections(referral) for row in section.rows)
        assert found(all_of(groups), text) == all_of(groups), groups
        assert found(all_but(groups), text) == [], groups
    shared.agree(tuple(DataGroup))
    everything = [mark for marks in MARKS.values() for mark in marks]
    assert found(everything, WAYS["page"](shared)) == everything


def test_lists_find_nothing_by_what_they_do_not_show(shared: Shared) -> None:
    for groups in SUBSETS:
        referral = shared.agree(groups)
        for group in DataGroup:
            listed = Referral.objects.readable_by_receiver(group).exists()
            assert listed == disclosure.shows(referral, group), (groups, group)


def test_no_message_and_no_event_holds_anything_of_the_case(shared: Shared) -> None:
    """E-mails and notices say a reference and nothing else, whatever was agreed to; so does the data of events."""
    referral, officer = shared.referral, shared.officer
    sender = referral.created_by
    everything = all_but(())
    actions.accept(by=officer, referral=referral)
    actions.report(by=sender, referral=referral, text="Zqchronology")
    for kind in Kind:
        notify([officer], kind=kind, reference=referral.reference, path=referral.get_absolute_url())
    record(referral.case, EventKind.NOTED, by=sender, text="Zqdemands")
    actions.withdraw_consent(by=sender, case=referral.case, text="Zqreporter")
    written = [f"{email.subject}\n{email.body}" for email in Email.objects.all()]
    written += [f"{notice.title} {notice.path}" for notice in Notification.objects.all()]
    written += [str(event.data) for event in referral.case.events.all()]
    assert len(written) > 2 * len(Kind)
    for text in written:
        assert found(everything, text) == [], text
    for way in WAYS.values():
        assert found(everything, way(shared)) == [], "closed to its receiver"
