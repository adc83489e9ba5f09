"""A world in which somebody of every role stands in every relation to a case, and the routes that lead to such a case.

All look at things of one NGO: `own` is that NGO's people, `referred` those of the agency that accepted its referral,
`withdrawn` those of an agency whose referral was taken back after it was opened, `other` those of a partner that has
nothing to do with it. `restricted` is the NGO's people again, before a case of sexual violence that does not name them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import ROLES, Caseworker, Officer, Supervisor
from accounts.tests.factories import make_user
from agencies.choices import PartnerKind
from agencies.loading.codes import load_deadlines
from agencies.models import Partner
from agencies.tests.factories import make_partner
from cases import access
from cases.models import Case, IntakeDraft
from cases.tests import files
from cases.tests.factories import make_case
from cases.tests.restricted import violence
from notifications.models import Notification
from pmi_portal.tests.visiting import ROUTES, parameters, session_of
from privacy import keys as data_keys
from referrals import actions
from referrals.actions import plan as plans
from referrals.choices import LetterKind
from referrals.models import Referral
from referrals.tests.factories import make_referral
from rights import actions as rights
from rights import exporting
from rights.models import LegalHold
from rights.tests.factories import make_granted

RELATIONS = ["own", "referred", "withdrawn", "other", "restricted"]

# Routes with a parameter that name nothing of a case; all others must stand in access.csv.
NOT_OF_A_CASE = {
    "accounts": "a person's own account",
    "admin": "Django's admin has no model of a case (test_plain_admin)",
    "administration": "partners, mandates, e-mail and numbers: nothing of a case",
    "agencies": "partners, people and reference data",
    "account_reset_password_from_key": "a secret in the address, sent by e-mail",
    "demo_mail_message": "the demo's mail",
    "directory": "what partners offer; it knows no case",
    "bulk": "an act on cases that one person began, not a case (bulk/tests/test_pages.py tries every side)",
    "imports": "a table of old cases that one person brought, not a case (imports/tests/test_pages.py tries every role)",
    "hsds": "what of it is published; it knows no case",
    "machinery_again": "a kind of work that was given up: of its rows only how many",
    "rights:rule": "the times for keeping: reference data",
    **dict.fromkeys(
        (
            f"rights:breach{name}"
            for name in ("", "_edit", "_candidates", "_notices", "_close", "_letter", "_told")
        ),
        "the breach register: references alone, for those who keep it (rights/tests/test_breaches)",
    ),
    "referrals:verify": "what is printed on a letter, for whoever holds it; test_verify says that it tells nobody",
    "mfa_edit_webauthn": "a person's own passkey",
    "mfa_remove_webauthn": "a person's own passkey",
    "referrals:letter_link": "a secret in the address, sent by e-mail",
}


def leads_to_a_case(route: str) -> bool:
    """Whether the route's address names something of a case."""
    return bool(parameters(route)) and not {route, route.partition(":")[0]} & set(NOT_OF_A_CASE)


OF_A_CASE = sorted(filter(leads_to_a_case, ROUTES))
MARK = "Rahasia"  # stands in everything that is typed about the case


@dataclass
class Thing:
    """A case with one of everything, as one relation looks at it: each route's parameters, filled in."""

    case: Case
    referral: Referral
    keys: dict[str, Any] = field(default_factory=dict)

    def address(self, route: str) -> str:
        known = {"reference": self.case.reference, "pk": self.referral.pk, **self.keys}
        return reverse(
            route, kwargs={name: known.get(f"{route}.{name}", known.get(name)) for name in parameters(route)}
        )


@dataclass
class Reach:
    """`sessions[relation][role]` is a signed-in session, `things[relation]` what it is tried on."""

    people: Mapping[str, Mapping[str, User]]
    sessions: Mapping[str, Mapping[str, str]]
    things: Mapping[str, Thing]
    partners: Mapping[str, Partner]


