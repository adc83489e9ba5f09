"""Files and the virus scanner: found clean, found infected, or not there."""

import logging
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from agencies.tests.factories import make_partner
from cases import file_scan, file_sweeps, storage
from cases.choices import ScanState
from cases.file_scan import ScannerDown, verdict
from cases.models import Case, Document
from cases.tests import files
from cases.tests.clamd import EICAR, clamd
from cases.tests.factories import make_case, make_user
from cases.tests.files import add, checked
from notifications.models import Notification

VIRUS = b"catatan: " + EICAR


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a name short enough for a socket."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def caseworker(db: None) -> User:
    return make_user(partner=make_partner(reference_prefix="SP"))


@pytest.fixture
def case(caseworker: User) -> Case:
    return make_case(by=caseworker)


@pytest.fixture
def browser(caseworker: User) -> Client:
    client = Client()
    client.force_login(caseworker)
    return client


def page(browser: Client, case: Case) -> str:
    return browser.get(f"/cases/{case.reference}/documents/").content.decode()


def fetched(browser: Client, document: Document) -> int:
    response = browser.get(f"/cases/{document.case.reference}/documents/{document.pk}/")
    if response.streaming:
        assert b"".join(response)  # read to its end, the file is closed
    return response.status_code


@pytest.mark.parametrize("tcp", [False, True], ids=["socket file", "tcp"])
def test_the_scanner_says_clean_or_infected(short: Path, settings: Any, tcp: bool) -> None:
    with clamd(short, tcp=tcp) as (server, settings.CLAMAV_SOCKET):
        assert verdict([b"a" * 200_000, b"b"]) is ScanState.CLEAN
        assert verdict([VIRUS[:20], VIRUS[20:]]) is ScanState.INFECTED
        assert server.heard == [b"a" * 200_000 + b"b", VIRUS]


@pytest.mark.parametrize("manner", ["hangs", "dies", "silent", "full", "garbage"])
def test_a_scanner_that_misbehaves_gives_no_verdict(
    short: Path, settings: Any, manner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_scan, "PATIENCE", 0.2)
    with clamd(short, manner) as (_server, settings.CLAMAV_SOCKET), pytest.raises(ScannerDown):
        verdict([b"x" * 100_000] * 50)


@pytest.mark.parametrize(
    "address", ["/nowhere/clamd", "tcp://127.0.0.1:1", "tcp://[", "tcp://localhost:99999"]
)
def test_a_scanner_that_is_not_there_gives_no_verdict(settings: Any, address: str) -> None:
    settings.CLAMAV_SOCKET = address
    with pytest.raises(ScannerDown):
        verdict([b"x"])


