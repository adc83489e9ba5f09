"""Everything that a partner holds about one worker, as plain data (docs/data-export.md describes it field by field).

Left out is whatever is about somebody else (UU 27/2022 art. 33 b): who reported, what they are to the worker and how to reach them, witnesses, the
names and addresses of staff, who appear by role and partner, and the internal notes of other partners. Free texts stay as
they were written, since they are about the worker; whoever hands the copy over reads them first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import models

from accounts.models import User
from accounts.roles import ROLES
from agencies import countries
from agencies.choices import ServiceKind
from agencies.models import Partner
from cases import access_log, log_words
from cases.choices import ClockCode, EventKind, MeansOfControl, ReporterType
from cases.models import Case, CaseEvent, Clock, Consent, Document, Worker
from privacy.choices import Verb
from privacy.models import LogEntry
from referrals.models import PlanStep, Referral

from ..models import DataRequest

FORMAT, VERSION = "portal-pmi/data-export", 1
WORKER = (
    *("name", "sex", "birth_date", "nik", "passport_number", "disability", "home_province", "home_regency"),
    *("home_village", "contact", "safe_channel", "safe_time"),
)
CASE = (
    *(
        "reporter_type",
        "reporter_relation",
        "channel",
        "stage",
        "place",
        "procedural_status",
        "scheme",
        "sector",
    ),
    *("recruiter", "broker", "foreign_agency", "employer_name", "employer_address", "contract_start"),
    *("contract_end", "departure_date", "work_start_date", "social_security_number", "urgency"),
    *("urgency_reason", "incident_date", "chronology", "demands", "accused_party", "trafficking_status"),
    *("trafficking_asserted_by", "outcome", "amount_claimed", "amount_recovered", "currency"),
    *("settlement_state", "settlement_due"),
)
REPORTER = ("reporter_type", "reporter_relation")
Value = Any  # what JSON can say


def frame(request: DataRequest, at: datetime) -> dict[str, Value]:
    """The head of the copy; the worker process adds the `cases` one by one."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": at.isoformat(),
        "held_by": request.partner.name,
        "request": request.reference,
        "requests": [_request(row) for row in _requests(request)],
        "cases": [],
    }


def _requests(request: DataRequest) -> Iterable[DataRequest]:
    """All requests about the same cases that this partner has had."""
    cases = request.cases.all()
    return (
        DataRequest.objects.filter(partner=request.partner, cases__in=cases)
        .distinct()
        .order_by("received_at")
    )


def _request(row: DataRequest) -> dict[str, Value]:
    return {
        "reference": row.reference,
        "kind": coded(row, "kind"),
        "received_at": row.received_at.isoformat(),
        "state": coded(row, "state"),
        "ground": coded(row, "ground"),
        "wish": row.wish or None,
        "reasons": row.decision_note or None,
    }


def of_case(case: Case) -> dict[str, Value]:
    """One case with everything in it. Needs `worker` and `partner`."""
    return {
        "reference": case.reference,
        "logged_at": case.created_at.isoformat(),
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "paused_at": case.paused_at.isoformat() if case.paused_at else None,
        "worker": fields(case.worker, WORKER),
        "country": {"code": case.country, "label": countries.name(case.country)},
        "topics": [{"code": topic.pk, "label": topic.name} for topic in case.topics.all()],
        "means_of_control": [_code(MeansOfControl, code) for code in case.means_of_control],
        "details": _details(case),
        "consents": [_consent(row, case.worker) for row in _rows(Consent, case, "recorded_at")],
        "referrals": [_referral(row) for row in _rows(Referral, case, "number")],
        "plan": [_step(row) for row in _rows(PlanStep, case, "by_when")],
        "time_limits": [_clock(row) for row in _rows(Clock, case, "started_at")],
        "documents": [_document(row) for row in _rows(Document, case, "added_at")],
        "events": [_event(row) for row in _events(case)],
        "access_log": _access_log(case),
    }


def _details(case: Case) -> dict[str, Value]:
    """Who reported is told only where it was the worker: what a husband or an officer is to them names them."""
    told = fields(case, CASE)
    if case.reporter_type != ReporterType.WORKER:
        told |= dict.fromkeys(REPORTER)
    return told


def _rows(model: type[Any], case: Case, order: str) -> Iterable[Any]:
    related = [field.name for field in model._meta.concrete_fields if field.related_model is Partner]
    rows = model._default_manager.filter(case=case).select_related("case", *related).order_by(order, "pk")
    return rows.iterator(chunk_size=200)


