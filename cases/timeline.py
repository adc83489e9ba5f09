"""Telling the events of a case as the timeline component shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .choices import EventKind
from .models import Case, CaseEvent, Worker

LOOK: dict[EventKind, tuple[str, str]] = {
    EventKind.LOGGED: ("journal-plus", "neutral"),
    EventKind.EDITED: ("pencil", "neutral"),
    EventKind.ASSIGNED: ("person", "neutral"),
    EventKind.NOTED: ("sticky", "neutral"),
    EventKind.REFERRED: ("send", "neutral"),
    EventKind.SENT: ("send-check", "neutral"),
    EventKind.UNROUTED: ("signpost-split", "warn"),
    EventKind.RECEIVED: ("envelope-open", "neutral"),
    EventKind.ACCEPTED: ("check-circle", "good"),
    EventKind.DECLINED: ("x-circle", "bad"),
    EventKind.ASKED: ("question-circle", "ask"),
    EventKind.ANSWERED: ("chat-left-text", "neutral"),
    EventKind.PROGRESS: ("arrow-right-circle", "neutral"),
    EventKind.COMPLETED: ("flag", "good"),
    EventKind.WITHDRAWN: ("arrow-counterclockwise", "bad"),
    EventKind.REOPENED: ("arrow-repeat", "warn"),
    EventKind.HANDED_OVER: ("send-check", "warn"),
    EventKind.ESCALATED: ("bell", "warn"),
    EventKind.MESSAGE: ("chat-left-text", "neutral"),
    EventKind.INTERNAL: ("sticky", "neutral"),
    EventKind.LEAD: ("flag", "neutral"),
    EventKind.REGISTERED: ("journal-plus", "neutral"),
    EventKind.LETTER_ISSUED: ("file-earmark-text", "neutral"),
    EventKind.PLANNED: ("list-check", "neutral"),
    EventKind.STEP_DONE: ("check2", "good"),
    EventKind.STEP_DROPPED: ("x-circle", "neutral"),
    EventKind.DOCUMENT_ADDED: ("paperclip", "neutral"),
    EventKind.DOCUMENT_REMOVED: ("x-circle", "neutral"),
    EventKind.CLOCK_STARTED: ("hourglass-split", "warn"),
    EventKind.CLOCK_WARNED: ("hourglass-split", "warn"),
    EventKind.CLOCK_STOPPED: ("hourglass-split", "neutral"),
    EventKind.CLOCK_RAN_OUT: ("hourglass-split", "bad"),
    EventKind.CONSENT_CHANGED: ("eye", "neutral"),
    EventKind.CONSENT_WITHDRAWN: ("eye-slash", "bad"),
    EventKind.CONSENT_OVERRIDDEN: ("exclamation-triangle-fill", "warn"),
    EventKind.CONSENT_REVIEWED: ("eye", "neutral"),
    EventKind.CLOSED: ("lock", "good"),
    EventKind.CASE_REOPENED: ("arrow-repeat", "warn"),
    EventKind.SETTLEMENT: ("check-circle", "neutral"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline component."""

    at: datetime
    title: str
    actor_name: str
    partner_name: str
    text: str
    icon: str
    tone: str


def tell(events: Iterable[CaseEvent], *, with_referral: bool = False) -> list[Entry]:
    """The newest first. `with_referral` names the referral of each event (R1, R2), for the page of a whole case."""
    return [_entry(event, with_referral) for event in reversed(list(events))]


def _entry(event: CaseEvent, with_referral: bool) -> Entry:
    kind = EventKind(event.kind)
    icon, tone = LOOK[kind]
    title = _title(event, kind)
    if with_referral and event.referral is not None:
        title = f"R{event.referral.number} · {title}"
    return Entry(
        at=event.at,
        title=title,
        actor_name=event.actor.full_name if event.actor else pgettext("actor", "Portal"),
        partner_name=event.partner.name if event.partner else "",
        text=event.text,
        icon=icon,
        tone=tone,
    )


def _title(event: CaseEvent, kind: EventKind) -> str:
    to = event.data.get("to")
    if kind is EventKind.SENT and to:
        return _("Referral sent to %(partner)s") % {"partner": to}
    if kind is EventKind.HANDED_OVER and to:
        return _("Referral handed over to %(partner)s") % {"partner": to}
    if kind is EventKind.ASSIGNED and to:
        return _("Case assigned to %(person)s") % {"person": to}
    if kind is EventKind.EDITED:
        return f"{kind.label}: {', '.join(_field_names(event.data.get('fields', [])))}"
    return str(kind.label)


def _field_names(fields: list[str]) -> list[str]:
    names = {field.name: field.verbose_name for model in (Worker, Case) for field in model._meta.fields}
    names["topics"] = Case._meta.get_field("topics").verbose_name
    return [str(names.get(field, field)) for field in fields]
