"""Documents between the two sides of a referral: what the receiver sees, what it adds, and who is told."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import chain, combinations
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.choices import PartnerKind
from agencies.models import Partner
from agencies.tests.factories import make_partner
from cases import documents
from cases.choices import DataGroup, DocumentKind, EventKind
from cases.models import Case, Consent, Document
from cases.tests import files
from cases.tests.factories import make_case
from cases.tests.files import document_fields, upload
from notifications.models import Email, Notification
from referrals import actions, disclosure
from referrals.actions import ActRefused
from referrals.choices import State
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in

pytestmark = pytest.mark.django_db

ALL = tuple(DataGroup)
# Written down a second time on purpose: what must be agreed to before an agency reads a document of each kind.
NEEDS: dict[str, set[str]] = {
    "passport": {"documents", "identity"},
    "identity_card": {"documents", "identity"},
    "medical_report": {"documents", "health"},
    "power_of_attorney": {"documents"},
    "consent_form": {"documents"},
    "contract": {"documents", "case"},
    "pay_slip": {"documents", "case"},
    "photo": {"documents", "case"},
    "recording": {"documents", "case"},
    "witness": {"documents", "case"},
    "chat": {"documents", "case"},
    "letter": {"documents", "case"},
    "other": {"documents", "case"},
}


@pytest.fixture(autouse=True)
def _folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.DOCUMENTS_DIR = str(tmp_path / "documents")


@pytest.fixture
def case() -> Case:
    return make_case()


@pytest.fixture
def officer() -> User:
    return make_officer()


@pytest.fixture
def referral(case: Case, officer: User) -> Referral:
    referral, _officer = make_referral_in(State.ACCEPTED, case=case, officer=officer)
    Notification.objects.all().delete()
    return referral


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(referral: Referral, name: str = "documents", document: Document | None = None) -> str:
    return reverse(f"referrals:{name}", args=[referral.pk, *([document.pk] if document else [])])


def form(**fields: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "kind": "letter", "note": "Page one", "file": upload(), **fields}


def add_to_case(case: Case, kind: str = "contract", **fields: Any) -> Document:
    scope = "To claim the wages" if kind == "power_of_attorney" else ""
    file = files.checked("catatan.txt", f"of {kind}".encode())
    fields = document_fields(kind=kind, scope=scope, file=file, note=f"Note-{kind}") | fields
    return documents.add(by=case.created_by, case=case, **fields)


def add_here(by: User, referral: Referral, **fields: Any) -> Document:
    return actions.add_document(by=by, referral=referral, **document_fields(**fields))


def agree(referral: Referral, groups: tuple[str, ...]) -> Referral:
    Consent.objects.filter(pk=referral.consent_id).update(groups=list(groups))
    return Referral.objects.with_page_data().get(pk=referral.pk)


def withdraw(referral: Referral) -> None:
    Consent.objects.filter(pk=referral.consent_id).update(withdrawn_at=timezone.now())


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def subsets() -> Iterator[tuple[DataGroup, ...]]:
    return chain.from_iterable(combinations(DataGroup, size) for size in range(1, len(DataGroup) + 1))


# What a receiver sees -------------------------------------------------------------------------


def test_every_kind_of_document_has_a_rule() -> None:
    assert set(NEEDS) == set(DocumentKind.values)


def test_a_receiver_sees_documents_of_the_kinds_agreed_to_and_no_others(
    case: Case, referral: Referral
) -> None:
    for kind in DocumentKind.values:
        add_to_case(case, kind)
    agreed = Referral.objects.with_page_data().get(pk=referral.pk)
    for groups in subsets():
        agreed.consent.groups = list(groups)
        wanted = {kind for kind in NEEDS if NEEDS[kind] <= set(groups)}
        assert {document.kind for document in disclosure.documents(agreed)} == wanted, groups
        section = disclosure.sections(agreed)[-1]
        assert (section.group, section.shared) == (DataGroup.DOCUMENTS, "documents" in groups)
        assert len(section.rows) == len(wanted)


def test_the_page_and_the_download_keep_to_it(case: Case, officer: User, referral: Referral) -> None:
    client = signed_in(officer)
    kept = {kind: add_to_case(case, kind) for kind in ("passport", "medical_report", "consent_form", "photo")}
    for groups in ((), ("documents",), ("documents", "identity"), ("case", "health", "identity"), ALL):
        agree(referral, groups or ("contact",))
        pages = [client.get(url).content.decode() for url in (referral.get_absolute_url(), address(referral))]
        for kind, document in kept.items():
            allowed = NEEDS[kind] <= set(groups)
            for page in pages:
                assert (f"Note-{kind}" in page) == allowed, (groups, kind)
                assert (str(document.pk) in page) == allowed
            answer = client.get(address(referral, "document", document))
            assert answer.status_code == (200 if allowed else 404), (groups, kind)
            if allowed:
                assert content_of(answer) == f"of {kind}".encode()


def test_a_receiver_is_told_that_documents_are_not_shared(officer: User, referral: Referral) -> None:
    client = signed_in(officer)
    assert "Documents of the case are not shared" not in client.get(referral.get_absolute_url()).text
    agree(referral, ("case", "identity"))
    assert "Documents of the case are not shared" in client.get(referral.get_absolute_url()).text


def test_the_preview_names_the_group_that_a_document_also_needs(case: Case) -> None:
    for kind in ("passport", "contract", "power_of_attorney"):
        add_to_case(case, kind)
    notes = {row.label: row.note for row in disclosure.preview(case)[-1].rows}
    assert notes == {
        "Passport copy": "only together with “Identity”",
        "Work contract": "only together with “Case”",
        "Power of attorney (surat kuasa)": "",
    }


@pytest.mark.parametrize("state", sorted(set(State) - {State.WAITING, State.UNROUTED}))
def test_documents_close_with_the_case(state: str, officer: User) -> None:
    referral, _officer = make_referral_in(state, officer=officer)
    document = add_to_case(referral.case)
    is_open = state in {"sent", "received", "clarifying", "accepted", "completed"}
    client = signed_in(officer)
    answer = client.get(address(referral, "document", document))
    assert answer.status_code == (200 if is_open else 404)
    assert not is_open or content_of(answer)
    assert client.get(address(referral)).status_code == 200
    assert client.post(address(referral), form()).status_code == (302 if is_open else 409)


def test_consent_withdrawn_closes_everything_at_once(case: Case, officer: User, referral: Referral) -> None:
    own, theirs = add_here(officer, referral, note="By the officer"), add_to_case(case)
    client = signed_in(officer)
    withdraw(referral)
    for document in (own, theirs):
        assert client.get(address(referral, "document", document)).status_code == 404
    answer = client.post(address(referral), form(note="Typed before I knew"))
    assert answer.status_code == 409
    assert "Typed before I knew" in answer.text
    assert "By the officer" not in answer.text
    assert client.post(address(referral, "document_remove", own)).status_code == 409
    assert not Document.objects.get(pk=own.pk).is_removed
    with pytest.raises(ActRefused):
        add_here(officer, referral)


def test_a_grant_that_has_ended_closes_documents_too(case: Case, officer: User, referral: Referral) -> None:
    document = add_to_case(case)
    long_ago = timezone.localdate() - timedelta(days=9)
    Consent.objects.filter(pk=referral.consent_id).update(
        given_on=long_ago, until=long_ago + timedelta(days=1)
    )
    assert signed_in(officer).get(address(referral, "document", document)).status_code == 404


def test_a_document_that_was_removed_is_not_found(case: Case, officer: User, referral: Referral) -> None:
    document = add_to_case(case)
    documents.remove(by=case.created_by, document=document)
    client = signed_in(officer)
    assert client.get(address(referral, "document", document)).status_code == 404
    assert client.post(address(referral, "document_restore", document)).status_code == 404


# What a receiver adds -------------------------------------------------------------------------


def test_a_receiver_adds_a_document_and_the_sender_is_told_and_reads_it(
    case: Case, officer: User, referral: Referral
) -> None:
    sent = form(file=SimpleUploadedFile("Surat jawaban.pdf", files.pdf()))
    page = signed_in(officer).post(address(referral), sent, follow=True)
    assert "The other side sees it." in page.text
    notice = Notification.objects.get()
    assert (notice.recipient, notice.kind, notice.path) == (
        case.assigned_to,
        "document",
        referral.get_absolute_url(),
    )
    document = Document.objects.get()
    assert (document.referral, document.partner) == (referral, officer.partner)
    sender = signed_in(case.created_by)
    assert "Surat jawaban.pdf" in sender.get(referral.get_absolute_url()).text
    assert content_of(sender.get(address(referral, "document", document))) == files.pdf()
    own_page = reverse("cases:document", args=[case.reference, document.pk])
    assert content_of(sender.get(own_page)) == files.pdf()


def test_nothing_of_the_document_stands_in_messages_and_events(officer: User, referral: Referral) -> None:
    add_here(officer, referral, file=files.checked("foto.png"), kind="photo", note="Zqnote")
    event = referral.events.get(kind=EventKind.DOCUMENT_ADDED)
    assert (event.text, event.data) == ("", {"document": "photo"})
    for email in Email.objects.all():
        assert "foto" not in email.subject + email.body
        assert "Zqnote" not in email.subject + email.body


def test_the_same_form_twice_adds_one_document_and_tells_once(officer: User, referral: Referral) -> None:
    client, sent = signed_in(officer), form()
    for _again in range(2):
        sent["file"] = upload()
        assert client.post(address(referral), sent).status_code == 302
    assert Document.objects.count() == 1
    assert Notification.objects.count() == 1
    assert referral.events.filter(kind=EventKind.DOCUMENT_ADDED).count() == 1


def test_another_agency_of_the_same_case_never_sees_it(case: Case, officer: User, referral: Referral) -> None:
    document = add_here(officer, referral)
    colleague = make_officer()
    other, _ = make_referral_in(State.ACCEPTED, case=case, officer=colleague, services=["shelter"])
    client = signed_in(colleague)
    assert not disclosure.documents(other).exists()
    assert client.get(address(other, "document", document)).status_code == 404
    assert client.get(address(referral, "document", document)).status_code == 404
    assert client.post(address(other, "document_remove", document)).status_code == 404
    with pytest.raises(PermissionDenied):
        actions.remove_document(by=colleague, referral=other, document=document)
    with pytest.raises(PermissionDenied):
        add_here(colleague, referral)


def test_a_document_of_another_case_is_not_found(officer: User, referral: Referral) -> None:
    elsewhere, _ = make_referral_in(State.ACCEPTED, officer=officer)
    for document in (add_here(officer, elsewhere), add_to_case(elsewhere.case)):
        assert signed_in(officer).get(address(referral, "document", document)).status_code == 404


def test_strangers_find_nothing(case: Case, referral: Referral) -> None:
    document = add_to_case(case)
    stranger = signed_in(make_user(partner=make_partner()))
    assert stranger.get(address(referral)).status_code == 404
    assert stranger.post(address(referral), form()).status_code == 404
    for name in ("document", "document_remove", "document_restore"):
        method = stranger.get if name == "document" else stranger.post
        assert method(address(referral, name, document)).status_code == 404


def test_each_side_removes_its_own_and_puts_it_back(case: Case, officer: User, referral: Referral) -> None:
    ours, theirs = add_to_case(case), add_here(officer, referral)
    client = signed_in(officer)
    assert client.post(address(referral, "document_remove", ours)).status_code == 403
    assert signed_in(case.created_by).post(address(referral, "document_remove", theirs)).status_code == 403
    for _again in range(2):
        assert client.post(address(referral, "document_remove", theirs)).status_code == 302
    assert not disclosure.documents(referral).filter(pk=theirs.pk).exists()
    assert "Put back" in client.get(address(referral)).text
    assert client.post(address(referral, "document_restore", theirs)).status_code == 302
    assert disclosure.documents(referral).filter(pk=theirs.pk).exists()
    documents.remove(by=officer, document=theirs)
    Document.objects.update(removed_at=timezone.now() - timedelta(days=31))
    assert client.post(address(referral, "document_restore", theirs)).status_code == 409


@pytest.mark.parametrize(
    "bad", [{"file": SimpleUploadedFile("a.jpg", b"<html>")}, {"file": ""}, {"kind": ""}, {"note": "a\x00b"}]
)
def test_bad_input_comes_back_with_a_sentence(officer: User, referral: Referral, bad: dict[str, Any]) -> None:
    answer = signed_in(officer).post(address(referral), form(**bad))
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not Document.objects.exists()


# What the sender adds -------------------------------------------------------------------------


def test_what_the_sender_adds_belongs_to_the_case_and_the_receiver_is_told(
    case: Case, officer: User, referral: Referral
) -> None:
    answer = signed_in(case.created_by).post(address(referral), form(), follow=True)
    assert "The other side sees it." in answer.text
    document = Document.objects.get()
    assert (document.referral, document.partner) == (None, case.partner)
    assert [notice.recipient for notice in Notification.objects.all()] == [officer]


def test_a_receiver_is_told_of_nothing_that_it_does_not_see(case: Case, referral: Referral) -> None:
    agree(referral, ("documents", "case"))
    answer = signed_in(case.created_by).post(address(referral), form(kind="passport"), follow=True)
    assert "The agency does not see it" in answer.text
    assert Document.objects.count() == 1
    assert not Notification.objects.exists()


def test_before_it_is_sent_a_document_goes_to_the_case_alone(case: Case) -> None:
    referral = make_referral(case=case)
    answer = signed_in(case.created_by).post(address(referral), form(), follow=True)
    assert "The document is added to the case." in answer.text


def test_the_sender_keeps_what_the_receiver_added_after_the_end(case: Case, officer: User) -> None:
    referral, _officer = make_referral_in(State.ACCEPTED, case=case, officer=officer)
    document = add_here(officer, referral)
    withdraw(referral)
    sender = signed_in(case.created_by)
    assert content_of(sender.get(address(referral, "document", document))) == files.pdf()


# Powers of attorney ---------------------------------------------------------------------------


def asking() -> Partner:
    return make_partner(kind=PartnerKind.MISSION, asks_power_of_attorney=True, name_id="KBRI Contoh")


def test_the_sender_reads_that_the_receiver_asks_for_a_power_of_attorney(case: Case) -> None:
    referral = make_referral(case=case, to=asking())
    client = signed_in(case.created_by)
    page = client.get(referral.get_absolute_url()).text
    assert "KBRI Contoh usually asks for a power of attorney" in page
    assert "Nothing waits for it" in page
    add_to_case(case, "power_of_attorney")
    assert "asks for a power of attorney" not in client.get(referral.get_absolute_url()).text


def test_in_an_emergency_it_is_a_hint_that_it_may_follow() -> None:
    case = make_case(urgency="emergency")
    referral = make_referral(case=case, to=asking())
    page = signed_in(case.created_by).get(referral.get_absolute_url()).text
    assert "it may follow later" in page


def test_the_receiver_does_not_read_what_is_missing(case: Case) -> None:
    officer = make_officer(asking())
    assert officer.partner
    referral = make_referral(case=case, to=officer.partner)
    assert "asks for a power of attorney" not in signed_in(officer).get(referral.get_absolute_url()).text


def test_a_missing_power_of_attorney_stops_nothing(case: Case) -> None:
    referral, _officer = make_referral_in(State.ACCEPTED, case=case, officer=make_officer(asking()))
    assert referral.state == State.ACCEPTED


# The page -------------------------------------------------------------------------------------


def test_the_page_asks_the_same_number_of_questions_however_many_documents_there_are(
    case: Case, officer: User, referral: Referral, django_assert_num_queries: Callable[..., Any]
) -> None:
    client = signed_in(officer)
    add_here(officer, referral)
    client.get(address(referral))
    with django_assert_num_queries(8):  # session, person, referral, log, topics, documents, removed, bell
        client.get(address(referral))
    for number in range(4):
        add_to_case(case, note=str(number))
        add_here(officer, referral, note=str(number))
    with django_assert_num_queries(8):
        client.get(address(referral))
