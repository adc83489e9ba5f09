"""Who may do what to a referral in each of its states, as two tables; nothing here needs a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Caseworker, Officer, PartnerAdmin, Supervisor
from cases.choices import ClockCode, ConsentMethod, DataGroup
from cases.models import Case, Clock, Consent
from referrals import rules
from referrals.choices import NOT_SENT_YET, State
from referrals.models import READABLE_AFTER_COMPLETION, REOPEN_WITHIN, Referral

NOW = datetime.now(tz=UTC)
LATER = timedelta(hours=6)  # more than the tests before these take
SENDER, RECEIVER, ELSEWHERE = 1, 2, 3
PEOPLE = {  # by the letter that stands for them in the tables
    "w": User(pk=11, role=Caseworker.code, partner_id=SENDER),
    "s": User(pk=12, role=Supervisor.code, partner_id=SENDER),
    "o": User(pk=21, role=Officer.code, partner_id=RECEIVER),
    "p": User(pk=22, role=Supervisor.code, partner_id=RECEIVER),
    "a": User(pk=13, role=PartnerAdmin.code, partner_id=SENDER),
    "b": User(pk=23, role=PartnerAdmin.code, partner_id=RECEIVER),
    "x": User(pk=31, role=Officer.code, partner_id=ELSEWHERE),
}
TABLE = """
                         waiting  unrouted  sent  received  clarifying  accepted  completed  declined  handed_over  withdrawn
is_sender                ws       ws        ws    ws        ws          ws        ws         ws        ws           ws
is_receiver              -        -         op    op        op          op        op         op        op           op
is_either_side           ws       ws        wsop  wsop      wsop        wsop      wsop       wsop      wsop         wsop
can_choose               -        ws        -     -         -           -         -          -         -            -
can_receive              -        -         op    -         -           -         -          -         -            -
can_record               -        -         -     -         -           -         -          -         -            -
can_accept               -        -         op    op        -           -         -          -         -            -
can_decline              -        -         op    op        op          op        -          -         -            -
can_ask                  -        -         op    op        -           op        -          -         -            -
can_answer               -        -         -     -         ws          -         -          -         -            -
can_report               -        -         ws    ws        ws          wsop      -          -         -            -
can_complete             -        -         -     -         -           op        -          -         -            -
can_register             -        -         op    op        op          op        op         -         -            -
can_issue_letter         -        -         ws    ws        ws          ws        -          -         -            -
can_issue_receipt        -        -         -     wsop      wsop        wsop      wsop       wsop      wsop         -
can_email_letter         -        -         -     -         -           -         -          -         -            -
can_withdraw             ws       ws        ws    ws        ws          ws        -          -         -            -
can_reopen               -        -         -     -         -           -         ws         -         -            -
can_refer_again          -        -         -     -         -           -         ws         ws        ws           ws
can_refer_again_at_once  -        -         -     -         -           -         -          ws        -            -
can_hand_over            -        -         -     -         -           op        -          -         -            -
can_agree                -        -         -     -         -           -         -          -         -            -
can_lead                 -        -         ws    ws        ws          ws        -          -         -            -
can_message              -        -         wsop  wsop      wsop        wsop      wsop       -         -            -
can_add_document         ws       ws        wsop  wsop      wsop        wsop      wsop       ws        ws           ws
can_internal             ws       ws        wsop  wsop      wsop        wsop      wsop       ws        ws           ws
can_start_clock          -        -         -     -         -           op        -          -         -            -
can_stop_clock           -        -         op    op        op          op        -          -         -            -
can_provide              ws       ws        ws    ws        ws          ws        -          -         -            -
"""
# Where nobody at the receiver has an account, the sender writes down what it answered.
SILENT = """
                         waiting  unrouted  sent  received  clarifying  accepted  completed  declined  handed_over  withdrawn
