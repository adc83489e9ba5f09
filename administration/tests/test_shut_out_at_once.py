"""Whoever is shut out in the middle of a request sees and writes nothing more once the act is committed.

Both ways of shutting somebody out: the person is suspended, or their partner is.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from accounts import answering
from accounts.models import User
from accounts.tests.factories import PASSWORD, make_portal_admin, make_user
from accounts.tests.signing_in import is_in, sign_in
from administration import actions
from agencies import actions as agencies
from agencies.choices import PartnerState
from agencies.tests.factories import make_partner
from cases import actions as case_actions
from cases.choices import EventKind
from cases.models import Case, CaseEvent, Document
from cases.tests.factories import make_case
from cases.tests.files import add, checked
from cases.views import detail
from pmi_portal.tests.visiting import session_of

from .at_once import Begun, Gate, wait_for_a_lock_that_is_asked_for
from .factories import step

pytestmark = pytest.mark.django_db(transaction=True)

ShutOut = Callable[[User], Any]
SECRET = "The wages have not been paid"


def suspend_person(person: User) -> None:
    agencies.suspend(by=make_portal_admin(), person=person)


def suspend_partner(person: User) -> None:
    assert person.partner is not None
    step(actions.suspend, person.partner)


BOTH = pytest.mark.parametrize("shut_out", [suspend_person, suspend_partner])


@pytest.fixture
def person() -> User:
    return make_user(partner=make_partner(), password=PASSWORD)


@pytest.fixture
def case(person: User) -> Case:
    return make_case(by=person, chronology=f"{SECRET} for three months.")


@pytest.fixture
def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def stopping_after(gate: Gate, original: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which stops at the gate once it has done its work."""

    def slowed(*args: Any, **options: Any) -> Any:
        result = original(*args, **options)
        gate.stop()
        return result

    return slowed


def stopping_before(gate: Gate, original: Callable[..., Any]) -> Callable[..., Any]:
    def slowed(*args: Any, **options: Any) -> Any:
        gate.stop()
        return original(*args, **options)

    return slowed


def leads_to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and "/login/" in answer.headers["Location"]


