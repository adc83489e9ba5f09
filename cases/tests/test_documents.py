"""The documents of a case: adding, downloading, removing, putting back, and who may."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import uploads
from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner
from cases import documents, file_check, storage, timeline
from cases.choices import DocumentKind, EventKind
from cases.documents import DocumentRefused
from cases.models import Case, Document

from . import files
from .factories import make_case
from .files import add, document_fields, kept, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


@pytest.fixture
def case() -> Case:
    return make_case()


@pytest.fixture
def browser(case: Case) -> Client:
    return signed_in(case.created_by)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(case: Case, name: str = "documents", document: Document | None = None) -> str:
    return reverse(f"cases:{name}", args=[case.reference, *([document.pk] if document else [])])


def form(**fields: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "kind": "contract", "note": "Page one", "file": upload(), **fields}


def content_of(answer: Any) -> bytes:
    """All of a download; reading it to the end is what closes its file."""
    return b"".join(answer.streaming_content)


# Adding ---------------------------------------------------------------------------------------


def test_a_document_is_added_listed_and_downloaded_as_it_was(browser: Client, case: Case) -> None:
    content = files.pdf()
    sent = form(file=SimpleUploadedFile("Kontrak kerja – é.pdf", content))
    page = browser.post(address(case), sent, follow=True).content.decode()
    assert "Kontrak kerja – é.pdf" in page
    assert "Work contract" in page
    document = Document.objects.get()
    answer = browser.get(address(case, "document", document))
    assert content_of(answer) == content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''Kontrak%20kerja%20%E2%80%93%20%C3%A9.pdf"
    )


def test_a_download_is_saved_and_neither_shown_nor_cached(browser: Client, case: Case) -> None:
    answer = browser.get(address(case, "document", add(case)))
    content_of(answer)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_bytes_are_kept_under_a_name_of_our_own_for_the_portal_alone(case: Case, folder: Path) -> None:
    document = add(case, file=files.checked("kontrak.pdf"))
    assert kept(folder) == [document.stored_as]
    assert "kontrak" not in document.stored_as
    file = folder / document.stored_as
    with storage.read(document) as opened:
        assert opened.read() == files.pdf()
    assert files.pdf()[:20] not in file.read_bytes()
    modes = [path.stat().st_mode & 0o777 for path in (file, file.parent, folder)]
    assert modes == [0o600, 0o700, 0o700]


def test_what_happened_is_told_without_the_name_of_the_file(case: Case) -> None:
    document = add(case)
    documents.remove(by=case.created_by, document=document)
    documents.restore(by=case.created_by, document=document)
    told = case.events.exclude(kind=EventKind.LOGGED)
    assert [(event.kind, event.text, event.data) for event in told] == [
        ("document_added", "", {"document": "contract"}),
        ("document_removed", "", {"document": "contract"}),
        ("document_added", "", {"document": "contract", "restored": True}),
    ]
    assert [entry.title for entry in timeline.tell(told)] == [
        "Document put back: Work contract",
        "Document removed: Work contract",
        "Document added: Work contract",
    ]


BAD: dict[str, dict[str, Any]] = {
    "no file": {"file": ""},
    "an empty file": {"file": SimpleUploadedFile("a.pdf", b"")},
    "a file that is not its name": {"file": SimpleUploadedFile("a.pdf", files.picture())},
    "a web page": {"file": SimpleUploadedFile("a.jpg", b"<html><script>")},
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_cannot_be_kept_says_why_and_the_rest_stays_typed(
    browser: Client, case: Case, folder: Path, what: str
) -> None:
    answer = browser.post(address(case), form(**BAD[what]))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"file"}
    assert "Page one" in answer.content.decode()
    assert (Document.objects.count(), kept(folder)) == (0, [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("kind", value) for value in ("", "x", "\x00")],
        *[("note", value) for value in ("n" * 301, "n" * 1_000_000, "a\x00b")],
    ],
)
def test_a_field_that_cannot_be_kept_says_why(browser: Client, case: Case, field: str, value: str) -> None:
    answer = browser.post(address(case), form(**{field: value}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Document.objects.exists()


def test_a_hostile_name_is_shown_as_harmless_text(browser: Client, case: Case) -> None:
    name = '..\\..\\<b onclick="x()">kontrak\u202efdp.pdf'
    page = browser.post(address(case), form(file=SimpleUploadedFile(name, files.pdf())), follow=True)
    assert Document.objects.get().file_name == '<b onclick="x()">kontrakfdp.pdf'
    assert "<b onclick" not in page.content.decode()


def test_the_same_form_twice_adds_one_document_and_keeps_one_file(case: Case, folder: Path) -> None:
    key = uuid4()
    first, second = add(case, key=key), add(case, key=key)
    assert first == second
    assert kept(folder) == [first.stored_as]
    assert case.events.filter(kind=EventKind.DOCUMENT_ADDED).count() == 1


def test_another_file_under_a_spent_key_is_kept_all_the_same_and_once(case: Case, folder: Path) -> None:
    key = uuid4()
    for _again in range(2):
        add(case, key=key)
        add(case, key=key, file=files.checked("foto.png"), kind="photo")
    assert sorted(Document.objects.values_list("kind", flat=True)) == ["contract", "photo"]
    assert len(kept(folder)) == 2


def test_somebody_elses_key_is_refused(case: Case) -> None:
    key = uuid4()
    add(case, key=key)
    with pytest.raises(PermissionDenied):
        documents.add(by=make_user(partner=case.partner), case=case, **document_fields(), key=key)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_adds_one_document(case: Case, folder: Path) -> None:
    key = str(uuid4())

    def send(_number: int) -> int:
        try:
            return signed_in(case.created_by).post(address(case), form(key=key)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, range(2))) == [302, 302]
    assert kept(folder) == [Document.objects.get().stored_as]


def test_a_case_takes_only_so_many(browser: Client, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST", 1)
    add(case)
    answer = browser.post(address(case), form())
    assert answer.status_code == 409
    assert "takes no more" in answer.content.decode()


def test_a_full_disk_is_told_and_leaves_nothing_behind(
    browser: Client, case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answer = browser.post(address(case), form())
    assert answer.status_code == 503
    assert "cannot keep the file just now" in answer.content.decode()
    assert "Page one" in answer.content.decode()
    assert (Document.objects.count(), kept(folder)) == (0, [])


# Too large ------------------------------------------------------------------------------------


class Endless:
    """The body of an upload of any length that is never held anywhere; `read_so_far` tells how much was taken."""

    def __init__(self, before: bytes, length: int) -> None:
        self.before, self.left, self.read_so_far = before, length, 0

    def read(self, size: int = -1) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        piece = self.before[:size]
        self.before = self.before[size:]
        piece += b"x" * (size - len(piece))
        self.left -= size
        self.read_so_far += size
        return piece

    readline = read


def body(**fields: str) -> bytes:
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\r\n'
    return ("".join(parts) + file).encode()


def send_endless(browser: Client, case: Case, length: int) -> Any:
    endless = Endless(body(kind="contract", note="Page one"), length)
    extra: dict[str, Any] = {
        "wsgi.input": endless,
        "CONTENT_TYPE": "multipart/form-data; boundary=edge",
        "CONTENT_LENGTH": str(length),
    }
    return browser.generic("POST", address(case), **extra), endless


def test_a_post_of_1_gb_is_answered_at_the_field_and_kept_nowhere(
    browser: Client, case: Case, folder: Path, settings: LazySettings, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    answer, endless = send_endless(browser, case, 1024**3)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"file": [str(file_check.TOO_LARGE)]}
    assert "Page one" in answer.content.decode()
    assert endless.read_so_far == 1024**3  # so that the browser hears the answer
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_post_that_never_ends_is_answered_without_listening(browser: Client, case: Case) -> None:
    answer, endless = send_endless(browser, case, 10**13)
    assert answer.context["form"].errors == {"file": [str(file_check.TOO_LARGE)]}
    assert endless.read_so_far < 10**6


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(uploads, "LIMIT", 100_000)
    return 100_000


def test_a_file_one_byte_over_the_limit_is_dropped_and_what_stands_behind_it_is_read(
    browser: Client, case: Case, small_limit: int
) -> None:
    rest = small_limit - len(files.wav())
    sent = form(file=SimpleUploadedFile("a.wav", files.wav() + b"\0" * (rest + 1)), kind="recording")
    answer = browser.post(address(case), sent | {"behind": "read"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"file": [str(file_check.TOO_LARGE)]}
    assert answer.wsgi_request.POST["behind"] == "read"
    sent["file"] = SimpleUploadedFile("a.wav", files.wav() + b"\0" * rest)
    assert browser.post(address(case), sent).status_code == 302


def test_the_limit_holds_on_every_page_also_before_anybody_signs_in(small_limit: int) -> None:
    answer = Client().post("/accounts/login/", {"file": SimpleUploadedFile("a.wav", b"x" * 200_000)})
    assert not answer.wsgi_request.FILES


def test_the_form_is_safe_from_other_sites(case: Case) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(case.created_by)
    assert client.post(address(case), form()).status_code == 403
    page = client.get(address(case))
    token = page.context["csrf_token"]
    assert client.post(address(case), {"csrfmiddlewaretoken": str(token)} | form()).status_code == 302


# Powers of attorney ---------------------------------------------------------------------------


def power(**fields: Any) -> dict[str, Any]:
    return form(kind="power_of_attorney", scope="To claim the wages", **fields)


def test_a_power_of_attorney_says_for_what_and_until_when(browser: Client, case: Case) -> None:
    until = timezone.localdate() + timedelta(days=30)
    assert browser.post(address(case), power(valid_until=until)).status_code == 302
    page = browser.get(address(case)).content.decode()
    assert "To claim the wages" in page
    assert "valid until" in page


def test_a_power_of_attorney_without_a_scope_is_sent_back(browser: Client, case: Case) -> None:
    answer = browser.post(address(case), power() | {"scope": " "})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"scope"}


def test_a_power_of_attorney_that_has_ended_is_not_added(browser: Client, case: Case) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    answer = browser.post(address(case), power(valid_until=yesterday))
    assert answer.status_code == 422
    assert "has ended already" in answer.context["form"].errors["valid_until"][0]
    assert browser.post(address(case), power(valid_until=timezone.localdate())).status_code == 302


def test_scope_and_end_belong_to_powers_of_attorney_alone(browser: Client, case: Case) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    assert browser.post(address(case), power(valid_until=yesterday) | {"kind": "photo"}).status_code == 302
    document = Document.objects.get()
    assert (document.scope, document.valid_until) == ("", None)


def test_one_that_has_ended_meanwhile_is_marked_and_counts_no_more(browser: Client, case: Case) -> None:
    partner = make_partner(asks_power_of_attorney=True)
    assert documents.missing_power_of_attorney(case, partner)
    document = add(case, kind=DocumentKind.POWER_OF_ATTORNEY, scope="All")
    assert not documents.missing_power_of_attorney(case, partner)
    Document.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
    assert documents.missing_power_of_attorney(case, partner)
    assert "ended on" in browser.get(address(case)).content.decode()
    Document.objects.update(valid_until=None)
    documents.remove(by=case.created_by, document=document)
    assert documents.missing_power_of_attorney(case, partner)


def test_only_partners_that_ask_for_one_miss_it(case: Case) -> None:
    assert not documents.missing_power_of_attorney(case, make_partner())
    assert not documents.missing_power_of_attorney(case, None)


@pytest.mark.parametrize(
    ("urgency", "told"), [("normal", "Nothing waits for it"), ("emergency", "may follow later")]
)
def test_a_lawyers_case_speaks_of_the_power_of_attorney(urgency: str, told: str) -> None:
    case = make_case(reporter_type="lawyer", reporter_relation="attorney", urgency=urgency)
    client = signed_in(case.created_by)
    assert told in client.get(address(case)).content.decode()
    add(case, kind=DocumentKind.POWER_OF_ATTORNEY, scope="All")
    assert told not in client.get(address(case)).content.decode()


# Removing and putting back --------------------------------------------------------------------


def test_a_removed_document_is_out_of_sight_and_can_be_put_back(browser: Client, case: Case) -> None:
    document = add(case)
    for _again in range(2):
        assert browser.post(address(case, "document_remove", document)).status_code == 302
    assert browser.get(address(case, "document", document)).status_code == 404
    page = browser.get(address(case))
    assert [row.document for row in page.context["removed"]] == [document]
    assert not page.context["rows"]
    for _again in range(2):
        assert browser.post(address(case, "document_restore", document)).status_code == 302
    answer = browser.get(address(case, "document", document))
    assert (answer.status_code, content_of(answer)) == (200, files.pdf())
    assert case.events.filter(kind=EventKind.DOCUMENT_REMOVED).count() == 1


def test_after_30_days_it_stays_removed(browser: Client, case: Case) -> None:
    document = add(case)
    documents.remove(by=case.created_by, document=document)
    Document.objects.update(removed_at=timezone.now() - timedelta(days=31))
    [row] = browser.get(address(case)).context["removed"]
    assert (row.url, row.restore_url) == ("", "")
    assert "about to be deleted for good" in row.notice
    answer = browser.post(address(case, "document_restore", document))
    assert answer.status_code == 409
    assert "more than 30 days ago" in answer.content.decode()
    with pytest.raises(DocumentRefused):
        documents.restore(by=case.created_by, document=document)


def test_a_colleague_removes_too_but_no_other_partner(case: Case) -> None:
    document = add(case)
    with pytest.raises(PermissionDenied):
        documents.remove(by=make_user(partner=make_partner()), document=document)
    assert documents.remove(by=make_user(partner=case.partner), document=document).is_removed


# Who may --------------------------------------------------------------------------------------


def visits(case: Case, document: Document) -> Iterator[tuple[str, str]]:
    yield "get", address(case)
    yield "post", address(case)
    yield "get", address(case, "document", document)
    yield "post", address(case, "document_remove", document)
    yield "post", address(case, "document_restore", document)


def test_somebody_elses_documents_are_not_found(case: Case) -> None:
    stranger = signed_in(make_user(partner=make_partner()))
    for method, url in visits(case, add(case)):
        assert getattr(stranger, method)(url).status_code == 404


def test_admins_read_no_documents(case: Case) -> None:
    document = add(case)
    for admin in (make_portal_admin(), make_user(partner=case.partner, role=PartnerAdmin.code)):
        for method, url in visits(case, document):
            assert getattr(signed_in(admin), method)(url).status_code == 403


def test_a_document_is_found_through_its_own_case_alone(browser: Client, case: Case) -> None:
    other = make_case(by=case.created_by)
    strange = add(make_case())
    for document in (add(other), strange):
        assert browser.get(address(case, "document", document)).status_code == 404
        assert browser.post(address(case, "document_remove", document)).status_code == 404


def test_a_document_whose_bytes_are_gone_is_not_found_and_logged(
    browser: Client, case: Case, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    document = add(case)
    (folder / document.stored_as).unlink()
    assert browser.get(address(case, "document", document)).status_code == 404
    assert str(document.pk) in caplog.text


# The page of the case -------------------------------------------------------------------------


def test_the_case_shows_its_newest_documents(browser: Client, case: Case) -> None:
    for number in range(6):
        add(case, file=files.checked("catatan.txt", f"Note {number}".encode()), note=f"Note {number}")
    page = browser.get(case.get_absolute_url()).content.decode()
    assert "Note 5" in page
    assert "Note 0" not in page


def test_the_list_asks_the_same_number_of_questions_however_long_it_is(
    browser: Client, case: Case, django_assert_num_queries: Callable[..., Any]
) -> None:
    add(case)
    browser.get(address(case))
    with django_assert_num_queries(7):  # session, person, case, log, documents, removed, bell
        browser.get(address(case))
    for _number in range(5):
        add(case)
    with django_assert_num_queries(7):
        browser.get(address(case))