can_record               -        -         ws    ws        ws          ws        ws         ws        ws           ws
can_email_letter         -        -         ws    ws        ws          ws        -          -         -            -
can_message              -        -         op    op        op          op        op         -         -            -
can_accept*              -        -         ws    ws        -           -         -          -         -            -
can_decline*             -        -         ws    ws        ws          ws        -          -         -            -
can_ask*                 -        -         ws    ws        -           ws        -          -         -            -
can_report*              -        -         -     -         -           ws        -          -         -            -
can_complete*            -        -         -     -         -           ws        -          -         -            -
can_register*            -        -         ws    ws        ws          ws        ws         -         -            -
can_hand_over*           -        -         -     -         -           ws        -          -         -            -
can_start_clock*         -        -         -     -         -           ws        -          -         -            -
"""


def a_consent(**fields: Any) -> Consent:
    return Consent(
        **{
            "pk": 1,
            "case": a_case(),
            "groups": DataGroup.values,
            "method": "spoken",
            "onward": True,
            **fields,
        }
    )


def a_case(**fields: Any) -> Case:
    return Case(**{"pk": 1, "partner_id": SENDER, "assigned_to_id": 11, **fields})


def a_referral(state: str, *, silent: bool = False, **fields: Any) -> Referral:
    """One of before a minute ago; whatever has happened on the way to its state has its time."""
    sent = state not in NOT_SENT_YET
    referral = Referral(
        **{
            "case": a_case(),
            "consent": a_consent(),
            "sender_id": SENDER,
            "state": state,
            "receiver_id": RECEIVER if sent else None,
            "sent_at": NOW if sent else None,
            "received_at": NOW if sent and state != "sent" else None,
            "accepted_at": NOW if state in ("accepted", "completed", "handed_over") else None,
            "ended_at": NOW if state == "completed" else None,
            **fields,
        }
    )
    referral.__dict__["receiver_has_accounts"] = sent and not silent
    clock = Clock(code=ClockCode.DOCS_INCOMPLETE, stopped_at=None)
    referral.__dict__["_prefetched_objects_cache"] = {"clocks": [clock]}
    return referral


def cells(table: str) -> list[tuple[str, str, str]]:
    head, *rows = table.strip().splitlines()
    return [
        (name, state, "" if letters == "-" else letters)
        for name, *row in map(str.split, rows)
        for state, letters in zip(head.split(), row, strict=True)
    ]


def who(rule: Callable[..., bool], referral: Any, **more: Any) -> str:
    return "".join(letter for letter, user in PEOPLE.items() if rule(user, referral, **more))


@pytest.mark.parametrize(("name", "state", "letters"), cells(TABLE))
def test_who_may(name: str, state: str, letters: str) -> None:
    assert who(getattr(rules, name), a_referral(state)) == letters


@pytest.mark.parametrize(("name", "state", "letters"), cells(SILENT))
def test_who_may_where_nobody_at_the_receiver_has_an_account(name: str, state: str, letters: str) -> None:
    more = {"recorded": True} if name.endswith("*") else {}
    rule = getattr(rules, name.rstrip("*"))
    assert who(rule, a_referral(state, silent=True), **more) == letters
    if more:
        assert who(rule, a_referral(state), **more) == ""


def test_the_table_has_every_state() -> None:
    assert {state for _name, state, _letters in cells(TABLE)} == set(State.values)


def test_a_case_that_is_closed_to_somebody_closes_its_referrals_to_them() -> None:
    case = a_case(restricted_at=NOW)
    case.__dict__["_open_to"] = {12: False}
    assert who(rules.is_sender, a_referral("sent", case=case)) == "w"


@pytest.mark.parametrize(
    ("fields", "refer", "override"),
    [
        ({}, "ws", ""),
        ({"urgency": "emergency"}, "ws", "s"),
        ({"urgency": "emergency", "closed_at": NOW}, "", ""),
        ({"urgency": "emergency", "paused_at": NOW}, "", "s"),
        ({"urgency": "emergency", "erased_at": NOW}, "", ""),
    ],
)
def test_a_case_is_referred_while_it_is_open_and_in_an_emergency_without_the_worker(
    fields: Any, refer: str, override: str
) -> None:
    case = a_case(**fields)
    assert who(rules.can_refer, case) == refer
    assert who(rules.can_override, case) == override
    assert who(rules.owns, case) == who(rules.can_keep_consents, case) == ("" if case.is_erased else "ws")


PROPOSED = {"proposed_id": 9}


@pytest.mark.parametrize(
    ("name", "state", "fields", "letters"),
    [
        ("can_choose", "unrouted", PROPOSED, ""),
        ("can_agree", "unrouted", PROPOSED, "ws"),
        ("can_agree", "sent", PROPOSED, ""),
        ("can_lead", "accepted", {"is_lead": True}, ""),
        ("can_report", "clarifying", {"accepted_at": NOW}, "wsop"),
        ("can_start_clock", "clarifying", {"accepted_at": NOW}, "op"),
        ("can_start_clock", "accepted", {"accepted_at": None}, ""),
        ("can_issue_receipt", "withdrawn", {}, ""),
        ("can_issue_receipt", "accepted", {"consent": a_consent(withdrawn_at=NOW)}, ""),
        ("can_issue_letter", "accepted", {"consent": a_consent(withdrawn_at=NOW)}, ""),
        ("can_issue_letter", "accepted", {"case": a_case(paused_at=NOW)}, ""),
        ("can_refer_again", "declined", {"case": a_case(closed_at=NOW)}, ""),
        ("can_refer_again_at_once", "declined", {"consent": a_consent(onward=False)}, ""),
        ("can_reopen", "completed", {"ended_at": NOW - REOPEN_WITHIN + LATER}, "ws"),
        ("can_reopen", "completed", {"ended_at": NOW - REOPEN_WITHIN - LATER}, ""),
        ("can_reopen", "completed", {"ended_at": None}, ""),
        ("can_reopen", "completed", {"case": a_case(closed_at=NOW)}, ""),
        ("can_reopen", "completed", {"consent": a_consent(withdrawn_at=NOW)}, ""),
        ("can_message", "completed", {"ended_at": NOW - REOPEN_WITHIN + LATER}, "wsop"),
        ("can_message", "completed", {"ended_at": NOW - REOPEN_WITHIN - LATER}, ""),
        ("can_message", "completed", {"ended_at": None}, ""),
        ("can_message", "accepted", {"consent": a_consent(withdrawn_at=NOW)}, ""),
        ("can_internal", "accepted", {"consent": a_consent(withdrawn_at=NOW)}, "ws"),
        ("can_add_document", "completed", {"ended_at": NOW - READABLE_AFTER_COMPLETION - LATER}, "ws"),
        ("can_receive", "sent", {"sent_at": None}, ""),
        ("can_record", "sent", {"sent_at": None}, ""),
    ],
)
def test_what_else_it_hangs_on(name: str, state: str, fields: Any, letters: str) -> None:
    assert who(getattr(rules, name), a_referral(state, **fields)) == letters


@pytest.mark.parametrize("name", ["can_stop_clock", "can_provide"])
def test_time_limits_of_the_complaint_that_run_are_answered(name: str) -> None:
    referral = a_referral("accepted")
    for clock in (
        Clock(code=ClockCode.DOCS_INCOMPLETE, stopped_at=NOW),
        Clock(code=ClockCode.PDP_WITHDRAW),
    ):
        referral.__dict__["_prefetched_objects_cache"] = {"clocks": [clock]}
        assert who(getattr(rules, name), referral) == ""


@pytest.mark.parametrize(
    ("fields", "change", "review"),
    [
        ({}, "ws", ""),
        ({"withdrawn_at": NOW}, "", ""),
        ({"method": ConsentMethod.OVERRIDE, "recorded_by_id": 11}, "ws", "s"),
        ({"method": ConsentMethod.OVERRIDE, "recorded_by_id": 12}, "ws", ""),
        ({"method": ConsentMethod.OVERRIDE, "recorded_by_id": 11, "reviewed_at": NOW}, "ws", ""),
    ],
)
def test_consents_are_changed_until_withdrawn_and_decisions_without_the_worker_judged_by_another(
    fields: Any, change: str, review: str
) -> None:
    consent = a_consent(**fields)
    assert who(rules.can_change_consent, consent) == who(rules.can_withdraw_consent, consent) == change
    assert who(rules.can_review_override, consent) == review


@pytest.mark.parametrize(
    ("fields", "goes"),
    [
        ({}, True),
        ({"onward": False}, False),
        ({"withdrawn_at": NOW}, False),
        ({"method": ConsentMethod.OVERRIDE}, False),
    ],
)
def test_a_grant_goes_on_to_another_agency_when_the_worker_said_so(fields: Any, goes: bool) -> None:
    assert rules.goes_on(a_consent(**fields)) is goes