def make_reach() -> Reach:
    load_deadlines()
    partners = {
        "own": make_partner(code="SP", name_id="Suara Perempuan", reference_prefix="SP"),
        "referred": make_partner(code="AGENCY_A", kind=PartnerKind.MISSION),
        "withdrawn": make_partner(code="AGENCY_B", kind=PartnerKind.MISSION),
        "other": make_partner(code="STRANGERS"),
    }
    people = {relation: _staff(partner) for relation, partner in partners.items()}
    people["restricted"] = _staff(partners["own"])
    case = _case(partners["own"])
    accepted = _referral(case, people["referred"][Officer.code])
    taken_back = _thing(_referral(case, people["withdrawn"][Officer.code], services=["shelter"]))
    actions.withdraw(by=case.created_by, referral=taken_back.referral, text=f"{MARK} diselesaikan sendiri")
    ours = _thing(accepted)
    secret = _case(partners["own"], topics=[violence()])
    restricted = _thing(_referral(secret, people["referred"][Officer.code]))
    things = {"own": ours, "referred": ours, "other": ours, "withdrawn": taken_back, "restricted": restricted}
    opened = access.break_glass(
        by=_colleague(partners["own"]), case=secret, code="danger", why=f"{MARK} alasan"
    )
    assert opened is not None
    for thing in things.values():
        thing.keys |= {"cases:revoke.pk": opened.pk, "cases:review.pk": opened.pk}
    sessions = {
        relation: {role: session_of(person) for role, person in staff.items()}
        for relation, staff in people.items()
    }
    return Reach(people, sessions, things, partners)


def _staff(partner: Partner) -> dict[str, User]:
    return {
        code: make_user(partner=partner if role.at_partner else None, role=code)
        for code, role in ROLES.items()
    }


def _colleague(partner: Partner) -> User:
    return make_user(partner=partner, role=Caseworker.code)


def _case(partner: Partner, **fields: Any) -> Case:
    keeper = make_user(partner=partner, role=Caseworker.code, full_name=f"{MARK} Pendamping")
    make_user(partner=partner, role=Supervisor.code)
    return make_case(
        by=keeper,
        worker={"name": f"{MARK} Melati", "nik": "3573014101900001", "passport_number": "X1234567"},
        chronology=f"{MARK} kronologi",
        reporter_name=f"{MARK} Pelapor",
        **fields,
    )


def _referral(case: Case, officer: User, **fields: Any) -> Referral:
    consent = {"given_by": f"{MARK} Melati"}
    fields |= {"request": f"{MARK} permohonan", "consent": consent}
    referral = make_referral(case=case, to=officer.partner, **fields)
    return actions.accept(by=officer, referral=actions.receive(by=officer, referral=referral))


def _rights(case: Case, keeper: User) -> dict[str, Any]:
    """A request of the worker with a copy that is ready, and a legal hold."""
    words = {"contact": f"{MARK} telepon", "wish": f"{MARK} permintaan"}
    request, boss = make_granted(case=case, by=keeper, **words)
    export = rights.ask_export(by=keeper, request=request, key=uuid4())
    assert exporting.build(export.pk)
    day = timezone.localdate() + timedelta(days=30)
    hold = LegalHold.objects.filter(case=case).first() or rights.hold(
        by=boss, case=case, key=uuid4(), reason=f"{MARK} sidang", review_on=day
    )
    steps = ("request", "identify", "decide", "carry_out", "tell", "export", "export_pdf", "export_json")
    keys = dict.fromkeys((f"rights:{name}.pk" for name in steps), request.pk)
    return {**keys, "export": export.pk, "rights:lift_hold.pk": hold.pk}


def _thing(referral: Referral) -> Thing:
    """One of everything that a route can name, put there by the case's own people."""
    case, keeper = referral.case, referral.created_by
    document = files.add(case, file=files.checked(f"{MARK} kontrak.pdf", files.pdf()))
    step = plans.plan(
        by=keeper,
        case=case,
        partner=case.partner,
        what=f"{MARK} langkah",
        by_when=timezone.localdate() + timedelta(7),
    )
    draft = IntakeDraft.objects.create(
        owner=keeper, data_key=data_keys.make(), fields={"worker-name": f"{MARK} konsep"}
    )
    notice = Notification.objects.filter(recipient=keeper).first()
    assert notice is not None
    keys = {"document": document.pk, "notifications:open.pk": notice.pk, "cases:discard.pk": draft.pk}
    keys |= dict.fromkeys(
        (f"cases:{name}.pk" for name in ("document", "document_remove", "document_restore")), document.pk
    )
    keys |= dict.fromkeys((f"referrals:plan_{name}.pk" for name in ("done", "drop", "undo")), step.pk)
    consents = ("change_consent", "withdraw_consent", "review_override")
    keys |= dict.fromkeys((f"referrals:{name}.pk" for name in consents), referral.consent_id)
    keys |= _rights(case, keeper)
    keys["letter"] = actions.issue(by=keeper, referral=referral, kind=LetterKind.LETTER).pk
    return Thing(case, referral, keys)