@BOTH
def test_a_page_that_was_being_made_is_not_shown(
    browser: Client, person: User, case: Case, shut_out: ShutOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SECRET in browser.get(case.get_absolute_url()).content.decode()
    reads = CaseEvent.objects.count()
    gate = Gate()
    monkeypatch.setattr(answering, "still_here", stopping_before(gate, answering.still_here))
    page = Begun(lambda: browser.get(case.get_absolute_url()))
    gate.wait_until_reached()  # the page is rendered, and has not left
    shut_out(person)
    gate.open()
    assert leads_to_sign_in(page.result)
    assert SECRET not in page.result.content.decode()
    assert CaseEvent.objects.count() == reads
    assert not is_in(browser)


@BOTH
def test_what_was_being_written_is_not_kept(
    browser: Client, person: User, case: Case, shut_out: ShutOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    monkeypatch.setattr(detail.actions, "note", stopping_after(gate, case_actions.note))
    note = reverse("cases:note", args=[case.reference])
    writing = Begun(lambda: browser.post(note, {"text": "One more thing."}))
    gate.wait_until_reached()  # the note is in the table, and not committed
    shut_out(person)
    gate.open()
    assert leads_to_sign_in(writing.result)
    assert not case.events.filter(kind=EventKind.NOTED).exists()
    assert not is_in(browser)


@BOTH
def test_a_part_of_a_page_that_refreshes_itself_hears_it_by_the_code(
    browser: Client, person: User, shut_out: ShutOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    monkeypatch.setattr(answering, "still_here", stopping_before(gate, answering.still_here))
    bell = Begun(lambda: browser.get(reverse("notifications:bell"), headers={"hx-request": "true"}))
    gate.wait_until_reached()
    shut_out(person)
    gate.open()
    assert bell.result.status_code == 401


@BOTH
def test_what_was_finished_before_is_kept_and_the_act_waits_for_it(
    browser: Client, person: User, case: Case, shut_out: ShutOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    monkeypatch.setattr(answering, "still_here", stopping_after(gate, answering.still_here))
    note = reverse("cases:note", args=[case.reference])
    writing = Begun(lambda: browser.post(note, {"text": "Just in time."}))
    gate.wait_until_reached()  # the person was asked for and is held
    act = Begun(lambda: shut_out(person))
    wait_for_a_lock_that_is_asked_for()
    assert User.objects.let_in().filter(pk=person.pk).exists()
    gate.open()
    assert writing.result.status_code == 302
    assert not leads_to_sign_in(writing.result)
    assert act.result is None
    assert case.events.filter(kind=EventKind.NOTED).exists()
    assert not is_in(browser)


class Told(FileUploadHandler):
    """Says when the first piece of an upload has come in."""

    gate: Gate

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        type(self).gate.reached()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class Upload:
    """A browser that sends a document in two halves over a real connection."""

    def __init__(self, server: LiveServer, case: Case, session: str) -> None:
        self.address = reverse("cases:documents", args=[case.reference])
        self.connection = http.client.HTTPConnection(server.thread.host, server.thread.port, timeout=30)
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session}"
        token = self._token()
        parts = [
            f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {"kind": "other", "csrfmiddlewaretoken": token}.items()
        ]
        head = '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        self.body = ("".join(parts) + head + "A long text.\n" * 60_000 + "\r\n--edge--\r\n").encode()

    def _token(self) -> str:
        self.connection.request("GET", self.address, headers={"Cookie": self.cookies})
        answer = self.connection.getresponse()
        answer.read()
        cookie = next(
            value
            for name, value in answer.getheaders()
            if name == "Set-Cookie" and settings.CSRF_COOKIE_NAME in value
        )
        self.cookies += "; " + cookie.split(";")[0]
        return cookie.split(";")[0].split("=", 1)[1]

    def close(self) -> None:
        self.connection.close()

    def send_half(self) -> None:
        self.connection.putrequest("POST", self.address)
        self.connection.putheader("Cookie", self.cookies)
        self.connection.putheader("Content-Type", "multipart/form-data; boundary=edge")
        self.connection.putheader("Content-Length", str(len(self.body)))
        self.connection.endheaders()
        self.connection.send(self.body[: len(self.body) // 2])

    def send_rest(self) -> http.client.HTTPResponse:
        self.connection.send(self.body[len(self.body) // 2 :])
        return self.connection.getresponse()


@pytest.fixture
def upload(live_server: LiveServer, person: User, case: Case, settings: Settings) -> Iterator[Upload]:
    settings.FILE_UPLOAD_HANDLERS = [f"{__name__}.Told", *settings.FILE_UPLOAD_HANDLERS]
    Told.gate = Gate()
    with closing(Upload(live_server, case, session_of(person))) as upload:
        yield upload


def test_an_upload_that_nobody_interrupts_is_kept(upload: Upload, case: Case) -> None:
    upload.send_half()
    Told.gate.wait_until_reached()
    answer = upload.send_rest()
    assert (answer.status, answer.getheader("Location")) == (302, upload.address)
    assert Document.objects.filter(case=case).count() == 1


@BOTH
def test_what_was_being_uploaded_is_not_kept(
    upload: Upload, person: User, case: Case, shut_out: ShutOut
) -> None:
    upload.send_half()
    Told.gate.wait_until_reached()  # the server has the first pieces, and waits for the others
    shut_out(person)
    answer = upload.send_rest()
    assert answer.status == 302
    assert "/login/" in (answer.getheader("Location") or "")
    assert not Document.objects.exists()


@BOTH
def test_a_download_stops_where_its_reader_is_shut_out(
    browser: Client, person: User, case: Case, shut_out: ShutOut
) -> None:
    document = add(case, file=checked("a.txt", b"A long text.\n" * 60_000))
    address = reverse("cases:document", args=[case.reference, document.pk])
    whole = browser.get(address).getvalue()
    assert len(whole) == 13 * 60_000
    pieces = iter(browser.get(address).streaming_content)  # type: ignore[attr-defined]  # a file
    next(pieces)
    shut_out(person)
    with pytest.raises(ConnectionResetError):
        for _piece in pieces:
            pass


def test_people_of_a_suspended_partner_come_in_again_only_once_it_is_reactivated(person: User) -> None:
    assert person.partner is not None
    before, client = Client(), Client()
    sign_in(before, person)
    assert is_in(before)
    suspend_partner(person)
    sign_in(client, person)
    assert (is_in(before), is_in(client)) == (False, False)
    person.partner.refresh_from_db()
    step(actions.reactivate, person.partner)
    assert person.partner.state == PartnerState.SUSPENDED  # as it was read before
    sign_in(client, person)
    assert (is_in(before), is_in(client)) == (False, True)