def _events(case: Case) -> Iterable[CaseEvent]:
    told = CaseEvent.objects.filter(case=case).told_to(case.partner_id)
    return (
        told.select_related("case", "actor", "partner", "referral")
        .order_by("at", "pk")
        .iterator(chunk_size=200)
    )


def fields(row: models.Model, names: Iterable[str]) -> dict[str, Value]:
    """Values of a row as JSON says them; a coded one as code and label."""
    return {name: coded(row, name) for name in names}


def coded(row: Any, name: str) -> Value:
    value = getattr(row, name)
    column = row._meta.get_field(name)
    if isinstance(value, models.Model):
        return {"code": value.pk, "label": str(value)}
    if value in ("", None):
        return None
    if column.choices:
        return {"code": value, "label": str(getattr(row, f"get_{name}_display")())}
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | bool) else str(value)


def _code(choices: type[models.TextChoices], code: str) -> dict[str, str]:
    return {"code": code, "label": str(choices(code).label)}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def who(person: User | None, partner: Partner | None) -> dict[str, str]:
    """Somebody who acted, without their name: the portal, or a role and a partner."""
    role = str(ROLES[person.role].name) if person else "portal"
    return {"role": role, "partner": partner.name if partner else ""}


def _consent(row: Consent, worker: Worker) -> dict[str, Value]:
    return {
        "partner": row.partner.name if row.partner else None,
        "groups": list(row.groups),
        "given_by": "worker" if row.given_by.casefold() == worker.name.casefold() else "somebody else",
        "method": coded(row, "method"),
        "given_on": row.given_on.isoformat(),
        "until": row.until.isoformat() if row.until else None,
        "onward": row.onward,
        "withdrawn_at": _moment(row.withdrawn_at),
        "override_reason": row.override_reason or None,
    }


def _referral(row: Referral) -> dict[str, Value]:
    return {
        "number": row.number,
        "sender": row.sender.name,
        "receiver": row.receiver.name if row.receiver else None,
        "services": [_code(ServiceKind, code) for code in row.services],
        "request": row.request or None,
        "state": coded(row, "state"),
        "made_at": row.created_at.isoformat(),
        "sent_at": _moment(row.sent_at),
        "opened_at": _moment(row.received_at),
        "ended_at": _moment(row.ended_at),
        "outcome": coded(row, "outcome"),
        "amount": coded(row, "amount"),
        "currency": coded(row, "currency"),
        "register_number": row.register_number or None,
    }


def _step(row: PlanStep) -> dict[str, Value]:
    return {
        "what": row.what,
        "partner": row.partner.name,
        "by_when": row.by_when.isoformat(),
        "done_at": _moment(row.done_at),
        "dropped_at": _moment(row.dropped_at),
    }


def _clock(row: Clock) -> dict[str, Value]:
    return {
        "what": _code(ClockCode, row.code),
        "partner": row.partner.name,
        "reason": row.note or None,
        "started_at": row.started_at.isoformat(),
        "due_at": row.due_at.isoformat(),
        "stopped_at": _moment(row.stopped_at),
        "what_ended_it": row.stop_note or None,
    }


def _document(row: Document) -> dict[str, Value]:
    return {
        "kind": coded(row, "kind"),
        "file_name": row.file_name,
        "format": row.content_type,
        "size": row.size,
        "note": row.note or None,
        "scope": row.scope or None,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "added_at": row.added_at.isoformat(),
        "added_by": row.partner.name,
        "removed_at": _moment(row.removed_at),
    }


def _event(row: CaseEvent) -> dict[str, Value]:
    return {
        "at": row.at.isoformat(),
        "what": _code(EventKind, row.kind),
        "referral": row.referral.number if row.referral else None,
        "by": who(row.actor, row.partner),
        "text": row.text or None,
    }


def _access_log(case: Case) -> list[dict[str, Value]]:
    """Who had to do with the data, when and how (the trail of processing, UU 27/2022 art. 32(1)): by role and partner."""
    entries = LogEntry.objects.about(access_log.subject(case.pk)).order_by("pk")
    names = {partner.pk: partner.name for partner in Partner.objects.filter(pk__in=_partners(entries))}
    return [
        {
            "at": entry.at.isoformat(),
            "what": _code(Verb, entry.verb),
            "part": {"code": entry.what.partition(":")[0], "label": log_words.part(entry.what)},
            "by": {
                "role": str(ROLES[entry.role].name) if entry.role in ROLES else "portal",
                "partner": names.get(entry.partner_id or 0, ""),
            },
        }
        for entry in entries
    ]


def _partners(entries: models.QuerySet[LogEntry]) -> list[int]:
    found = entries.order_by().exclude(partner_id=None).values_list("partner_id", flat=True).distinct()
    return [pk for pk in found if pk is not None]
