"""The copy of everything that is held about one person: all of theirs, nothing of anybody else."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from cases import actions as case_actions
from cases.models import Case
from notifications.choices import Kind
from notifications.models import Notification
from privacy.choices import Verb
from privacy.models import DataKey, LogEntry
from privacy.sealing import KeyDestroyed
from referrals.tests.papers import read
from rights import actions, exporting
from rights.actions import Refused
from rights.choices import ExportState, RequestState
from rights.export import content
from rights.models import DataExport, DataRequest

from .factories import make_granted, make_request, make_supervisor, step
from .planted import OTHERS, Planted, plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def planted() -> Planted:
    return plant()


def granted(planted: Planted) -> DataRequest:
    return make_granted(case=planted.case)[0]


def ask(planted: Planted, request: DataRequest | None = None, **fields: Any) -> DataExport:
    request = request or granted(planted)
    by = fields.pop("by", planted.caseworker)
    return actions.ask_export(by=by, request=request, key=fields.pop("key", uuid4()))


@pytest.fixture
def ready(planted: Planted) -> DataExport:
    export = ask(planted)
    assert exporting.build(export.pk)
    export.refresh_from_db()
    assert export.state == ExportState.READY
    return export


class TestWhatIsInIt:
    def test_everything_of_the_worker(self, planted: Planted, ready: DataExport) -> None:
        written, printed = ready.opened("json").decode(), " ".join(read(ready.opened("pdf")).split())
        assert [text for text in planted.mine if text not in written] == []
        unbroken = printed.replace(" ", "")
        assert [text for text in planted.mine if text.replace(" ", "") not in unbroken] == []

    def test_nothing_of_anybody_else(self, planted: Planted, ready: DataExport) -> None:
        written, printed = ready.opened("json").decode(), read(ready.opened("pdf"))
        assert [text for text in OTHERS if text in written or text in printed] == []

    def test_what_was_asked_and_why_it_was_refused_and_not_who_asked(self, planted: Planted) -> None:
        told: dict[str, Any] = {
            "asker": "Others Attorney",
            "proof": "others-proof",
            "contact": "others-number",
        }
        refused = make_request(case=planted.case, asked_by="attorney", wish="mine-wish", **told)
        step("identify", refused, planted.boss, note="others-identity")
        step("decide", refused, planted.boss, ground="endangers", note="mine-reasons")
        export = ask(planted)
        exporting.build(export.pk)
        export.refresh_from_db()
        copies = export.opened("json").decode(), read(export.opened("pdf"))
        for text in copies:
            assert "mine-wish" in text
            assert "mine-reasons" in text
            assert not re.search("others|attorney|kuasa hukum", text, re.IGNORECASE)

    def test_nor_what_the_reporter_is_to_the_worker(self, planted: Planted, ready: DataExport) -> None:
        assert planted.case.reporter_relation == "spouse"
        written, printed = ready.opened("json").decode(), read(ready.opened("pdf"))
        assert [
            text for text in ("Suami atau istri", "Keluarga", "spouse") if text in written + printed
        ] == []

    def test_a_worker_who_reported_reads_that(self, planted: Planted) -> None:
        Case.objects.filter(pk=planted.case.pk).update(reporter_type="worker", reporter_relation="self")
        export = ask(planted)
        exporting.build(export.pk)
        export.refresh_from_db()
        details = json.loads(export.opened("json"))["cases"][0]["details"]
        assert details["reporter_type"]["code"] == "worker"

    def test_the_paper_says_in_words_what_the_file_says_in_codes(self, ready: DataExport) -> None:
        printed = " ".join(read(ready.opened("pdf")).split())
        assert [
            code
            for code in ("identity", "violence", "somebody else", "application/pdf", "2026-", "Menulis event")
            if code in printed.replace(ready.request.reference, "").replace("MK-2026-", "")
        ] == []
        for words in ("Disetujui oleh: PMI", "Dari: Mitra Kita", "Kepada: Kantor Sana", "R1"):
            assert words in printed

    def test_staff_appear_by_role_and_partner(self, ready: DataExport) -> None:
        events = json.loads(ready.opened("json"))["cases"][0]["events"]
        assert {"role": "Pendamping", "partner": "Mitra Kita"} in [event["by"] for event in events]
        assert {"role": "Petugas", "partner": "Kantor Sana"} in [event["by"] for event in events]

    def test_the_trail_of_who_read_it_is_in_it(self, planted: Planted, ready: DataExport) -> None:
        trail = json.loads(ready.opened("json"))["cases"][0]["access_log"]
        assert {"code": "wrote", "label": "Menulis"} in [entry["what"] for entry in trail]

    def test_it_says_what_the_documentation_says(self, ready: DataExport) -> None:
        page = (Path(settings.BASE_DIR) / "docs" / "data-export.md").read_text()
        rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
        documented = {name for row in rows for name in re.findall(r"`(\w+)`", row[1])}
        data = json.loads(ready.opened("json"))
        assert documented == {*data, *data["cases"][0]}
        for row in rows:
            (name, *more), case = re.findall(r"`(\w+)`", row[1]), data["cases"][0]
            fields = re.findall(r"`(\w+)`", row[2])
            value = case.get(name, data.get(name))
            if not more and fields and isinstance(value, list | dict) and name != "cases":
                assert set(fields) == set(value[0] if isinstance(value, list) else value), name

    def test_all_cases_of_the_worker_that_were_asked_about(self, planted: Planted) -> None:
        second = case_actions.log(
            by=planted.caseworker,
            worker={"name": "x", "sex": "female", "home_province": planted.case.worker.home_province},
            case=_fields(planted.case),
            topics=planted.case.topics.all(),
        )
        Case.objects.filter(pk=second.pk).update(worker=planted.case.worker)
        request = make_granted(case=planted.case, cases=[planted.case, second])[0]
        export = ask(planted, request)
        exporting.build(export.pk)
        export.refresh_from_db()
        assert (export.cases_done, export.cases_all) == (2, 2)
        assert len(json.loads(export.opened("json"))["cases"]) == 2


def _fields(case: Case) -> dict[str, Any]:
    names = ("reporter_type", "reporter_relation", "reporter_name", "reporter_contact", "stage", "country")
    more = ("procedural_status", "urgency", "urgency_suggested", "chronology", "demands")
    return {name: getattr(case, name) for name in (*names, *more)}


class TestMaking:
    def test_the_files_are_sealed_in_the_database(self, planted: Planted, ready: DataExport) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pdf, json FROM rights_dataexport")
            stored = b"".join(bytes(column) for column in cursor.fetchone())
        assert b"Mine Name" not in stored
        assert b"%PDF" not in stored

    def test_it_is_logged_and_whoever_asked_is_told(self, planted: Planted, ready: DataExport) -> None:
        entry = LogEntry.objects.get(verb=Verb.EXPORTED)
        assert (entry.actor_id, entry.subjects) == (planted.caseworker.pk, [f"case:{planted.case.pk}"])
        assert Notification.objects.get(kind=Kind.EXPORT_READY).recipient == planted.caseworker

    def test_whoever_asked_and_works_elsewhere_when_it_is_ready_hears_nothing(self, planted: Planted) -> None:
        export = ask(planted)
        User.objects.filter(pk=planted.caseworker.pk).update(partner=planted.officer.partner)
        assert exporting.build(export.pk)
        assert not Notification.objects.filter(kind=Kind.EXPORT_READY).exists()

    def test_a_double_click_is_one_copy_and_a_second_one_waits(self, planted: Planted) -> None:
        request, key = granted(planted), uuid4()
        assert ask(planted, request, key=key).pk == ask(planted, request, key=key).pk
        with pytest.raises(Refused, match="being prepared already"):
            ask(planted, request)

    def test_told_twice_it_is_made_once(self, ready: DataExport) -> None:
        assert not exporting.build(ready.pk)
        assert exporting.build_due() == 0

    def test_a_worker_that_is_killed_leaves_it_to_the_next_sweep(
        self, planted: Planted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        export = ask(planted)

        def killed(*_args: Any) -> Any:
            raise SystemExit(9)

        with monkeypatch.context() as patch:
            patch.setattr(content, "of_case", killed)
            with pytest.raises(SystemExit):
                exporting.build(export.pk)
        export.refresh_from_db()
        assert (export.state, bytes(export.json)) == (ExportState.WAITING, b"")
        assert exporting.build_due() == 0  # its lease still runs
        DataExport.objects.update(next_at=timezone.now())
        assert exporting.build_due() == 1
        export.refresh_from_db()
        assert (export.state, export.attempts) == (ExportState.READY, 2)

    def test_one_that_fails_again_and_again_says_so(
        self, planted: Planted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        export = ask(planted)
        monkeypatch.setattr(content, "of_case", lambda _case: 1 / 0)
        for _try in range(exporting.QUEUE.patience.most):
            DataExport.objects.update(next_at=timezone.now())
            exporting.build_due()
        export.refresh_from_db()
        assert export.state == ExportState.FAILED

    def test_before_access_is_granted_nobody_has_one_made(self, planted: Planted) -> None:
        with pytest.raises(PermissionDenied):
            ask(planted, make_request(case=planted.case))

    def test_nor_anybody_of_another_partner(self, planted: Planted) -> None:
        request = granted(planted)
        with pytest.raises(PermissionDenied):
            ask(planted, request, by=planted.officer)


class TestFetching:
    def url(self, export: DataExport, kind: str = "json") -> str:
        return reverse(f"rights:export_{kind}", args=[export.request_id, export.pk])

    @pytest.fixture
    def browser(self, planted: Planted, client: Client) -> Client:
        client.force_login(planted.caseworker)
        return client

    @pytest.mark.parametrize(("kind", "start"), [("pdf", b"%PDF"), ("json", b"{")])
    def test_both_files_are_downloads_and_every_fetching_is_logged(
        self, browser: Client, ready: DataExport, kind: str, start: bytes
    ) -> None:
        answer = browser.get(self.url(ready, kind))
        assert answer.content.startswith(start)
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert LogEntry.objects.filter(verb=Verb.DOWNLOADED, what=f"copy:{ready.request_id}").count() == 1

    def test_after_seven_days_it_is_gone_for_good(self, browser: Client, ready: DataExport) -> None:
        DataExport.objects.update(until=timezone.now() - timedelta(seconds=1))
        assert browser.get(self.url(ready)).status_code == 410
        before = bytes(DataExport.objects.get().json)
        assert exporting.expire_due() == 1
        over = DataExport.objects.get()
        assert (over.state, bytes(over.pdf), bytes(over.json)) == (ExportState.EXPIRED, b"", b"")
        assert DataKey.objects.get(pk=over.data_key_id).destroyed_at is not None
        over.json = before  # from a backup
        with pytest.raises(KeyDestroyed):
            over.opened("json")

    @pytest.mark.parametrize("who", ["officer", "stranger"])
    def test_a_stranger_finds_nothing(
        self, planted: Planted, client: Client, ready: DataExport, who: str
    ) -> None:
        person = planted.officer if who == "officer" else make_user(partner=make_supervisor_elsewhere())
        client.force_login(person)
        assert client.get(self.url(ready)).status_code == 404

    def test_an_export_under_another_requests_address_is_not_there(
        self, browser: Client, planted: Planted, ready: DataExport
    ) -> None:
        other = granted(planted)
        url = reverse("rights:export_pdf", args=[other.pk, ready.pk])
        assert browser.get(url).status_code == 404


def make_supervisor_elsewhere() -> Any:
    from cases.tests.factories import make_case

    return make_supervisor(make_case()).partner


class TestTriedAgain:
    """One click has a copy that failed tried again only while somebody still wants that one."""

    @pytest.fixture
    def failed(self, planted: Planted) -> DataExport:
        export = ask(planted)
        DataExport.objects.filter(pk=export.pk).update(state=ExportState.FAILED)
        assert list(exporting.QUEUE.given_up()) == [export]
        return export

    def test_once(self, failed: DataExport) -> None:
        assert exporting.QUEUE.retry_all(10) == 1
        assert exporting.QUEUE.retry_all(10) == 0
        assert exporting.build(failed.pk)

    def test_not_after_another_one_was_asked_for(self, planted: Planted, failed: DataExport) -> None:
        later = ask(planted, failed.request)
        assert exporting.QUEUE.retry_all(10) == 0
        assert exporting.build(later.pk)
        assert exporting.QUEUE.retry_all(10) == 0
        assert DataExport.objects.filter(state=ExportState.READY).count() == 1

    def test_not_for_who_was_shut_out_since(self, failed: DataExport) -> None:
        User.objects.filter(pk=failed.asked_by_id).update(is_active=False)
        assert exporting.QUEUE.retry_all(10) == 0

    def test_not_for_a_request_that_is_over(self, failed: DataExport) -> None:
        DataRequest.objects.filter(pk=failed.request_id).update(state=RequestState.IDENTIFIED)
        assert exporting.QUEUE.retry_all(10) == 0
