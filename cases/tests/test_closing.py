"""Closing a case, opening it again, and what became of a settlement."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.models import Outcome
from agencies.tests.factories import make_outcome, make_partner
from cases import actions, closing, settlements
from cases.choices import EventKind, Need, SettlementState
from cases.closing import ClosingRefused, Ending, StillLive
from cases.models import Case, CaseEvent
from cases.standing import standing
from notifications.models import Notification
from privacy.acting import as_portal
from referrals import actions as referral_actions
from referrals.actions import ActRefused
from referrals.tests.factories import make_referral, make_referral_in

from .factories import make_case
from .forms import edit_data, malang

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
LIVE = ("waiting", "unrouted", "sent", "received", "clarifying", "accepted")


@pytest.fixture
def case() -> Case:
    return make_case()


@pytest.fixture
def paid() -> Outcome:
    return make_outcome(extra_fields=["amount", "currency"], name_id="Upah dibayar", name_en="Wages paid")


@pytest.fixture
def browser(case: Case) -> Client:
    return signed_in(case.created_by)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(case: Case, name: str = "close") -> str:
    return reverse(f"cases:{name}", args=[case.reference])


def closed(case: Case, **fields: Any) -> Case:
    ending = Ending(**{"outcome": make_outcome(), "note": "She is home.", **fields})
    return closing.close(by=case.created_by, case=case, ending=ending)


def pending(case: Case, due: date | None = None) -> Case:
    return closed(case, settled=SettlementState.PENDING, settlement_due=due or TODAY() + timedelta(days=30))


class TestClosing:
    def test_the_page_closes_with_outcome_amounts_and_settlement(
        self, browser: Client, case: Case, paid: Outcome
    ) -> None:
        due = TODAY() + timedelta(days=14)
        data = {
            "outcome": paid.pk,
            "claimed": "9.000",
            "recovered": "6.500,50",
            "currency": "MYR",
            "settled": "pending",
            "settlement_due": due.isoformat(),
            "note": "The employer pays in two parts.",
        }
        assert browser.post(url(case), data).status_code == 302
        case.refresh_from_db()
        assert case.is_closed
        assert (case.closed_by, case.outcome) == (case.created_by, paid)
        assert (case.amount_claimed, case.amount_recovered) == (Decimal(9000), Decimal("6500.50"))
        assert (case.currency, case.settlement_state, case.settlement_due) == ("MYR", "pending", due)
        event = CaseEvent.objects.get(kind=EventKind.CLOSED)
        assert (event.actor, event.text, event.data) == (
            case.created_by,
            "The employer pays in two parts.",
            {"outcome": paid.code},
        )
        page = browser.get(case.get_absolute_url()).text
        for part in ("Closed", "Wages paid", "6,500.50", "Not due yet"):
            assert part in page

    @pytest.mark.parametrize("state", LIVE)
    def test_a_live_referral_keeps_it_open(self, browser: Client, case: Case, state: str) -> None:
        referral, _officer = make_referral_in(state, case=case)
        page = browser.get(url(case))
        assert page.status_code == 200
        assert referral.get_absolute_url() in page.text
        assert "cannot be closed yet" in page.text
        assert "<textarea" not in page.text
        answer = browser.post(url(case), {"outcome": make_outcome().pk, "note": "What I typed."})
        assert answer.status_code == 409
        assert "What I typed." in answer.text
        assert "R1" in answer.text
        case.refresh_from_db()
        assert not case.is_closed

    @pytest.mark.parametrize("state", ["completed", "declined", "withdrawn"])
    def test_one_that_has_ended_does_not(self, case: Case, state: str) -> None:
        make_referral_in(state, case=case)
        assert closed(case).is_closed

    def test_what_was_handed_over_goes_on_as_the_follow_up(self, case: Case) -> None:
        make_referral_in("handed_over", case=case)
        with pytest.raises(StillLive, match="R2"):
            closed(case)

    def test_the_refusal_names_each_live_referral(self, case: Case) -> None:
        make_referral_in("declined", case=case)
        make_referral_in("sent", case=case)
        make_referral_in("accepted", case=case)
        with pytest.raises(StillLive) as refused:
            closed(case)
        assert "R2, R3" in str(refused.value)

    @pytest.mark.parametrize(
        ("extra", "data", "sentence"),
        [
            (["amount"], {"recovered": "1500"}, "Choose the currency of the amount."),
            (["amount"], {"claimed": "1500"}, "Choose the currency of the amount."),
            (["amount"], {"currency": "IDR"}, "Fill in the amount, or leave the currency empty."),
            (["amount"], {"recovered": "much", "currency": "IDR"}, "Write the amount in digits"),
            (["amount"], {"recovered": "1" * 20, "currency": "IDR"}, "no more than 16 digits"),
            (["amount"], {"claimed": "-1", "currency": "IDR"}, "Write the amount in digits"),
            ([], {"recovered": "1500", "currency": "IDR"}, "This outcome has no amount."),
            ([], {"settled": "pending"}, "Say on which day"),
            ([], {"settled": "pending", "settlement_due": "2020-01-01"}, "still to come"),
            ([], {"settled": "fulfilled", "settlement_due": "2090-01-01"}, "Leave the day empty"),
            ([], {"settlement_due": "2090-01-01"}, "Leave the day empty"),
            ([], {"settlement_due": "next week", "settled": "pending"}, "Enter a valid date"),
            ([], {"settled": "maybe"}, "not one of the available choices"),
            ([], {"note": ""}, "This field is required"),
            ([], {"note": "a\x00b"}, "Null characters"),
            ([], {"note": "x" * 1_000_000}, "at most 5000 characters"),
            ([], {"outcome": "NONE"}, "Select a valid choice"),
        ],
    )
    def test_bad_input_is_a_sentence_and_closes_nothing(
        self, browser: Client, case: Case, extra: list[str], data: dict[str, str], sentence: str
    ) -> None:
        outcome = make_outcome(extra_fields=extra)
        answer = browser.post(url(case), {"outcome": outcome.pk, "note": "Done.", **data})
        assert answer.status_code == 422
        assert sentence in answer.text
        case.refresh_from_db()
        assert not case.is_closed

    def test_a_double_submit_closes_once(self, browser: Client, case: Case) -> None:
        data = {"outcome": make_outcome().pk, "note": "Done.", "key": uuid4()}
        assert [browser.post(url(case), data).status_code for _ in range(2)] == [302, 302]
        assert CaseEvent.objects.filter(kind=EventKind.CLOSED).count() == 1

    def test_the_same_form_with_something_else_is_refused(self, browser: Client, case: Case) -> None:
        data = {"outcome": make_outcome().pk, "note": "Done.", "key": uuid4()}
        browser.post(url(case), data)
        answer = browser.post(url(case), {**data, "note": "Something else."})
        assert answer.status_code == 409
        assert "Something else." in answer.text

    def test_the_second_of_two_people_reads_who_closed_it(self, case: Case) -> None:
        closed(case)
        colleague = make_user(partner=case.partner)
        answer = signed_in(colleague).post(url(case), {"outcome": make_outcome().pk, "note": "Mine."})
        assert answer.status_code == 409
        assert case.created_by.full_name in answer.text
        assert "Mine." in answer.text

    def test_strangers_learn_nothing(self, case: Case) -> None:
        _referral, officer = make_referral_in("completed", case=case)
        for person in (make_user(partner=make_partner()), officer):
            client = signed_in(person)
            for name in ("close", "reopen", "settlement"):
                assert client.get(url(case, name)).status_code == 404
                assert client.post(url(case, name), {}).status_code == 404
        with pytest.raises(PermissionDenied):
            closing.close(by=officer, case=case, ending=Ending(make_outcome(), "No."))

    def test_the_form_offers_what_agencies_reported(self, browser: Client, case: Case, paid: Outcome) -> None:
        for amount in ("1000", "500.50"):
            referral, officer = make_referral_in("accepted", case=case)
            referral_actions.complete(
                by=officer,
                referral=referral,
                outcome=paid,
                text="Paid.",
                amount=Decimal(amount),
                currency="MYR",
            )
        page = browser.get(url(case))
        form = page.context["form"]
        assert form["outcome"].value() == paid.pk
        assert (form["recovered"].value(), form["currency"].value()) == (Decimal("1500.50"), "MYR")
        assert "reported MYR 1,000" in page.text

    def test_amounts_in_two_currencies_are_not_added_up(
        self, browser: Client, case: Case, paid: Outcome
    ) -> None:
        for currency in ("MYR", "IDR"):
            referral, officer = make_referral_in("accepted", case=case)
            referral_actions.complete(
                by=officer, referral=referral, outcome=paid, text=".", amount=Decimal(5), currency=currency
            )
        assert browser.get(url(case)).context["form"]["recovered"].value() is None


class TestAClosedCase:
    def test_is_not_on_the_list_of_work_but_under_closed(self, browser: Client, case: Case) -> None:
        other = make_case(by=case.created_by)
        closed(case)
        assert listed(browser) == {other.reference}
        assert listed(browser, state="closed") == {case.reference}
        assert listed(browser, state="all") == {case.reference, other.reference}
        assert listed(browser, state="odd") == {other.reference}

    def test_is_found_by_who_searches_for_it(self, browser: Client, case: Case) -> None:
        closed(case)
        answer = browser.post(reverse("cases:search"), {"q": case.reference, "tab": "mine"}, follow=True)
        assert case.reference in {row["case"].reference for row in answer.context["rows"]}

    def test_needs_nothing(self, case: Case) -> None:
        make_referral_in("declined", case=case)
        assert Case.objects.needing(Need.REFER_AGAIN).count() == 1
        closed(case)
        assert not Case.objects.needing(Need.REFER_AGAIN).exists()
        assert not Case.objects.needing(Need.FIRST_REFERRAL).exists()
        assert standing(Case.objects.get(pk=case.pk)).move.name == ""

    def test_is_not_edited_until_it_is_reopened(self) -> None:
        malang()
        case = make_case(worker={"safe_channel": "chat"})
        browser = signed_in(case.created_by)
        data = edit_data(case, demands="Something new.")
        closed(case)
        assert browser.get(url(case, "edit")).status_code == 302
        answer = browser.post(url(case, "edit"), data)
        assert answer.status_code == 409
        assert "Something new." in answer.text
        with pytest.raises(actions.CaseClosed):
            actions.edit(by=case.created_by, case=case, version=case.version + 1, fields={"demands": "New."})

    def test_takes_notes(self, browser: Client, case: Case) -> None:
        closed(case)
        assert browser.post(url(case, "note"), {"text": "She called again."}).status_code == 302

    def test_is_not_referred(self, browser: Client, case: Case) -> None:
        closed(case)
        with pytest.raises(ActRefused, match="reopen"):
            make_referral(case=case)
        refer = reverse("referrals:refer", args=[case.reference])
        assert browser.get(refer).status_code == 302
        assert refer not in browser.get(case.get_absolute_url()).text

    def test_its_completed_referrals_are_not_reopened(self, case: Case) -> None:
        referral, _officer = make_referral_in("completed", case=case)
        closed(case)
        with pytest.raises(ActRefused):
            referral_actions.reopen(by=case.created_by, referral=referral, text="Not done.")


class TestReopening:
    def test_a_reopened_case_is_work_again_and_is_referred_again(self, browser: Client, case: Case) -> None:
        closed(case)
        assert browser.post(url(case, "reopen"), {"reason": "He did not pay."}).status_code == 302
        case.refresh_from_db()
        assert not case.is_closed
        assert (case.outcome, case.closed_by) == (None, None)
        event = CaseEvent.objects.get(kind=EventKind.CASE_REOPENED)
        assert (event.actor, event.text) == (case.created_by, "He did not pay.")
        assert listed(browser) == {case.reference}
        assert make_referral(case=case, to=make_partner()).state == "sent"
        assert browser.get(url(case, "edit")).status_code == 200

    def test_its_amounts_stay_for_the_next_closing(self, browser: Client, case: Case, paid: Outcome) -> None:
        closed(case, outcome=paid, claimed=Decimal(9), recovered=Decimal(7), currency="SAR")
        closing.reopen(by=case.created_by, case=case, reason="More to come.")
        form = browser.get(url(case)).context["form"]
        assert [form[name].value() for name in ("claimed", "recovered", "currency")] == [9, 7, "SAR"]

    def test_it_needs_a_reason(self, browser: Client, case: Case) -> None:
        closed(case)
        for reason in ("", "   ", "x" * 6000, "a\x00"):
            assert browser.post(url(case, "reopen"), {"reason": reason}).status_code == 422
        case.refresh_from_db()
        assert case.is_closed

    def test_twice_is_once(self, browser: Client, case: Case) -> None:
        closed(case)
        data = {"reason": "He did not pay.", "key": uuid4()}
        assert [browser.post(url(case, "reopen"), data).status_code for _ in range(2)] == [302, 302]
        assert CaseEvent.objects.filter(kind=EventKind.CASE_REOPENED).count() == 1
        assert browser.post(url(case, "reopen"), {"reason": "Again."}).status_code == 409

    def test_a_settlement_is_asked_about_no_more(self, case: Case) -> None:
        pending(case)
        closing.reopen(by=case.created_by, case=case, reason="He did not pay.")
        assert settlements.ask_about_due(TODAY() + timedelta(days=99)) == 0


class TestSettlement:
    def test_the_caseworker_is_asked_once_on_its_day(self, case: Case) -> None:
        due = TODAY() + timedelta(days=30)
        pending(case, due)
        assert settlements.ask_about_due(due - timedelta(days=1)) == 0
        assert [settlements.ask_about_due(due) for _sweep in range(10)] == [1] + [0] * 9
        note = Notification.objects.get(kind="settlement_due")
        assert (note.recipient, note.reference) == (case.assigned_to, case.reference)
        assert CaseEvent.objects.filter(kind=EventKind.ESCALATED, data__about="settlement").count() == 1

    def test_a_sweep_that_comes_late_asks_all_the_same(self, case: Case) -> None:
        pending(case)
        assert settlements.ask_about_due(TODAY() + timedelta(days=300)) == 1

    def test_when_the_caseworker_has_left_the_team_is_asked(self, case: Case) -> None:
        colleague = make_user(partner=case.partner)
        pending(case)
        User.objects.filter(pk=case.assigned_to_id).update(is_active=False)
        settlements.ask_about_due(TODAY() + timedelta(days=31))
        assert Notification.objects.get(kind="settlement_due").recipient == colleague

    @pytest.mark.parametrize("state", ["fulfilled", "partly", "broken"])
    def test_what_became_of_it_is_written_down(
        self, browser: Client, case: Case, paid: Outcome, state: str
    ) -> None:
        due = TODAY() + timedelta(days=3)
        closed(case, outcome=paid, settled="pending", settlement_due=due)
        page = browser.get(url(case, "settlement"))
        version = page.context["form"]["version"].value()
        data = {"version": version, "settled": state, "recovered": "800", "currency": "QAR", "note": "Paid."}
        assert browser.post(url(case, "settlement"), data).status_code == 302
        case.refresh_from_db()
        assert (case.settlement_state, case.amount_recovered, case.currency) == (state, Decimal(800), "QAR")
        event = CaseEvent.objects.get(kind=EventKind.SETTLEMENT)
        assert (event.text, event.data) == ("Paid.", {"state": state})
        assert settlements.ask_about_due(due + timedelta(days=9)) == 0

    def test_still_pending_it_is_asked_again_on_the_new_day(self, browser: Client, case: Case) -> None:
        due = TODAY() + timedelta(days=3)
        pending(case, due)
        assert settlements.ask_about_due(due) == 1
        version = browser.get(url(case, "settlement")).context["form"]["version"].value()
        later = due + timedelta(days=30)
        data = {
            "version": version,
            "settled": "pending",
            "settlement_due": later.isoformat(),
            "note": "He asks for time.",
        }
        assert browser.post(url(case, "settlement"), data).status_code == 302
        assert settlements.ask_about_due(later - timedelta(days=1)) == 0
        assert settlements.ask_about_due(later) == 1

    def test_the_second_of_two_people_is_told_and_keeps_what_was_typed(
        self, browser: Client, case: Case
    ) -> None:
        pending(case)
        version = browser.get(url(case, "settlement")).context["form"]["version"].value()
        first = {"version": version, "settled": "fulfilled", "note": "Paid."}
        assert browser.post(url(case, "settlement"), first).status_code == 302
        answer = browser.post(
            url(case, "settlement"), {"version": version, "settled": "broken", "note": "Not paid."}
        )
        assert answer.status_code == 409
        assert "Not paid." in answer.text
        case.refresh_from_db()
        assert case.settlement_state == "fulfilled"

    def test_and_sees_both_side_by_side_while_there_is_something_to_follow_up(
        self, browser: Client, case: Case
    ) -> None:
        pending(case)
        version = browser.get(url(case, "settlement")).context["form"]["version"].value()
        day = TODAY() + timedelta(days=9)
        first = {"version": version, "settled": "pending", "settlement_due": day, "note": "Promised."}
        assert browser.post(url(case, "settlement"), first).status_code == 302
        second = {"version": version, "settled": "broken", "note": "Not paid."}
        answer = browser.post(url(case, "settlement"), second)
        assert answer.status_code == 409
        (clash,) = answer.context["clashes"]
        assert (clash.label, clash.now, clash.typed) == (
            "Was it fulfilled?",
            SettlementState.PENDING.label,
            SettlementState.BROKEN.label,
        )
        now = answer.context["form"]["version"].value()
        assert browser.post(url(case, "settlement"), second | {"version": now}).status_code == 302
        case.refresh_from_db()
        assert case.settlement_state == "broken"

    def test_a_double_submit_is_one_event(self, browser: Client, case: Case) -> None:
        pending(case)
        version = browser.get(url(case, "settlement")).context["form"]["version"].value()
        data = {"version": version, "settled": "fulfilled", "note": "Paid.", "key": uuid4()}
        assert [browser.post(url(case, "settlement"), data).status_code for _ in range(2)] == [302, 302]
        assert CaseEvent.objects.filter(kind=EventKind.SETTLEMENT).count() == 1

    def test_another_currency_than_what_was_claimed_is_refused(
        self, browser: Client, case: Case, paid: Outcome
    ) -> None:
        closed(
            case,
            outcome=paid,
            claimed=Decimal(9),
            currency="MYR",
            settled="pending",
            settlement_due=TODAY() + timedelta(days=3),
        )
        data = {"version": 2, "settled": "fulfilled", "recovered": "5", "currency": "IDR", "note": "Paid."}
        answer = browser.post(url(case, "settlement"), data)
        assert answer.status_code == 422
        assert "same currency" in answer.text

    def test_a_case_without_one_has_nothing_to_follow_up(self, browser: Client, case: Case) -> None:
        assert browser.get(url(case, "settlement")).status_code == 302
        closed(case)
        assert browser.get(url(case, "settlement")).status_code == 302
        answer = browser.post(url(case, "settlement"), {"settled": "fulfilled", "note": "Paid."})
        assert answer.status_code == 409

    def test_it_is_a_need_of_the_list_from_its_day_on(self, browser: Client, case: Case) -> None:
        pending(case)
        assert not Case.objects.needing(Need.SETTLEMENT).exists()
        Case.objects.filter(pk=case.pk).update(settlement_due=TODAY())
        assert listed(browser, need="settlement") == {case.reference}
        assert (
            browser.get(reverse("cases:list")).text.count("Settlement to follow up") == 2
        )  # filter and tile


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_closing_and_referring_at_once_only_one_happens(self) -> None:
        case, outcome = make_case(), make_outcome()
        ending = Ending(outcome, "Done.")
        at_once(
            lambda: closing.close(by=case.created_by, case=case, ending=ending),
            lambda: make_referral(case=case),
        )
        case.refresh_from_db()
        assert case.is_closed != case.referrals.exists()

    def test_of_closing_and_reopening_a_referral_at_once_only_one_happens(self) -> None:
        referral, _officer = make_referral_in("completed")
        case, outcome = referral.case, make_outcome()
        at_once(
            lambda: closing.close(by=case.created_by, case=case, ending=Ending(outcome, "Done.")),
            lambda: referral_actions.reopen(by=case.created_by, referral=referral, text="Not done."),
        )
        case.refresh_from_db()
        referral.refresh_from_db()
        assert case.is_closed != (referral.state == "accepted")

    def test_two_people_close_it_once(self) -> None:
        case, outcome = make_case(), make_outcome()
        colleague = make_user(partner=case.partner)
        results = at_once(
            *[
                lambda by=by: closing.close(by=by, case=case, ending=Ending(outcome, "Done."))
                for by in (case.created_by, colleague)
            ]
        )
        assert sum(isinstance(result, ClosingRefused) for result in results) == 1, results
        assert CaseEvent.objects.filter(kind=EventKind.CLOSED).count() == 1

    def test_many_sweeps_ask_about_a_settlement_once(self) -> None:
        case = make_case()
        pending(case)
        later = TODAY() + timedelta(days=31)
        results = at_once(*[lambda: settlements.ask_about_due(later)] * 4)
        assert sum(results) == 1, results
        assert Notification.objects.filter(kind="settlement_due").count() == 1


def listed(browser: Client, **query: str) -> set[str]:
    answer = browser.get(reverse("cases:list"), {"tab": "mine", **query})
    return {row["case"].reference for row in answer.context["rows"]}


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned or raised, all begun at the same moment in threads of their own."""
    results: list[Any] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    @as_portal()
    def run(number: int) -> None:
        close_old_connections()
        try:
            ready.wait(timeout=10)
            results[number] = acts[number]()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results
