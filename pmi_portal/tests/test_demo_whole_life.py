"""The demo shows what comes after the acceptance, too: consents, time limits, plans, papers, documents, closing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from cases import file_check, storage
from cases.choices import ClockCode, ConsentMethod, EventKind, SettlementState
from cases.models import Case, CaseEvent, Clock, Consent, Document
from cases.models.case_reads import LIVE_STATES
from pmi_portal.demo import people
from pmi_portal.tests.demo_world import seeded
from referrals import complaints, joint
from referrals.choices import State
from referrals.models import Letter, PlanStep, Referral

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with seeded(django_db_blocker):
        yield


def files() -> set[Path]:
    folder = Path(settings.DOCUMENTS_DIR)
    return {path for path in folder.rglob("*") if path.is_file()}


def test_whatever_was_spoken_had_a_witness() -> None:
    spoken = Consent.objects.filter(method=ConsentMethod.SPOKEN)
    assert spoken.exists()
    assert not spoken.filter(witness="").exists()
    assert not Consent.objects.exclude(method=ConsentMethod.SPOKEN).exclude(witness="").exists()
    assert Consent.objects.filter(onward=True).exists()
    assert Consent.objects.filter(until__gt=timezone.localdate()).exists()


def test_what_is_sent_rests_on_a_consent_for_its_receiver() -> None:
    for referral in Referral.objects.exclude(sent_at=None).select_related("consent"):
        assert referral.consent.partner_id == referral.receiver_id or referral.state == State.HANDED_OVER


def test_a_withdrawn_consent_sets_the_receivers_time_running() -> None:
    clock = Clock.objects.running().get(code=ClockCode.PDP_WITHDRAW)
    assert clock.referral is not None
    assert clock.referral.state == State.WITHDRAWN
    assert clock.partner == clock.referral.receiver
    assert not Consent.objects.filter(case=clock.case, withdrawn_at=None).exists()
    assert clock.due_at > timezone.now()


def test_closed_cases_have_nothing_live_and_amounts_only_where_the_outcome_knows_one() -> None:
    closed = Case.objects.exclude(closed_at=None).select_related("outcome")
    done = Case.objects.filter(referrals__state=State.COMPLETED).exclude(referrals__state__in=LIVE_STATES)
    assert closed.count() > done.distinct().count() / 2
    assert not closed.filter(referrals__state__in=LIVE_STATES).exists()
    with_amounts = closed.exclude(amount_recovered=None)
    assert with_amounts.exists()
    assert all(case.outcome and "amount" in case.outcome.extra_fields for case in with_amounts)
    assert not with_amounts.filter(currency="").exists()
    assert Case.objects.filter(partner__code="SP", closed_at=None).exists()


def test_settlements_stand_in_every_way_and_none_is_asked_about_at_once() -> None:
    states = set(Case.objects.exclude(settlement_state="").values_list("settlement_state", flat=True))
    assert {SettlementState.PENDING, SettlementState.FULFILLED} <= states
    today = timezone.localdate()
    assert not Case.objects.filter(settlement_ask_on__lte=today).exists()
    assert Case.objects.filter(settlement_ask_on__gt=today).exists()
    for case in Case.objects.exclude(settlement_due=None):
        assert case.closed_at is not None
        assert case.settlement_due is not None
        assert case.settlement_due > timezone.localdate(case.closed_at)


def test_time_limits_are_where_the_sweep_would_have_left_them() -> None:
    now = timezone.now()
    for clock in Clock.objects.all():
        kinds = set(
            CaseEvent.objects.filter(
                case=clock.case, referral=clock.referral, data__code=clock.code
            ).values_list("kind", flat=True)
        )
        assert EventKind.CLOCK_STARTED in kinds
        if clock.stopped_at is not None:
            assert clock.next_at is None
            assert EventKind.CLOCK_STOPPED in kinds
        elif clock.next_at is None:
            assert clock.ran_out_at == clock.due_at
        else:
            assert clock.next_at > now
            assert (EventKind.CLOCK_WARNED in kinds) == (clock.warn_at < now)


def test_kjri_johor_bahru_waits_for_documents_that_come_late() -> None:
    running = Clock.objects.running().filter(code=ClockCode.DOCS_INCOMPLETE)
    clock = running.filter(referral__receiver__code=people.KJRI_JB).first()
    assert clock is not None
    assert clock.warn_at < timezone.now() < clock.due_at
    assert clock.referral is not None
    assert clock.referral.state == State.ACCEPTED


def test_suara_perempuan_has_to_decide_on_a_report_to_the_police() -> None:
    advice = Clock.objects.filter(code=ClockCode.TPKS_REPORT, case__partner__code="SP")
    assert advice.running().filter(due_at__gt=timezone.now()).exists()
    assert not advice.running().filter(due_at__lte=timezone.now()).exists()


def test_no_complaint_was_closed_before_its_time_limit_had_passed() -> None:
    for outcome, code in complaints.GROUNDS.items():
        for referral in Referral.objects.filter(outcome=outcome):
            clock = referral.clocks.get(code=code)
            assert clock.ran_out_at is not None
            assert clock.stopped_at is not None
            assert clock.ran_out_at < clock.stopped_at
            assert clock.stopped_at == referral.ended_at


def test_plans_have_steps_of_every_kind_for_those_who_take_part() -> None:
    steps = PlanStep.objects.select_related("case__partner", "partner")
    assert any(step.is_late for step in steps)
    assert any(step.is_open and not step.is_late for step in steps)
    assert any(step.done_at for step in steps)
    assert any(step.dropped_at for step in steps)
    for step in steps:
        assert step.partner in joint.team(step.case).partners
        assert step.by_when >= timezone.localdate(step.created_at)


def test_both_sides_talk_and_keep_notes_of_their_own() -> None:
    for kind in (EventKind.MESSAGE, EventKind.INTERNAL):
        events = CaseEvent.objects.filter(kind=kind).select_related("referral")
        sides = {event.partner_id == event.referral.sender_id for event in events if event.referral}
        assert sides == {True, False}


def test_every_case_at_work_has_a_lead_and_accepted_referrals_a_register_number() -> None:
    at_work = Case.objects.filter(referrals__state=State.ACCEPTED)
    assert not at_work.exclude(referrals__is_lead=True).exists()
    numbers = Referral.objects.filter(receiver__code=people.KJRI_JB).exclude(register_number="")
    assert all("/KJRI-JB/" in referral.register_number for referral in numbers)
    assert numbers.exists()


def test_what_was_handed_over_went_on() -> None:
    after = Referral.objects.filter(previous__state=State.HANDED_OVER).select_related("previous__consent")
    assert after.exclude(receiver=None).exists()
    for referral in after:
        assert referral.previous is not None
        at_once = referral.sent_at == referral.created_at
        assert at_once == referral.previous.consent.onward
        assert (referral.proposed_id is None) == (referral.sent_at is not None)


def test_a_partner_without_accounts_was_written_to_and_has_answered() -> None:
    letter = Letter.objects.select_related("referral").get()
    assert letter.referral.state == State.ACCEPTED
    assert not User.objects.filter(partner=letter.referral.receiver).exists()
    recorded = letter.referral.events.filter(data__recorded=True)
    assert {"accepted", "registered", "progress"} <= set(recorded.values_list("kind", flat=True))


def test_documents_are_such_as_could_have_been_uploaded() -> None:
    documents = Document.objects.all()
    assert len(documents) == 3
    assert {document.referral is None for document in documents} == {True, False}
    for document in documents:
        with storage.read(document) as file:
            content = file.read()
        checked = file_check.check(SimpleUploadedFile(document.file_name, content))
        assert (checked.name, checked.content_type) == (document.file_name, document.content_type)


def test_trafficking_is_screened() -> None:
    found = Case.objects.filter(topics__code="TPPO")
    assert found.exists()
    assert not found.filter(trafficking_status="").exists()
    assert not found.filter(means_of_control=[]).exists()
