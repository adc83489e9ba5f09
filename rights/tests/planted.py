"""A world in which every text of one worker, and every text of others, is a mark that can be looked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from accounts.roles import Supervisor
from accounts.tests.factories import make_user
from agencies.choices import PartnerKind
from agencies.models import Partner
from agencies.tests.factories import make_partner
from cases import actions as case_actions
from cases import clocks
from cases.choices import ClockCode
from cases.models import Case
from cases.tests import files
from cases.tests.factories import make_case
from referrals import actions as referral_actions
from referrals.actions import plan as plan_acts
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral

WORKER = {
    "name": "Mine Name",
    "nik": "3573010101900001",
    "passport_number": "M1NE0001",
    "disability": "mine-disability",
    "home_village": "mine-village",
    "contact": "0811-mine-contact",
    "safe_time": "mine-safe-time",
}
CASE = {
    name: f"mine-{name}"
    for name in (
        *("place", "recruiter", "broker", "foreign_agency", "employer_name", "employer_address"),
        *("social_security_number", "urgency_reason", "chronology", "demands", "accused_party"),
    )
}
TOLD = {
    name: f"mine-{name}"
    for name in ("note", "request", "question", "answer", "message", "internal", "step", "file", "limit")
}
REPORTER = {"reporter_name": "Others Reporter", "reporter_contact": "0899-others-reporter"}
OTHERS = [
    *("Others Reporter", "0899-others-reporter", "Others Witness", "others-internal", "Others Second"),
    *("3573019999900009", "others-chronology", "Others Caseworker", "others.caseworker@example.org"),
    *("Others Officer", "others.officer@example.org"),
]


@dataclass(frozen=True)
class Planted:
    case: Case
    referral: Referral
    caseworker: User
    officer: User
    boss: User

    @property
    def mine(self) -> list[str]:
        """Every text about the worker that must be in the copy."""
        return [*WORKER.values(), *CASE.values(), *TOLD.values()]


def plant() -> Planted:
    """One case with a text in every place where one can be, and another worker's case beside it."""
    ngo = make_partner(name_id="Mitra Kita", reference_prefix="MK")
    agency = make_partner(name_id="Kantor Sana", kind=PartnerKind.MISSION)
    caseworker = make_user(partner=ngo, full_name="Others Caseworker", email="others.caseworker@example.org")
    officer = make_officer(agency, full_name="Others Officer", email="others.officer@example.org")
    case = make_case(by=caseworker, worker=WORKER, **CASE, **REPORTER)
    make_case(
        by=caseworker,
        worker={"name": "Others Second", "nik": "3573019999900009"},
        chronology="others-chronology",
    )
    case_actions.note(by=caseworker, case=case, text=TOLD["note"])
    consent = {"given_by": WORKER["name"], "witness": "Others Witness"}
    referral = make_referral(case=case, to=agency, request=TOLD["request"], consent=consent)
    referral = referral_actions.accept(by=officer, referral=referral)
    referral_actions.ask(by=officer, referral=referral, text=TOLD["question"])
    referral_actions.answer(by=caseworker, referral=referral, text=TOLD["answer"])
    referral_actions.message(by=officer, referral=referral, text=TOLD["message"])
    referral_actions.internal(by=officer, referral=referral, text="others-internal")
    referral_actions.internal(by=caseworker, referral=referral, text=TOLD["internal"])
    _more(case, caseworker, agency)
    return Planted(case, referral, caseworker, officer, make_user(partner=ngo, role=Supervisor.code))


def _more(case: Case, caseworker: User, agency: Partner) -> None:
    """A step of the plan, a document and a time limit."""
    day = timezone.localdate() + timedelta(days=3)
    plan_acts.plan(by=caseworker, case=case, what=TOLD["step"], partner=agency, by_when=day)
    files.add(case, file=files.checked(f"{TOLD['file']}.pdf", files.pdf()))
    clocks.start(
        case=case, code=ClockCode.TPKS_REPORT, partner=case.partner, by=caseworker, note=TOLD["limit"]
    )
