"""Keeping and erasing: proposed, confirmed by a person, erased so that no backup brings it back."""

import json
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from cases import file_sweeps, storage
from cases.choices import ClockCode, EventKind
from cases.models import Case, Document, Worker
from cases.tests import files
from cases.tests.factories import make_case
from notifications.choices import Kind
from notifications.models import Notification
from privacy import blind, keys
from privacy.choices import Verb
from privacy.models import DataKey, LogEntry
from privacy.sealing import KeyDestroyed
from referrals import actions as referral_actions
from referrals.choices import LetterKind
from referrals.letters import proof
from referrals.models import Letter, Referral
from referrals.tests.factories import make_referral_in
from rights import actions, erasing, ledger, reminders
from rights.actions import Refused
from rights.choices import ErasureState, RequestState
from rights.models import Erasure, LegalHold, RetentionRule

from .factories import close, make_erasure, make_granted, make_supervisor, step
from .planted import Planted, plant

pytestmark = pytest.mark.django_db

YEARS = timedelta(days=4000)


@pytest.fixture
def case() -> Case:
    return make_case()


def every_byte() -> bytes:
    """What the tables of cases, referrals and rights hold, as somebody with the database alone sees it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(cases|referrals|rights)_'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            found += [row.encode() for (row,) in cursor.fetchall()]
    return b"\n".join(found)


class TestProposing:
    @pytest.mark.parametrize(
        ("outcome_class", "months"), [("resolved", 60), ("closed", 24), ("ongoing", 120)]
    )
    def test_a_case_is_due_so_many_months_after_closing(
        self, case: Case, outcome_class: str, months: int
    ) -> None:
        close(case, ago=timedelta(days=30 * months - 30), outcome_class=outcome_class)
        assert erasing.propose_due() == 0
        close_again = timezone.now() - timedelta(days=31 * months + 2)
        Case.objects.update(closed_at=close_again)
        assert erasing.propose_due() == 1
        assert Erasure.objects.get().state == ErasureState.PROPOSED

    def test_those_who_decide_are_told_once_and_nothing_is_erased(self, case: Case) -> None:
        boss = make_supervisor(case)
        close(case, ago=YEARS)
        erasing.propose_due()
        assert erasing.propose_due() == 0
        erasing.erase_due()
        assert Notification.objects.get(kind=Kind.ERASURES_DUE).recipient == boss
        assert not Case.objects.get().is_erased

    @pytest.mark.parametrize("kept_by", ["hold", "request", "reopened", "live", "paused"])
    def test_what_is_needed_is_not_proposed(self, case: Case, kept_by: str) -> None:
        close(case, ago=YEARS)
        boss = make_supervisor(case)
        if kept_by == "hold":
            actions.hold(by=boss, case=case, key=uuid4(), reason="A trial.", review_on=timezone.localdate())
        elif kept_by == "request":
            make_granted(case=case)
        elif kept_by == "paused":
            Case.objects.filter(pk=case.pk).update(paused_at=timezone.now())
        elif kept_by == "reopened":
            from cases import closing

            closing.reopen(by=case.created_by, case=case, reason="She is back.")
        else:
            referral, _officer = make_referral_in("declined", case=make_case())
            Referral.objects.filter(pk=referral.pk).update(case=case, state="sent")
        assert erasing.propose_due() == 0

    def test_a_time_that_no_law_names_says_so_in_the_readers_language(
        self, case: Case, client: Client
    ) -> None:
        client.force_login(make_supervisor(case, language="id"))
        page = client.get(reverse("rights:rules")).text
        assert "Tambahan kami sendiri" in page
        assert "own addition" not in page

    def test_the_portal_admin_sets_the_time(self, case: Case, client: Client) -> None:
        from accounts.tests.factories import make_portal_admin

        admin = make_portal_admin()
        client.force_login(admin)
        url = reverse("rights:rule", args=["resolved"])
        assert client.get(url).status_code == 200
        data = {"version": 1, "months": 12, "source": "Keputusan pengurus"}
        assert client.post(url, data).status_code == 302
        rule = RetentionRule.objects.get(pk="resolved")
        assert (rule.months, rule.changed_by, rule.version) == (12, admin, 2)
        assert client.post(url, data | {"months": 13}).status_code == 409
        assert client.post(url, data | {"version": 2, "months": 0}).status_code == 422
        close(case, ago=timedelta(days=400))
        assert erasing.propose_due() == 1


class TestConfirming:
    def test_a_batch_is_confirmed_by_a_person_and_the_worker_erases_it(self, client: Client) -> None:
        first = make_erasure()
        boss = make_supervisor(first.case)
        second = make_erasure(make_case(by=boss))
        client.force_login(boss)
        answer = client.post(reverse("rights:confirm"), {"erasure": [first.pk, second.pk]})
        assert answer.status_code == 302
        assert set(Erasure.objects.values_list("state", "decided_by")) == {(ErasureState.CONFIRMED, boss.pk)}
        assert erasing.erase_due() == 2
        assert erasing.erase_due() == 0
        assert Case.objects.filter(erased_at=None).count() == 0

    def test_a_caseworker_and_a_stranger_confirm_nothing(self, client: Client) -> None:
        erasure = make_erasure()
        stranger = make_supervisor(make_case())
        for person, status in ((erasure.case.created_by, 403), (stranger, 302)):
            client.force_login(person)
            assert client.post(reverse("rights:confirm"), {"erasure": [erasure.pk]}).status_code == status
        with pytest.raises(PermissionDenied):
            actions.confirm(by=stranger, erasures=[erasure])
        erasure.refresh_from_db()
        assert erasure.state == ErasureState.PROPOSED

    @pytest.mark.parametrize("typed", ["", "no-number", "00000000-0000-4000-8000-000000000000"])
    def test_a_tampered_form_confirms_nothing(self, client: Client, typed: str) -> None:
        erasure = make_erasure()
        client.force_login(make_supervisor(erasure.case))
        assert client.post(reverse("rights:confirm"), {"erasure": typed}).status_code == 302
        erasure.refresh_from_db()
        assert erasure.state == ErasureState.PROPOSED

    def test_a_hold_in_the_meantime_keeps_the_case(self) -> None:
        erasure = make_erasure()
        boss = make_supervisor(erasure.case)
        day = timezone.localdate() + timedelta(days=30)
        actions.hold(by=boss, case=erasure.case, key=uuid4(), reason="A trial.", review_on=day)
        assert actions.confirm(by=boss, erasures=[erasure]) == 0
        erasure.refresh_from_db()
        assert erasure.state == ErasureState.DROPPED

    def test_a_referral_made_after_the_word_puts_it_before_a_person_again(self) -> None:
        erasure = make_erasure(state=ErasureState.CONFIRMED)
        referral, _officer = make_referral_in("sent")
        Referral.objects.filter(pk=referral.pk).update(case=erasure.case)
        erasing.erase(erasure.pk)
        erasure.refresh_from_db()
        assert erasure.state == ErasureState.PROPOSED
        assert not Case.objects.get(pk=erasure.case_id).is_erased


class TestHolds:
    def test_placed_reviewed_and_lifted(self, case: Case, client: Client) -> None:
        boss = make_supervisor(case)
        client.force_login(boss)
        url, day = reverse("rights:hold", args=[case.reference]), timezone.localdate() + timedelta(days=90)
        assert client.get(url).status_code == 200
        late = (day + timedelta(days=400)).isoformat()
        assert client.post(url, {"reason": "A trial.", "review_on": late}).status_code == 422
        assert client.post(url, {"reason": "A trial.", "review_on": day.isoformat()}).status_code == 302
        assert client.post(url, {"reason": "Another.", "review_on": day.isoformat()}).status_code == 409
        hold = LegalHold.objects.get()
        assert (hold.reason, hold.placed_by, hold.review_on) == ("A trial.", boss, day)
        assert "A trial." in client.get(reverse("rights:retention")).text
        lift = reverse("rights:lift_hold", args=[hold.pk])
        assert client.post(lift, {}).status_code == 422
        assert client.post(lift, {f"{hold.pk}-reason": "It is over."}).status_code == 302
        hold.refresh_from_db()
        assert (hold.lift_reason, hold.lifted_by) == ("It is over.", boss)

    def test_its_review_is_asked_for_once(self, case: Case) -> None:
        boss = make_supervisor(case)
        day = timezone.localdate() + timedelta(days=90)
        actions.hold(by=boss, case=case, key=uuid4(), reason="A trial.", review_on=day)
        assert reminders.remind() == 0
        for _sweep in range(2):
            reminders.remind(timezone.now() + timedelta(days=90))
        assert Notification.objects.get(kind=Kind.HOLD_TO_REVIEW).recipient == boss

    def test_a_document_that_was_removed_is_kept_while_it_stands(self, case: Case) -> None:
        document = files.add(case)
        ago = timezone.now() - timedelta(days=90)
        Document.objects.filter(pk=document.pk).update(removed_at=ago, removed_by=case.created_by)
        boss, day = make_supervisor(case), timezone.localdate() + timedelta(days=90)
        held = actions.hold(by=boss, case=case, key=uuid4(), reason="A trial.", review_on=day)
        assert file_sweeps.forget_removed() == 0
        actions.lift(by=boss, hold=held, reason="It is over.")
        assert file_sweeps.forget_removed() == 1

    def test_a_caseworker_places_none_and_a_stranger_finds_no_case(self, case: Case, client: Client) -> None:
        url = reverse("rights:hold", args=[case.reference])
        for person, status in ((case.created_by, 403), (make_supervisor(make_case()), 404)):
            client.force_login(person)
            assert client.get(url).status_code == status


@pytest.fixture
def planted() -> Planted:
    world = plant()
    letter = referral_actions.issue(by=world.caseworker, referral=world.referral, kind=LetterKind.LETTER)
    assert letter.code
    referral_actions.withdraw(by=world.caseworker, referral=world.referral, text="mine-withdrawn")
    close(world.case, ago=YEARS)
    return world


def erased(planted: Planted) -> Case:
    make_erasure(planted.case, state=ErasureState.ERASED)
    return Case.objects.get(pk=planted.case.pk)


class TestErasing:
    def test_no_key_opens_anything_of_it_any_more(self, planted: Planted) -> None:
        case_key, worker_key = planted.case.data_key_id, planted.case.worker.data_key_id
        erased(planted)
        assert set(DataKey.objects.filter(destroyed_at__isnull=False).values_list("pk", flat=True)) >= {
            case_key,
            worker_key,
        }
        with pytest.raises(KeyDestroyed):
            keys.open_(case_key)

    def test_every_text_of_it_is_empty_and_every_page_still_works(self, planted: Planted) -> None:
        case = erased(planted)
        assert (case.chronology, case.worker.name, case.worker.birth_date) == ("", "", None)
        assert set(case.events.all().values_list("text", flat=True)) == {""}
        referral = Referral.objects.get()
        assert (referral.request, referral.ranking) == ("", [])
        assert case.reporter_index == Worker.objects.get(pk=case.worker_id).blind_index == blind.index([])

    def test_codes_for_statistics_and_the_events_stay(self, planted: Planted) -> None:
        before = planted.case.events.count()
        case = erased(planted)
        assert case.topics.count() == 1
        assert (case.stage, case.country, case.outcome.outcome_class) == ("during", "MY", "resolved")  # type: ignore[union-attr]
        assert case.events.count() > before
        assert case.events.get(kind=EventKind.ERASED).data == {"why": "retention"}

    def test_files_and_their_rows_are_gone(self, planted: Planted) -> None:
        path = storage.folder() / Document.objects.get().stored_as
        assert path.exists()
        erased(planted)
        assert not path.exists()
        assert not Document.objects.exists()

    def test_it_is_logged_with_who_confirmed_it(self, planted: Planted) -> None:
        case = erased(planted)
        erasure = Erasure.objects.get()
        entry = LogEntry.objects.get(verb=Verb.ERASED)
        assert (entry.actor_id, entry.subjects) == (erasure.decided_by_id, [f"case:{case.pk}"])

    def test_agencies_are_told_to_erase_their_copies_and_confirm_it(
        self, planted: Planted, client: Client
    ) -> None:
        case = erased(planted)
        assert Notification.objects.get(kind=Kind.CASE_ERASED).recipient == planted.officer
        clock = case.clocks.get(code=ClockCode.PDP_WITHDRAW, stopped_at=None)
        assert (clock.partner, clock.referral) == (planted.officer.partner, planted.referral)
        client.force_login(planted.officer)
        page = client.get(planted.referral.get_absolute_url())
        assert page.status_code == 200
        assert "The case was erased" in page.text
        assert [text for text in planted.mine if text in page.text] == []
        stopped = reverse("referrals:stopped", args=[planted.referral.pk])
        assert client.post(stopped, {"text": "We keep the receipt."}).status_code == 302
        clock.refresh_from_db()
        assert (clock.stopped_by, clock.stop_note) == (planted.officer, "")

    @pytest.mark.parametrize("name", ["detail", "edit", "documents", "access", "close"])
    def test_pages_of_the_case_say_so_plainly(self, planted: Planted, client: Client, name: str) -> None:
        case = erased(planted)
        client.force_login(planted.caseworker)
        answer = client.get(reverse(f"cases:{name}", args=[case.reference]))
        assert answer.status_code == 410
        assert "This case was erased" in answer.text

    def test_to_a_stranger_it_was_never_there(self, planted: Planted, client: Client) -> None:
        case = erased(planted)
        client.force_login(make_supervisor(make_case()))
        assert client.get(case.get_absolute_url()).status_code == 404

    def test_it_stands_in_no_list_and_its_referral_says_so(self, planted: Planted, client: Client) -> None:
        case = erased(planted)
        client.force_login(planted.boss)
        assert case.reference not in client.get(reverse("cases:list") + "?tab=team&state=all").text
        assert client.get(planted.referral.get_absolute_url()).status_code == 410

    def test_a_paper_proves_as_erased(self, planted: Planted, client: Client) -> None:
        erased(planted)
        letter = Letter.objects.get()
        assert proof.standing(letter) is proof.Standing.ERASED
        page = client.get(reverse("referrals:verify", args=[letter.code]))
        assert "kasusnya kemudian dihapus" in page.text

    def test_bytes_that_the_disk_does_not_let_go_hold_up_nobody(
        self, planted: Planted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_erasure(make_case(), state=ErasureState.CONFIRMED)
        make_erasure(planted.case, state=ErasureState.CONFIRMED)

        def stuck(_path: Path, *, missing_ok: bool) -> None:
            raise PermissionError

        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", stuck)
            assert erasing.erase_due() == 2

    def test_a_worker_whom_another_case_needs_stays(self, planted: Planted) -> None:
        other = make_case(by=planted.caseworker)
        Case.objects.filter(pk=other.pk).update(worker=planted.case.worker)
        erased(planted)
        assert Worker.objects.get(pk=planted.case.worker_id).name == "Mine Name"
        make_erasure(Case.objects.get(pk=other.pk), state=ErasureState.ERASED)
        assert Worker.objects.get(pk=planted.case.worker_id).name == ""

    def test_nothing_is_erased_when_the_ledger_cannot_be_written(
        self, planted: Planted, settings: Settings, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        settings.ERASURE_LEDGER = str(tmp_path / "file" / "erasures.jsonl")
        erasure = make_erasure(planted.case, state=ErasureState.CONFIRMED)
        assert not erasing.erase(erasure.pk)
        assert Case.objects.get(pk=planted.case.pk).chronology == "mine-chronology"
        assert Document.objects.exists()


class TestOnRequest:
    def test_carried_out_by_the_worker_then_told_then_forgotten(self, planted: Planted) -> None:
        request, boss = make_granted("erasure", case=planted.case, wish="mine-wish")
        waiting = step("carry_out", request, boss)
        assert waiting.state == RequestState.GRANTED
        erasing.erase_due()
        request.refresh_from_db()
        assert request.state == RequestState.DONE
        assert request.wish == "mine-wish"  # whoever asked still has to be told
        step("tell", request, boss)
        assert erasing.forget_answered() == 1
        request.refresh_from_db()
        assert (request.state, request.wish, request.contact) == (RequestState.TOLD, "", "")

    @pytest.mark.parametrize("state", ["waiting", "sent", "accepted", "clarifying"])
    def test_a_live_referral_is_withdrawn_by_a_person_first(self, case: Case, state: str) -> None:
        referral, _officer = make_referral_in(state, case=case)
        request, boss = make_granted("erasure", case=case)
        with pytest.raises(Refused, match="R1: still live"):
            step("carry_out", request, boss)
        referral_actions.withdraw(by=case.created_by, referral=referral, text="She wishes it.")
        step("carry_out", request, boss)
        assert erasing.erase_due() == 1

    def test_a_hold_refuses_it_with_a_sentence(self, case: Case) -> None:
        request, boss = make_granted("erasure", case=case)
        actions.hold(by=boss, case=case, key=uuid4(), reason="A trial.", review_on=timezone.localdate())
        with pytest.raises(Refused, match="legal hold"):
            step("carry_out", request, boss)

    def test_a_caseworker_grants_it_no_more_than_carries_it_out(self, case: Case) -> None:
        request, _boss = make_granted("erasure", case=case)
        with pytest.raises(PermissionDenied):
            step("carry_out", request, case.created_by)


def restored(rows: dict[Any, dict[Any, dict[str, Any]]]) -> None:
    """Put old rows back, as restoring a backup does."""
    for model, saved in rows.items():
        table = model._meta.db_table
        with connection.cursor() as cursor:
            for pk, columns in saved.items():
                names = ", ".join(f'"{name}" = %s' for name in columns)
                cursor.execute(f'UPDATE "{table}" SET {names} WHERE id = %s', [*columns.values(), pk])


def dumped(*models: Any) -> dict[Any, dict[Any, dict[str, Any]]]:
    """The rows as they are in the database."""
    found: dict[Any, dict[Any, dict[str, Any]]] = {}
    for model in models:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            names = [column.name for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        found[model] = {row["id"]: {k: v for k, v in row.items() if k != "id"} for row in rows}
    return found


def reapply() -> str:
    out = StringIO()
    call_command("reapply_erasures", stdout=out)
    return out.getvalue()


class TestLedger:
    def test_a_restored_backup_is_erased_again(self, planted: Planted) -> None:
        before = dumped(DataKey, Case, Worker)
        case = erased(planted)
        with keys.scope():
            restored(before)
            assert Case.objects.get(pk=case.pk).chronology == "mine-chronology"
        with keys.scope():
            assert "1 erasures in the ledger: 1 cases erased again, 2 keys destroyed again" in reapply()
            again = Case.objects.get(pk=case.pk)
            assert (again.is_erased, again.chronology, again.worker.name) == (True, "", "")
            with pytest.raises(KeyDestroyed):
                keys.open_(case.data_key_id)

    def test_repeating_it_changes_nothing(self, planted: Planted) -> None:
        erased(planted)
        assert "0 cases erased again, 0 keys destroyed again, 0 cases are not" in reapply()
        assert reapply() == reapply()

    def test_a_case_that_the_backup_does_not_have_is_counted(self, planted: Planted) -> None:
        erased(planted)
        line = ledger.path().read_text().replace(str(planted.case.data_key_id), str(uuid4()))
        ledger.path().write_text(line)
        assert "1 cases are not in this database" in reapply()

    def test_it_names_keys_and_references_and_nobodys_data(self, planted: Planted) -> None:
        case = erased(planted)
        text = ledger.path().read_text()
        assert [mine for mine in planted.mine if mine in text] == []
        line = json.loads(text)
        assert (line["case"], line["why"]) == (case.reference, "retention")
        assert set(line["keys"]) >= {str(case.data_key_id), str(case.worker.data_key_id)}
        assert ledger.path().stat().st_mode & 0o077 == 0

    def test_a_line_that_was_cut_off_is_passed_over_and_the_next_one_is_whole(self, planted: Planted) -> None:
        ledger.path().parent.mkdir()
        ledger.path().write_text('{"case": "MK-20')
        assert list(ledger.lines()) == []
        case = erased(planted)
        assert [line.case for line in ledger.lines()] == [case.reference]
        with ledger.path().open("a") as file:
            file.write('{"case": "MK-20')
        assert [line.case for line in ledger.lines()] == [case.reference]

    def test_a_disk_that_takes_half_a_line_erases_nothing(
        self, planted: Planted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        erasure, write = make_erasure(planted.case, state=ErasureState.CONFIRMED), os.write
        with monkeypatch.context() as patch:
            patch.setattr(ledger.os, "write", lambda file, content: write(file, content[:20]))
            assert not erasing.erase(erasure.pk)
        assert Case.objects.get(pk=planted.case.pk).chronology == "mine-chronology"
        Erasure.objects.update(next_at=timezone.now())
        assert erasing.erase(erasure.pk)
        assert [line.erasure for line in ledger.lines()] == [str(erasure.pk)]

    def test_a_damaged_ledger_stops_before_anything_is_changed(self, planted: Planted) -> None:
        erased(planted)
        with ledger.path().open("a") as file:
            file.write("{}\n")
        with pytest.raises(CommandError, match="line 2"):
            reapply()

    def test_a_ledger_that_lacks_what_the_database_knows_is_the_wrong_one(self, planted: Planted) -> None:
        erased(planted)
        ledger.path().unlink()
        with pytest.raises(CommandError, match="1 erasures of this database are not in"):
            reapply()

    def test_without_a_ledger_there_is_nothing_to_do(self) -> None:
        assert reapply().startswith("0 erasures in the ledger")


def test_no_mark_of_the_worker_is_left_in_any_table(planted: Planted) -> None:
    """Names and texts are sealed anyhow; here even the codes of the worker and the file's name are looked for."""
    erased(planted)
    left = every_byte()
    assert [text for text in planted.mine if text.encode() in left] == []
