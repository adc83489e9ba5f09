"""Who may do what about the worker's rights. Predicates: nothing is written here."""

from __future__ import annotations

from accounts.models import User
from accounts.roles import Right
from cases.models import Case
from cases.rules import can_read

from .choices import TRANSITIONS, RequestKind, RequestState
from .models import Breach, DataExport, DataRequest, LegalHold


def may_see_requests(user: User) -> bool:
    """Whether this person's role has to do with requests: those who work on cases, and those who decide."""
    return user.handles_requests


def can_receive(user: User, case: Case) -> bool:
    """Write down what somebody asks about the data in a case: everybody who reads it."""
    return can_read(user, case)


def reads_texts(user: User, request: DataRequest) -> bool:
    """Whether what was written about the request is open to this person: to the data protection officer, who reads no
    case, always; to others if they read every case that it is about."""
    if user.partner_id != request.partner_id:
        return False
    if not user.works_cases:
        return user.can(Right.DECIDE_REQUESTS)
    return all(case.is_open_to(user) for case in request.cases.all())


def may_become(request: DataRequest, state: RequestState) -> bool:
    return state in TRANSITIONS[RequestState(request.state)]


def can_identify(user: User, request: DataRequest) -> bool:
    return reads_texts(user, request)


def can_decide(user: User, request: DataRequest) -> bool:
    """A supervisor or the data protection officer, who reads what is asked (UU 27/2022 art. 53: unconfirmed)."""
    return user.can(Right.DECIDE_REQUESTS) and reads_texts(user, request)


def can_carry_out(user: User, request: DataRequest) -> bool:
    """Whoever reads the case; what cannot be undone is for those who decide."""
    if request.kind == RequestKind.ERASURE:
        return can_decide(user, request)
    return reads_texts(user, request)


def can_tell(user: User, request: DataRequest) -> bool:
    return reads_texts(user, request)


def can_export(user: User, request: DataRequest) -> bool:
    """Have the copy made: once access is granted, by who reads every case in it."""
    granted = request.kind == RequestKind.ACCESS and request.state in (
        RequestState.GRANTED,
        RequestState.DONE,
    )
    return granted and user.works_cases and reads_texts(user, request)


def can_fetch(user: User, export: DataExport) -> bool:
    """Not what was made before access was refused after all."""
    stands = export.can_be_fetched and not export.request.was_refused
    return stands and user.works_cases and reads_texts(user, export.request)


def can_resume(user: User, case: Case) -> bool:
    """Lift a pause: those who decide on requests and read the case."""
    return case.is_paused and can_read(user, case) and user.can(Right.DECIDE_REQUESTS)


def decides_on(user: User, case: Case) -> bool:
    """Whether this person decides how long a case is kept: of their own partner, read or not."""
    return user.can(Right.DECIDE_REQUESTS) and user.partner_id == case.partner_id


def can_lift(user: User, hold: LegalHold) -> bool:
    return hold.lifted_at is None and decides_on(user, hold.case)


def can_edit_breach(user: User, breach: Breach) -> bool:
    """The register of the whole portal is kept by those who work for the portal; a partner's, by its own people, too."""
    ours = user.partner_id is None or breach.partner_id == user.partner_id
    return user.can(Right.KEEP_BREACHES) and ours and breach.is_open
