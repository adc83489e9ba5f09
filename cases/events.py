"""Writing to the one log of a case. Called inside the transaction of the act that it tells of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts import prepared
from accounts.models import User
from privacy import log
from privacy.acting import as_portal
from privacy.choices import Verb
from privacy.postgres import many

from .access_log import subject
from .choices import EventKind
from .models import Case, CaseEvent


def record(
    case: Case,
    kind: EventKind,
    *,
    by: User | None,
    referral: Any = None,
    text: str = "",
    key: UUID | None = None,
    at: datetime | None = None,
    **data: Any,
) -> CaseEvent:
    """Write one event, and the entry of the access log. `by=None` is the portal; `data` must hold nothing of a worker or
    a reporter."""
    part = _part(kind, referral)
    log.add(Verb.WROTE, by=by, subjects=[subject(case.pk)], owners=[case.partner_id], what=part)
    return CaseEvent.objects.create(
        case=case,
        referral=referral,
        kind=kind,
        at=at or timezone.now(),
        actor=by,
        partner_id=by.partner_id if by else None,
        text=text,
        data=data,
        key=key,
    )


@dataclass(frozen=True)
class Happening:
    """What the portal did with one of several cases at once (`record_all`)."""

    case: Case
    kind: EventKind
    referral: Any
    data: Mapping[str, Any]


def record_all(happenings: Sequence[Happening], *, at: datetime) -> None:
    """`record` what the portal did with several cases at once, without a text, in as few statements as for one."""
    wrote = [
        log.Wrote(subject(one.case.pk), one.case.partner_id, _part(one.kind, one.referral))
        for one in happenings
    ]
    log.add_all(wrote, at=at)
    rows = [
        {"case_id": one.case.pk, "referral_id": one.referral.pk, "kind": one.kind, "data": one.data}
        for one in happenings
    ]
    written = many.recordset(CaseEvent, list(rows[0]), "written")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_caseevent (case_id, referral_id, kind, at, text, data) "
            f"SELECT case_id, referral_id, kind, %s, ''::bytea, data FROM {written}",
            [at, many.as_json(rows)],
        )


def _part(kind: EventKind, referral: Any) -> str:
    return f"event:{kind}" if referral is None else f"event:{kind}:{referral.number}"


def done_already(key: UUID | None, *, by: User, kind: EventKind) -> CaseEvent | None:
    """The event that this form's key has already caused, if this person sent the form before.

    Raises PermissionDenied when the key belongs to another act or another person: two colleagues at one computer, or
    a form that was tampered with.
    """
    event = with_key(key)
    if event is not None and (event.actor_id != by.pk or event.kind != kind):
        raise PermissionDenied
    return event


@as_portal()
def with_key(key: UUID | None) -> CaseEvent | None:
    """The event that a form's key has caused, whoever's it is: a key is spent for everybody."""
    if key is None:
        return None
    return next(iter(prepared.rows("event with key", None, _with_key, key=key)), None)


def _with_key(key: UUID) -> Any:
    return CaseEvent.objects.filter(key=key).select_related("case", "referral")