def test_an_infected_file_is_refused_told_and_not_kept(
    browser: Client, case: Case, short: Path, settings: Any, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    settings.DOCUMENTS_DIR = str(tmp_path)
    form = {"kind": "contract", "file": files.upload("catatan.txt", VIRUS)}
    with clamd(short) as (_server, settings.CLAMAV_SOCKET):
        response = browser.post(f"/cases/{case.reference}/documents/", form)
    assert response.status_code == 422
    assert "found a virus in this file" in response.content.decode()
    assert not Document.objects.exists()
    assert files.kept(tmp_path) == []
    assert [record.message for record in caplog.records if record.name == "security"] == [
        "infected_file_refused"
    ]


def test_a_clean_file_is_kept_as_clean_and_handed_out(
    browser: Client, case: Case, short: Path, settings: Any
) -> None:
    with clamd(short) as (_server, settings.CLAMAV_SOCKET):
        document = add(case, file=checked())
        assert (document.scan, document.scanned_at) == (ScanState.CLEAN, document.added_at)
        assert fetched(browser, document) == 200


def test_while_the_scanner_is_down_files_are_kept_and_wait(
    browser: Client, case: Case, short: Path, settings: Any
) -> None:
    settings.CLAMAV_SOCKET = str(short / "clamd")
    document = add(case, file=checked())
    assert document.scan == ScanState.UNSCANNED
    assert fetched(browser, document) == 403
    shown = page(browser, case)
    assert "Not yet checked for viruses" in shown
    assert str(document.pk) + '/"' not in shown.replace("/remove/", "")
    assert file_sweeps.scan_waiting() == 0
    with clamd(short):
        assert file_sweeps.scan_waiting() == 1
    document.refresh_from_db()
    assert document.scan == ScanState.CLEAN
    assert fetched(browser, document) == 200
    assert "Not yet checked" not in page(browser, case)


def test_a_virus_found_later_blocks_the_file_and_tells_who_added_it(
    browser: Client,
    case: Case,
    caseworker: User,
    short: Path,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    document = add(case, file=checked("catatan.txt", VIRUS))
    assert fetched(browser, document) == 200  # no scanner is configured
    with clamd(short) as (_server, settings.CLAMAV_SOCKET), caplog.at_level(logging.ERROR, "security"):
        assert file_sweeps.scan_waiting() == 1
        assert file_sweeps.scan_waiting() == 0
    document.refresh_from_db()
    assert document.scan == ScanState.INFECTED
    told = Notification.objects.get(recipient=caseworker, kind="infected")
    assert (told.reference, told.path) == (case.reference, case.get_absolute_url())
    assert [record.message for record in caplog.records if record.name == "security"] == ["infected_file"]
    for address in (settings.CLAMAV_SOCKET, ""):
        settings.CLAMAV_SOCKET = address
        assert fetched(browser, document) == 403
        assert "found a virus in this file" in page(browser, case)


def test_without_a_scanner_nothing_is_scanned_and_files_are_handed_out(browser: Client, case: Case) -> None:
    document = add(case)
    assert (document.scan, document.scanned_at) == (ScanState.UNSCANNED, None)
    assert file_sweeps.scan_waiting() == 0
    assert fetched(browser, document) == 200


def test_one_file_that_is_too_large_for_the_scanner_does_not_hold_up_the_others(
    case: Case, short: Path, settings: Any
) -> None:
    add(case)
    add(case, file=checked("foto.png"))
    with clamd(short, "full") as (server, settings.CLAMAV_SOCKET):
        assert file_sweeps.scan_waiting() == 0
        assert len(server.heard) == 2


def test_an_uploaded_virus_is_named_in_the_form(short: Path, settings: Any) -> None:
    with clamd(short) as (_server, settings.CLAMAV_SOCKET), pytest.raises(ValidationError) as refused:
        checked("catatan.txt", VIRUS)
    assert refused.value.code == "infected"


# Removed for good -----------------------------------------------------------------------------


def removed(case: Case, ago: timedelta) -> Document:
    document = add(case)
    moment = timezone.now() - ago
    Document.objects.filter(pk=document.pk).update(removed_at=moment, removed_by=case.created_by)
    return Document.objects.get(pk=document.pk)


def test_thirty_days_after_the_removal_the_bytes_are_deleted_and_the_row_says_so(
    browser: Client, case: Case, tmp_path: Path, settings: Any
) -> None:
    settings.DOCUMENTS_DIR = str(tmp_path)
    old, recent, kept = removed(case, timedelta(days=31)), removed(case, timedelta(days=29)), add(case)
    assert file_sweeps.forget_removed() == 1
    assert file_sweeps.forget_removed() == 0
    assert files.kept(tmp_path) == sorted([recent.stored_as, kept.stored_as])
    old.refresh_from_db()
    assert old.gone_at is not None
    assert "Its file was deleted for good on" in page(browser, case)
    with pytest.raises(FileNotFoundError):
        storage.read(old)


def test_a_sweep_that_was_killed_after_deleting_goes_on_where_it_was(
    case: Case, tmp_path: Path, settings: Any
) -> None:
    settings.DOCUMENTS_DIR = str(tmp_path)
    old = removed(case, timedelta(days=31))
    storage.forget(old)
    assert file_sweeps.forget_removed() == 1
