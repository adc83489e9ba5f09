"""Requests, erasures and breaches for tests, brought into their state by the same actions that the pages call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from accounts.roles import DataProtectionOfficer, Supervisor
from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_outcome
from cases import closing
from cases.closing import Ending
from cases.models import Case
from cases.tests.factories import make_case
from rights import actions, erasing
from rights.choices import ErasureState
from rights.models import Breach, DataRequest, Erasure


def make_supervisor(case: Case, **fields: Any) -> User:
    return make_user(partner=case.partner, role=Supervisor.code, **fields)


def make_protection_officer(case: Case, **fields: Any) -> User:
    return make_user(partner=case.partner, role=DataProtectionOfficer.code, **fields)


def request_fields(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "access",
        "asked_by": "worker",
        "contact": "by telephone, in the evening",
        "channel": "phone",
        "wish": "I want to see what you have.",
        **fields,
    }


def make_request(
    *,
    case: Case | None = None,
    by: User | None = None,
    received_at: datetime | None = None,
    **fields: Any,
) -> DataRequest:
    case = case or make_case()
    return actions.receive(
        by=by or case.created_by,
        key=fields.pop("key", uuid4()),
        cases=fields.pop("cases", [case]),
        received_at=received_at or timezone.now() - timedelta(hours=1),
        **request_fields(**fields),
    )


def step(name: str, request: DataRequest, by: User, **fields: Any) -> DataRequest:
    """Take one step on the request as it is now."""
    version = DataRequest.objects.values_list("version", flat=True).get(pk=request.pk)
    act = getattr(actions, name)
    defaults = {"identify": {"way": "known"}, "tell": {"channel": "phone"}}.get(name, {})
    done: DataRequest = act(by=by, request=request, version=version, key=uuid4(), **defaults | fields)
    return done


def make_granted(
    kind: str = "access", *, case: Case | None = None, **fields: Any
) -> tuple[DataRequest, User]:
    """A granted request and who granted it: a supervisor, or for a restricted case the data protection officer."""
    request = make_request(kind=kind, case=case, **fields)
    about = request.cases.all()[0]
    boss = make_protection_officer(about) if about.is_restricted else make_supervisor(about)
    step("identify", request, boss)
    return step("decide", request, boss), boss


def close(case: Case, *, ago: timedelta = timedelta(0), outcome_class: str = "resolved") -> Case:
    """Close the case, so long ago."""
    outcome = make_outcome(outcome_class=outcome_class)
    closed = closing.close(by=case.created_by, case=case, ending=Ending(outcome=outcome, note="She is home."))
    Case.objects.filter(pk=closed.pk).update(closed_at=timezone.now() - ago)
    closed.refresh_from_db()
    return closed


def make_erasure(case: Case | None = None, *, state: str = ErasureState.PROPOSED) -> Erasure:
    """A case whose time for keeping is over, proposed by the sweep; with `state` confirmed or erased besides."""
    case = Case.objects.get(pk=(case or make_case()).pk)
    if case.closed_at is None:
        case = close(case, ago=timedelta(days=4000))
    erasing.propose_due()
    erasure = Erasure.objects.get(case=case)
    if state != ErasureState.PROPOSED:
        actions.confirm(by=make_supervisor(case), erasures=[erasure])
    if state == ErasureState.ERASED:
        assert erasing.erase(erasure.pk)
    erasure.refresh_from_db()
    return erasure


def breach_fields(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "disclosed",
        "what": "A letter went to a wrong address.",
        "happened_at": timezone.now() - timedelta(hours=30),
        "found_at": timezone.now() - timedelta(hours=2),
        "groups": ["identity", "contact"],
        "people": 2,
        "risk": "high",
        "measures": "The letter was fetched back.",
        "public": False,
        "partner": None,
        **fields,
    }


def make_breach(*, by: User | None = None, **fields: Any) -> Breach:
    return actions.record_breach(
        by=by or make_portal_admin(), key=fields.pop("key", uuid4()), **breach_fields(**fields)
    )
