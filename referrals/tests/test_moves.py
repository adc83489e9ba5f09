"""How a referral moves: what is refused and in which words, what is stamped, and who comes second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_user
from agencies.models import Partner
from agencies.tests.factories import make_partner
from cases.choices import ClockCode, ConsentMethod, EventKind
from cases.models import Case, CaseEvent, Consent
from cases.tests.factories import make_case
from referrals import actions, moves, rules
from referrals.choices import DeclineReason
from referrals.models import Referral
from referrals.moves import ActRefused
from referrals.tests.factories import make_officer, make_referral, make_referral_in

pytestmark = pytest.mark.django_db


class TestWhoComesSecond:
    def test_reads_who_did_what_when(self) -> None:
        officer = make_officer(make_partner(name_en="KJRI Contoh"), full_name="Contoh Petugas")
        referral, _officer = make_referral_in("accepted", officer=officer)
        CaseEvent.objects.filter(kind=EventKind.ACCEPTED).update(at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC))
        CaseEvent.objects.exclude(kind=EventKind.ACCEPTED).update(at=datetime(2026, 3, 4, 4, 0, tzinfo=UTC))
        with timezone.override("Asia/Jakarta"):
            said = moves.why_refused(referral)
        assert said == (
            "This referral is now “Accepted”; that no longer fits."
            " Contoh Petugas (KJRI Contoh), March 4, 2026, 12:06 p.m.: Referral accepted."
        )

    def test_hears_of_the_latest_move_and_not_of_news(self) -> None:
        referral, officer = make_referral_in("accepted")
        actions.ask(by=officer, referral=referral, text="Which month?")
        actions.report(by=officer, referral=referral, text="Called them.")
        referral.refresh_from_db()
        assert moves.why_refused(referral).endswith(": Question asked.")
        CaseEvent.objects.filter(kind=EventKind.ASKED).update(at=timezone.now() - timedelta(days=1))
        assert moves.why_refused(referral).endswith(": Referral accepted.")
        CaseEvent.objects.update(at=timezone.now())  # of two at once, what was written last
        assert moves.why_refused(referral).endswith(": Question asked.")

    def test_hears_only_of_the_state_where_the_portal_moved_it(self) -> None:
        referral = make_referral()
        assert moves.why_refused(referral) == (
            "This referral is now “Looking for the agency”; that no longer fits."
        )


def refused(referral: Referral, to: Partner) -> str:
    with pytest.raises(ActRefused) as refusal:
        moves.send(referral, to=to, by=None)
    return str(refusal.value)


class TestSending:
    @pytest.fixture
    def mission(self) -> Partner:
        partner = make_partner(name_en="KBRI Contoh")
        make_officer(partner)
        return partner

    def test_stamps_one_moment_and_clears_what_it_waited_for(self, mission: Partner) -> None:
        referral, key = make_referral(), uuid4()
        referral.proposed, referral.why_unrouted, referral.why_params = mission, "no_mandate", {"a": 1}
        by = referral.created_by
        sent = moves.send(referral, to=mission, by=by, key=key, chosen=True)
        sent.refresh_from_db()
        event = sent.events.get(kind=EventKind.SENT)
        assert sent.sent_at == sent.changed_at == event.at
        assert (sent.receiver, sent.proposed, sent.why_unrouted, sent.why_params) == (mission, None, "", {})
        assert (event.actor, event.key) == (by, key)
        assert (event.data["to"], event.data["chosen"]) == (mission.name_id, True)

    def test_a_paused_case_goes_nowhere_but_to_save_a_life(self, mission: Partner) -> None:
        referral = make_referral()
        Case.objects.update(paused_at=timezone.now())
        assert refused(referral, mission) == (
            "The worker has asked that the data be used no further for now. The pause has to be lifted first."
        )
        referral.consent.method = ConsentMethod.OVERRIDE
        assert moves.send(referral, to=mission, by=None).state == "sent"

    def test_not_to_oneself_nor_to_who_does_not_work_here(self, mission: Partner) -> None:
        referral = make_referral()
        assert refused(referral, referral.sender) == (
            "A referral goes to another partner; this one is your own."
        )
        sentence = "KBRI Contoh does not work here at present. Please choose another agency."
        mission.is_active = False
        assert refused(referral, mission) == sentence
        mission.is_active, mission.retired_at = True, timezone.now()
        assert refused(referral, mission) == sentence

    def test_not_twice_for_one_thing(self, mission: Partner) -> None:
        case = make_case()
        first = make_referral(case=case, to=mission, services=["mediation", "shelter"])
        second = make_referral(case=case, services=["shelter"])
        assert refused(second, mission) == (
            f"KBRI Contoh already has {first.reference} for the same service in hand."
        )
        other = make_referral(case=case, services=["legal_aid"])
        assert moves.send(other, to=mission, by=None).state == "sent"
        elsewhere = make_referral(services=["shelter"])
        assert moves.send(elsewhere, to=mission, by=None).state == "sent"
        assert moves.twin_at(mission, first) is None

    def test_not_without_a_consent_that_stands(self, mission: Partner) -> None:
        referral = make_referral()
        referral.consent.withdrawn_at = timezone.now()
        assert refused(referral, mission) == (
            "The worker's consent does not stand any more. Please ask again and write it down first."
        )

    def test_a_grant_for_one_partner_names_it_and_is_for_no_other(self, mission: Partner) -> None:
        referral = make_referral()
        moves.send(referral, to=mission, by=None)
        assert Consent.objects.get(pk=referral.consent_id).partner == mission
        assert refused(referral, make_partner()) == (
            "The worker agreed that KBRI Contoh is told, and nobody else. Please ask again first."
        )

    def test_whom_the_worker_spoke_against_is_asked_again_first(self, mission: Partner) -> None:
        case = make_case()
        told = make_referral(case=case, to=mission)
        general = make_referral(case=case, services=["legal_aid"])
        actions.withdraw_consent(by=case.created_by, case=case, consent=told.consent, text="She is afraid.")
        general = moves.lock(general)
        assert refused(general, mission) == (
            "The worker has taken back or narrowed what KBRI Contoh may know. Please ask again and write it down first."
        )


class TestMoving:
    @pytest.mark.parametrize("take", [moves.lock, lambda referral: moves.hold(referral.case)])
    def test_what_is_held_may_still_be_named_by_new_rows(self, take: Any) -> None:
        referral = make_referral()
        with CaptureQueriesContext(connection) as asked:
            take(referral)
        [held] = [query["sql"] for query in asked.captured_queries if "FOR " in query["sql"]]
        assert held.endswith("FOR NO KEY UPDATE")

    def test_what_the_table_does_not_allow_changes_nothing(self) -> None:
        referral, _officer = make_referral_in("declined")
        with pytest.raises(ActRefused, match="“Declined”; that no longer fits"):
            moves.finish(referral, moves.State.ACCEPTED, EventKind.ACCEPTED, by=None)
        assert Referral.objects.get(pk=referral.pk).state == "declined"

    def test_a_moment_that_is_given_is_that_of_everything(self) -> None:
        referral, officer = make_referral_in("received")
        at = timezone.now() + timedelta(minutes=5)
        moves.finish(referral, None, EventKind.PROGRESS, by=officer, at=at, text="Called them.")
        referral.refresh_from_db()
        event = referral.events.get(kind=EventKind.PROGRESS)
        assert (referral.state, event.text, event.actor) == ("received", "Called them.", officer)
        assert referral.changed_at == event.at == Case.objects.get().changed_at == at

    def test_the_first_that_is_taken_on_leads_until_it_ends(self) -> None:
        case = make_case()
        make_referral_in("accepted")  # another case has a lead of its own
        first, officer = make_referral_in("accepted", case=case)
        second, _other = make_referral_in("accepted", case=case, services=["shelter"])
        assert (first.is_lead, second.is_lead) == (True, False)
        actions.decline(by=officer, referral=first, reason=DeclineReason.OTHER, text="No.")
        assert not Referral.objects.get(pk=first.pk).is_lead
        third, _officer = make_referral_in("accepted", case=case, services=["legal_aid"])
        assert third.is_lead


class TestConfirmingThatTheDataIsUsedNoMore:
    @pytest.fixture
    def withdrawn(self) -> tuple[Referral, Any]:
        referral, officer = make_referral_in("accepted")
        actions.withdraw_consent(by=referral.created_by, case=referral.case, text="She is afraid.")
        return moves.lock(referral), officer

    def test_the_receiver_may_once_the_consent_was_withdrawn(self, withdrawn: tuple[Referral, Any]) -> None:
        referral, officer = withdrawn
        stranger = make_user(partner=make_partner())
        assert rules.can_confirm_stopped(officer, referral)
        assert not rules.can_confirm_stopped(officer, referral, recorded=True)
        assert not rules.can_confirm_stopped(referral.created_by, referral)
        assert not rules.can_confirm_stopped(stranger, referral)
        referral.consent.withdrawn_at = None
        assert not rules.can_confirm_stopped(officer, referral)

    def test_not_when_the_time_limit_was_stopped_or_is_another(self, withdrawn: tuple[Referral, Any]) -> None:
        referral, officer = withdrawn
        running = referral.clocks.filter(code=ClockCode.PDP_WITHDRAW)
        running.update(code=ClockCode.NO_REPLY)
        assert not rules.can_confirm_stopped(officer, referral)
        referral.clocks.update(
            code=ClockCode.PDP_WITHDRAW, stopped_at=timezone.now(), stopped_by=officer, next_at=None
        )
        assert not rules.can_confirm_stopped(officer, referral)

    def test_nothing_while_it_stands(self) -> None:
        referral, officer = make_referral_in("accepted")
        assert not rules.can_confirm_stopped(officer, referral)
