"""The grounds on which an agency may close a complaint, each a visible time limit first."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.choices import OutcomeClass
from agencies.models import Deadline, Outcome
from agencies.tests.factories import make_outcome, make_partner
from cases.choices import ClockCode, EventKind, Need
from cases.models import Case, CaseEvent, Clock
from cases.standing import standing
from notifications.models import Notification
from referrals import actions
from referrals.actions import ActRefused
from referrals.choices import DeclineReason
from referrals.complaints import GROUNDS
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _policy() -> None:
    for code, value, unit in (
        ("DOCS_INCOMPLETE", 30, "days"),
        ("DATA_UNCLEAR", 15, "working days"),
        ("UNREACHABLE", 60, "days"),
        ("NO_REPLY", 6, "months"),
    ):
        Deadline.objects.create(code=code, topic="complaint", duty=code, value=value, unit=unit, basis="law")


@pytest.fixture
def accepted() -> tuple[Referral, User]:
    return make_referral_in("accepted")


def start(referral: Referral, officer: User, code: str = "DOCS_INCOMPLETE", **more: Any) -> Clock:
    actions.start_clock(
        by=officer, referral=referral, code=ClockCode(code), text="The contract is missing.", **more
    )
    return Clock.objects.get(referral=referral, code=code, stopped_at=None)


def run_out(clock: Clock) -> None:
    """Let its time be over, without any sweep having come by."""
    span = clock.due_at - clock.started_at + timedelta(hours=1)
    Clock.objects.filter(pk=clock.pk).update(
        started_at=clock.started_at - span, warn_at=clock.warn_at - span, due_at=clock.due_at - span
    )


def send(user: User, referral: Referral, name: str, **data: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.post(reverse(f"referrals:{name}", args=[referral.pk]), data)


def page(user: User, referral: Referral) -> str:
    client = Client()
    client.force_login(user)
    return client.get(referral.get_absolute_url()).text


def complete(referral: Referral, officer: User, outcome: Outcome) -> Referral:
    return actions.complete(by=officer, referral=referral, outcome=outcome, text="It ended.")


class TestStarting:
    def test_the_agency_starts_one_with_a_reason_and_both_sides_see_it(
        self, accepted: tuple[Referral, User]
    ) -> None:
        referral, officer = accepted
        answer = send(
            officer, referral, "start_clock", code="DOCS_INCOMPLETE", text="The contract is missing."
        )
        assert answer.status_code == 302
        clock = Clock.objects.get()
        assert (clock.partner, clock.started_by, clock.note) == (
            referral.sender,
            officer,
            "The contract is missing.",
        )
        for reader in (officer, referral.created_by):
            text = page(reader, referral)
            assert "<progress" in text
            assert "art. 30(1)a" in text
            assert "The contract is missing." in text
        client = Client()
        client.force_login(referral.created_by)
        on_the_case = client.get(referral.case.get_absolute_url()).text
        assert "<progress" in on_the_case
        assert "Documents are missing" in on_the_case

    @pytest.mark.parametrize("state", ["sent", "received", "completed", "declined", "withdrawn"])
    def test_only_who_has_taken_it_on(self, state: str) -> None:
        referral, officer = make_referral_in(state)
        answer = send(officer, referral, "start_clock", code="NO_REPLY", text="Nothing comes.")
        assert answer.status_code == 409
        assert not Clock.objects.exists()

    def test_while_a_question_is_open_too(self, accepted: tuple[Referral, User]) -> None:
        referral, officer = accepted
        actions.ask(by=officer, referral=referral, text="Which month?")
        assert start(referral, officer, "DATA_UNCLEAR").stopped_at is None

    def test_the_same_one_does_not_run_twice_but_others_beside_it(
        self, accepted: tuple[Referral, User]
    ) -> None:
        referral, officer = accepted
        start(referral, officer)
        with pytest.raises(ActRefused, match="runs already"):
            start(referral, officer)
        start(referral, officer, "UNREACHABLE")
        assert Clock.objects.count() == 2

    def test_a_double_submit_is_one_clock(self, accepted: tuple[Referral, User]) -> None:
        referral, officer = accepted
        data = {"code": "NO_REPLY", "text": "Nothing comes.", "key": uuid4()}
        assert [send(officer, referral, "start_clock", **data).status_code for _ in range(2)] == [302, 302]
        assert Clock.objects.count() == 1
        assert send(officer, referral, "start_clock", **{**data, "code": "UNREACHABLE"}).status_code == 409

    @pytest.mark.parametrize(
        "data",
        [
            {"code": ""},
            {"code": "TPKS_REPORT"},
            {"code": "PDP_WITHDRAW"},
            {"code": "x" * 5000},
            {"text": ""},
            {"text": "a\x00b"},
            {"text": "x" * 1_000_000},
        ],
    )
    def test_bad_input_is_a_sentence(self, accepted: tuple[Referral, User], data: dict[str, str]) -> None:
        referral, officer = accepted
        whole = {"code": "NO_REPLY", "text": "Nothing comes.", **data}
        assert send(officer, referral, "start_clock", **whole).status_code == 422
        assert not Clock.objects.exists()

    def test_the_sender_writes_down_that_of_an_agency_without_accounts(self) -> None:
        referral = make_referral(to=make_partner(kind="other"))
        sender = referral.created_by
        actions.accept(by=sender, referral=referral, recorded=True)
        data = {"code": "NO_REPLY", "text": "They wrote that nobody answers."}
        assert send(sender, referral, "record_start_clock", **data).status_code == 302
        event = CaseEvent.objects.get(kind=EventKind.CLOCK_STARTED)
        assert event.data == {"code": "NO_REPLY", "recorded": True}

    def test_who_may_not(self, accepted: tuple[Referral, User]) -> None:
        referral, _officer = accepted
        data = {"code": "NO_REPLY", "text": "Nothing comes."}
        assert send(referral.created_by, referral, "start_clock", **data).status_code == 403
        assert send(make_officer(), referral, "start_clock", **data).status_code == 404
        with pytest.raises(PermissionDenied):
            start(referral, make_user(partner=make_partner()))


class TestEnding:
    def test_the_sender_says_that_it_has_been_provided_and_the_agency_is_told(
        self, accepted: tuple[Referral, User]
    ) -> None:
        referral, officer = accepted
        clock = start(referral, officer)
        assert "What was missing is there now" in page(referral.created_by, referral)
        answer = send(
            referral.created_by, referral, "provide", code="DOCS_INCOMPLETE", text="The documents are sent."
        )
        assert answer.status_code == 302
        clock.refresh_from_db()
        assert (clock.stopped_by, clock.stop_note) == (referral.created_by, "The documents are sent.")
        assert Notification.objects.filter(recipient=officer, kind="progress").count() == 1
        assert "The documents are sent." in page(officer, referral)
        assert "What was missing is there now" not in page(referral.created_by, referral)

    def test_the_agency_says_that_it_is_settled_and_the_sender_is_told(
        self, accepted: tuple[Referral, User]
    ) -> None:
        referral, officer = accepted
        clock = start(referral, officer)
        answer = send(officer, referral, "stop_clock", code="DOCS_INCOMPLETE", text="It was in the file.")
        assert answer.status_code == 302
        clock.refresh_from_db()
        assert clock.stopped_by == officer
        assert Notification.objects.filter(recipient=referral.created_by, kind="progress").count() == 1

    def test_what_was_stopped_meanwhile_is_not_stopped_again_and_nothing_typed_is_lost(
        self, accepted: tuple[Referral, User]
    ) -> None:
        referral, officer = accepted
        start(referral, officer)
        actions.stop_clock(
            by=officer, referral=referral, code=ClockCode.DOCS_INCOMPLETE, text="It was in the file."
        )
        answer = send(
            referral.created_by, referral, "provide", code="DOCS_INCOMPLETE", text="The documents are sent."
        )
        assert answer.status_code in (409, 422)
        assert "The documents are sent." in answer.text
        assert CaseEvent.objects.filter(kind=EventKind.CLOCK_STOPPED).count() == 1

    def test_a_double_submit_is_one_act(self, accepted: tuple[Referral, User]) -> None:
        referral, officer = accepted
        start(referral, officer)
        key = uuid4()
        for _time in range(2):
            actions.provide(
                by=referral.created_by,
                referral=referral,
                code=ClockCode.DOCS_INCOMPLETE,
                text="Sent.",
                key=key,
            )
        assert CaseEvent.objects.filter(kind=EventKind.CLOCK_STOPPED).count() == 1
        assert Notification.objects.filter(kind="progress").count() == 1

    def test_each_side_has_its_own_door(self, accepted: tuple[Referral, User]) -> None:
        referral, officer = accepted
        start(referral, officer)
        data = {"code": "DOCS_INCOMPLETE", "text": "Done."}
        assert send(officer, referral, "provide", **data).status_code == 403
        assert send(referral.created_by, referral, "stop_clock", **data).status_code == 403
        for name in ("provide", "stop_clock"):
            assert send(make_officer(), referral, name, **data).status_code == 404

    @pytest.mark.parametrize("how", ["withdraw", "complete", "decline"])
    def test_clocks_end_with_the_referral(self, accepted: tuple[Referral, User], how: str) -> None:
        referral, officer = accepted
        start(referral, officer)
        start(referral, officer, "NO_REPLY")
        if how == "withdraw":
            actions.withdraw(by=referral.created_by, referral=referral, text="Solved at home.")
        elif how == "decline":
            actions.decline(by=officer, referral=referral, reason=DeclineReason.OTHER, text="No.")
        else:
            complete(referral, officer, make_outcome())
        assert not Clock.objects.running().exists()
        assert CaseEvent.objects.filter(kind=EventKind.CLOCK_STOPPED, data__ended=True).count() == 2

    def test_a_duty_to_stop_processing_does_not_end_with_it(self, accepted: tuple[Referral, User]) -> None:
        referral, officer = accepted
        now = timezone.now()
        assert officer.partner is not None
        Clock.objects.create(
            case=referral.case,
            referral=referral,
            code=ClockCode.PDP_WITHDRAW,
            partner=officer.partner,
            started_at=now,
            warn_at=now,
            due_at=now,
        )
        actions.withdraw(by=referral.created_by, referral=referral, text="She does not want it.")
        assert Clock.objects.running().count() == 1

    def test_once_closed_to_the_agency_it_reads_no_more_what_was_written(
        self, accepted: tuple[Referral, User]
    ) -> None:
        referral, officer = accepted
        start(referral, officer)
        actions.withdraw(by=referral.created_by, referral=referral, text="Solved at home.")
        assert "The contract is missing." not in page(officer, referral)
        assert "The contract is missing." in page(referral.created_by, referral)


class TestCompleting:
    @pytest.mark.parametrize(("outcome", "code"), GROUNDS.items())
    def test_a_ground_for_closing_needs_its_clock_to_have_run_out(
        self, accepted: tuple[Referral, User], outcome: str, code: ClockCode
    ) -> None:
        referral, officer = accepted
        ground = make_outcome(code=outcome, outcome_class=OutcomeClass.CLOSED)
        with pytest.raises(ActRefused, match="needs a time limit that has passed"):
            complete(referral, officer, ground)
        clock = start(referral, officer, code)
        with pytest.raises(ActRefused, match="possible once the time limit"):
            complete(referral, officer, ground)
        run_out(clock)
        assert complete(referral, officer, ground).state == "completed"

    def test_another_clock_does_not_count(self, accepted: tuple[Referral, User]) -> None:
        referral, officer = accepted
        run_out(start(referral, officer, "UNREACHABLE"))
        with pytest.raises(ActRefused):
            complete(referral, officer, make_outcome(code="DOKUMEN_TIDAK_LENGKAP"))

    def test_nor_does_one_that_was_answered_after_it_had_run_out(
        self, accepted: tuple[Referral, User]
    ) -> None:
        referral, officer = accepted
        run_out(start(referral, officer))
        actions.provide(
            by=referral.created_by, referral=referral, code=ClockCode.DOCS_INCOMPLETE, text="Here they are."
        )
        with pytest.raises(ActRefused):
            complete(referral, officer, make_outcome(code="DOKUMEN_TIDAK_LENGKAP"))

    def test_the_page_says_so_and_keeps_what_was_typed(self, accepted: tuple[Referral, User]) -> None:
        referral, officer = accepted
        ground = make_outcome(code="TIDAK_ADA_TANGGAPAN", name_en="No reply", name_id="Tidak ada tanggapan")
        answer = send(officer, referral, "complete", outcome=ground.pk, text="We wrote three times.")
        assert answer.status_code == 409
        assert "needs a time limit that has passed" in answer.text
        assert "We wrote three times." in answer.text
        referral.refresh_from_db()
        assert referral.state == "accepted"


class TestHandedToAnotherInstitution:
    @pytest.fixture
    def handed_on(self, accepted: tuple[Referral, User]) -> Referral:
        referral, officer = accepted
        outcome = make_outcome(
            code="DILIMPAHKAN", name_id="Dilimpahkan", outcome_class=OutcomeClass.TRANSFERRED
        )
        return complete(referral, officer, outcome)

    def test_our_case_goes_on_and_the_move_is_ours(self, handed_on: Referral) -> None:
        case = Case.objects.get(pk=handed_on.case_id)
        assert not case.is_closed
        assert standing(case).move.mine
        assert case in Case.objects.needing(Need.REFER_AGAIN)

    def test_the_sender_is_told_so(self, handed_on: Referral) -> None:
        sender = handed_on.created_by
        kinds = Notification.objects.filter(recipient=sender).values_list("kind", flat=True)
        assert "handed_over" in kinds
        assert "completed" not in kinds
        assert "Your case goes on" in page(sender, handed_on)

    def test_once_it_is_referred_again_it_is_the_next_agencys_move(self, handed_on: Referral) -> None:
        to = make_officer().partner
        make_referral(case=handed_on.case, to=to, previous=handed_on)
        case = Case.objects.get(pk=handed_on.case_id)
        assert not standing(case).move.mine
        assert case not in Case.objects.needing(Need.REFER_AGAIN)

    def test_a_real_outcome_elsewhere_ends_the_need(self, handed_on: Referral) -> None:
        referral, officer = make_referral_in("accepted", case=handed_on.case)
        complete(referral, officer, make_outcome())
        case = Case.objects.get(pk=handed_on.case_id)
        assert standing(case).move.name == ""
        assert case not in Case.objects.needing(Need.REFER_AGAIN)
