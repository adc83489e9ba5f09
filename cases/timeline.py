"""Telling the events of a case as the timeline component shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .choices import ClockCode, DocumentKind, EventKind, GlassReason, RestrictReason, Verdict
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
    EventKind.RESTRICTED: ("shield-lock", "warn"),
    EventKind.LIFT_PROPOSED: ("shield-lock", "ask"),
    EventKind.LIFTED: ("shield-lock", "neutral"),
    EventKind.ACCESS_GRANTED: ("eye", "neutral"),
    EventKind.ACCESS_REVOKED: ("eye-slash", "neutral"),
    EventKind.GLASS_BROKEN: ("exclamation-triangle-fill", "bad"),
    EventKind.PAUSED: ("pause-circle", "warn"),
    EventKind.RESUMED: ("play-circle", "neutral"),
    EventKind.CORRECTED: ("pencil", "neutral"),
    EventKind.DATA_REQUESTED: ("person", "ask"),
    EventKind.ERASED: ("trash", "bad"),
    EventKind.GLASS_REVIEWED: ("eye", "neutral"),
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
    note: str = ""


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
        note=_("Recorded by the sender from what the agency answered") if event.data.get("recorded") else "",
    )


def _title(event: CaseEvent, kind: EventKind) -> str:
    to = event.data.get("to")
    if kind is EventKind.SENT and to:
        return _("Referral sent to %(partner)s") % {"partner": to}
    if kind is EventKind.HANDED_OVER and to:
        return _("Referral handed over to %(partner)s") % {"partner": to}
    if kind is EventKind.WITHDRAWN and event.data.get("because") == "consent":
        return _("Referral withdrawn: the worker withdrew consent")
    if kind is EventKind.CONSENT_CHANGED and event.data.get("ended"):
        return _("The consent has ended")
    if kind is EventKind.CONSENT_OVERRIDDEN and (number := event.data.get("number")):
        return f"R{number} · {kind.label}"
    if kind is EventKind.LOGGED and event.data.get("imported"):
        return _("Imported from an old table, row %(row)s") % {"row": event.data.get("row", "")}
    if kind is EventKind.LEAD and to:
        return _("%(partner)s leads the joint work") % {"partner": to}
    if kind is EventKind.PLANNED and event.data.get("again"):
        return _("Step put back into the plan")
    if kind is EventKind.PLANNED and to:
        return _("Next step planned for %(partner)s") % {"partner": to}
    if kind is EventKind.ESCALATED and "percent" in event.data:
        return _("Reminder: %(percent)s%% of the time has passed") % {"percent": event.data["percent"]}
    if kind is EventKind.ASSIGNED and to:
        return _("Case assigned to %(person)s") % {"person": to}
    if kind is EventKind.EDITED:
        return f"{kind.label}: {', '.join(_field_names(event.data.get('fields', [])))}"
    if document := event.data.get("document"):
        return _document_title(kind, DocumentKind(document).label, restored=event.data.get("restored", False))
    if clock := event.data.get("code"):
        return f"{kind.label}: {ClockCode(clock).label}"
    if event.data.get("about") == "settlement":
        return _("Asked whether the settlement was fulfilled")
    if event.data.get("about") == "letter":
        return _("Asked to send the letter again: a backup was restored, and its link has ended")
    return _paper_title(event, kind) or _access_title(event, kind) or str(kind.label)


def _access_title(event: CaseEvent, kind: EventKind) -> str:
    """Who may read a restricted case, if that is what the event tells of."""
    data = event.data
    if kind is EventKind.RESTRICTED and data.get("reasons"):
        return f"{kind.label}: {', '.join(str(RestrictReason(code).label) for code in data['reasons'])}"
    if kind is EventKind.ACCESS_GRANTED and data.get("to"):
        return _("%(person)s was named to read the case") % {"person": data["to"]}
    if kind is EventKind.ACCESS_REVOKED and data.get("to"):
        return _("%(person)s is not named any more") % {"person": data["to"]}
    if kind is EventKind.GLASS_BROKEN and data.get("reason"):
        return f"{kind.label}: {GlassReason(data['reason']).label}"
    if kind is EventKind.GLASS_REVIEWED and data.get("verdict"):
        return f"{kind.label}: {Verdict(data['verdict']).label}"
    return ""


def _paper_title(event: CaseEvent, kind: EventKind) -> str:
    """What happened on paper, if that is what happened."""
    if kind is EventKind.RECEIVED and event.data.get("through") == "letter":
        return _("Letter opened by the agency")
    if kind is EventKind.LETTER_ISSUED and event.data.get("emailed"):
        return _("Letter sent by e-mail")
    if kind is EventKind.LETTER_ISSUED and event.data.get("paper") == "receipt":
        return _("Receipt issued")
    return ""


def _document_title(kind: EventKind, document: Any, *, restored: bool) -> str:
    if restored:
        return _("Document put back: %(document)s") % {"document": document}
    return f"{kind.label}: {document}"


def _field_names(fields: list[str]) -> list[str]:
    names = {field.name: field.verbose_name for model in (Worker, Case) for field in model._meta.fields}
    names["topics"] = Case._meta.get_field("topics").verbose_name
    return [str(names.get(field, field)) for field in fields]
