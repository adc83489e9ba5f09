"""Telling the log of accounts as the timeline component and the log's page show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.roles import ROLES

from .choices import ServiceKind, StaffVerb
from .models import FormerName, Partner, StaffEvent
from .reference_kinds import KINDS
from .wording import length

LOOK: dict[StaffVerb, tuple[str, str]] = {
    StaffVerb.INVITED: ("envelope", "neutral"),
    StaffVerb.RESENT: ("send", "neutral"),
    StaffVerb.REVOKED: ("x-circle", "bad"),
    StaffVerb.ACCEPTED: ("check-circle", "good"),
    StaffVerb.ROLE_CHANGED: ("pencil", "neutral"),
    StaffVerb.SUSPENDED: ("ban", "bad"),
    StaffVerb.REACTIVATED: ("play-circle", "good"),
    StaffVerb.SECOND_FACTOR_RESET: ("arrow-counterclockwise", "warn"),
    StaffVerb.PARTNER_EDITED: ("pencil", "neutral"),
    StaffVerb.PARTNER_SUSPENDED: ("pause-circle", "bad"),
    StaffVerb.PARTNER_REACTIVATED: ("play-circle", "good"),
    StaffVerb.DEADLINE_EDITED: ("clock", "neutral"),
    StaffVerb.CALENDAR_EDITED: ("calendar-event", "neutral"),
    StaffVerb.REMINDERS_EDITED: ("bell", "neutral"),
    StaffVerb.CONFIRMED: ("check2", "good"),
    StaffVerb.UNCONFIRMED: ("arrow-counterclockwise", "warn"),
    StaffVerb.PARTNER_REGISTERED: ("plus-lg", "good"),
    StaffVerb.AGREEMENT_FILED: ("file-earmark-text", "good"),
    StaffVerb.PARTNER_CLOSED: ("x-circle", "bad"),
    StaffVerb.OFFICE_EDITED: ("building", "neutral"),
    StaffVerb.ROSTER_EDITED: ("telephone", "neutral"),
    StaffVerb.DEPUTY_SET: ("person-check", "neutral"),
    StaffVerb.MOVED: ("arrow-right-circle", "neutral"),
    StaffVerb.PEOPLE_IMPORTED: ("people", "neutral"),
    StaffVerb.SECOND_ADMIN_ASKED: ("hourglass-split", "warn"),
    StaffVerb.SECOND_ADMIN_REFUSED: ("x-circle", "bad"),
    StaffVerb.LOCKED_UNUSED: ("lock", "warn"),
    StaffVerb.UNLOCKED: ("key", "good"),
    StaffVerb.CONDUCT_ACCEPTED: ("check-circle", "good"),
    StaffVerb.STAFF_CONFIRMED: ("check2", "good"),
    StaffVerb.MANDATE_EDITED: ("pencil", "neutral"),
    StaffVerb.REFERENCE_EDITED: ("pencil", "neutral"),
    StaffVerb.REFERENCE_RETIRED: ("x-circle", "warn"),
    StaffVerb.REFERENCE_RESTORED: ("arrow-counterclockwise", "good"),
    StaffVerb.SERVICE_EDITED: ("pencil", "neutral"),
}


SERVICE_ACTS = {  # what may have been done to a service: directory.actions
    "added": gettext_lazy("Service entered: %(service)s"),
    "edited": gettext_lazy("Service changed: %(service)s"),
    "checked": gettext_lazy("Service found still right: %(service)s"),
    "places": gettext_lazy("Free places counted: %(service)s"),
    "retired": gettext_lazy("Service offered no more: %(service)s"),
    "restored": gettext_lazy("Service offered again: %(service)s"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline component, and of the log's table."""

    at: datetime
    title: str
    actor_name: str
    partner: Partner | None
    icon: str
    tone: str
    person_pk: int | None


def tell(events: Iterable[StaffEvent]) -> list[Entry]:
    """The events in the order given. They need `with_names()`."""
    return [_entry(event) for event in events]


def _entry(event: StaffEvent) -> Entry:
    verb = StaffVerb(event.verb)
    icon, tone = LOOK[verb]
    return Entry(
        at=event.at,
        title=_title(event, verb),
        actor_name=event.actor.full_name if event.actor else pgettext("actor", "Portal"),
        partner=event.partner,
        icon=icon,
        tone=tone,
        person_pk=event.subject_id,
    )


def _title(event: StaffEvent, verb: StaffVerb) -> str:
    words = _words(event)
    match verb:
        case StaffVerb.INVITED:
            return _("%(who)s invited as %(role)s") % words
        case StaffVerb.RESENT:
            return _("Invitation of %(who)s sent again") % words
        case StaffVerb.REVOKED if event.detail.get("why") == "expired":
            return _("Expired invitation of %(who)s closed") % words
        case StaffVerb.REVOKED if event.detail.get("why") == "restored":
            return _("Invitation of %(who)s withdrawn, since a backup was restored") % words
        case StaffVerb.REVOKED:
            return _("Invitation of %(who)s withdrawn") % words
        case StaffVerb.ACCEPTED:
            return _("%(who)s accepted the invitation as %(role)s") % words
        case StaffVerb.ROLE_CHANGED:
            return _("%(who)s: role changed from %(from)s to %(to)s") % words
        case StaffVerb.SUSPENDED:
            return _("%(who)s suspended") % words
        case StaffVerb.REACTIVATED:
            return _("%(who)s reactivated") % words
        case StaffVerb.SECOND_FACTOR_RESET if event.actor_id:
            return _("Second factor of %(who)s reset; the admin confirmed who they are") % words
        case StaffVerb.SECOND_FACTOR_RESET:
            return _("Second factor of %(who)s reset by whoever runs the portal") % words
        case StaffVerb.PARTNER_EDITED if event.detail.get("renamed"):
            return _("Renamed, as of %(day)s") % words
        case StaffVerb.PARTNER_EDITED:
            return _("Partner's data changed: %(fields)s") % words
        case StaffVerb.DEADLINE_EDITED if event.detail.get("dropped"):
            return _("Own deadline taken away: %(code)s") % words
        case StaffVerb.DEADLINE_EDITED:
            return _("Deadline changed: %(code)s, now %(length)s") % words
        case StaffVerb.CALENDAR_EDITED if event.detail.get("dropped"):
            return _("Day removed from the calendar: %(day)s") % words
        case StaffVerb.CALENDAR_EDITED:
            return _("Day entered in the calendar: %(day)s") % words
        case StaffVerb.LOCKED_UNUSED:
            return _("Account of %(who)s locked: long unused") % words
        case StaffVerb.UNLOCKED:
            return _("Account of %(who)s unlocked") % words
        case StaffVerb.CONDUCT_ACCEPTED:
            return _("%(who)s accepted the code of conduct, version %(code)s") % words
        case StaffVerb.STAFF_CONFIRMED if event.detail.get("undone"):
            return _("Confirmation of %(who)s in the review of accounts %(code)s taken back") % words
        case StaffVerb.STAFF_CONFIRMED:
            return _("%(who)s confirmed in the review of accounts %(code)s") % words
        case StaffVerb.MOVED:
            return _("%(who)s moved from %(from_partner)s to %(to_partner)s as %(role)s") % words
        case StaffVerb.SECOND_ADMIN_ASKED if event.detail.get("what") == "portal_admin":
            return _("%(who)s is to be a portal admin: waits for a second admin") % words
        case StaffVerb.SECOND_ADMIN_ASKED:
            return _("Reset of the second factor of %(who)s asked for: waits for a second admin") % words
        case StaffVerb.SECOND_ADMIN_REFUSED if event.detail.get("what") == "portal_admin":
            return _("%(who)s as portal admin: refused") % words
        case StaffVerb.SECOND_ADMIN_REFUSED:
            return _("Reset of the second factor of %(who)s refused") % words
        case StaffVerb.PEOPLE_IMPORTED:
            return _("List of people taken in: %(count)s invited") % words
        case StaffVerb.MANDATE_EDITED if event.detail.get("what") == "added":
            return _("Mandate added: %(code)s, from %(day)s") % words
        case StaffVerb.MANDATE_EDITED if event.detail.get("what") == "ended":
            return _("Mandate ended: %(code)s, from %(day)s") % words
        case StaffVerb.MANDATE_EDITED:
            return _("Mandate changed: %(code)s, from %(day)s") % words
        case StaffVerb.CONFIRMED:
            return _("Confirmed: %(code)s (%(kind)s)") % words
        case StaffVerb.UNCONFIRMED:
            return _("Confirmation taken back: %(code)s (%(kind)s)") % words
        case StaffVerb.REFERENCE_EDITED if event.detail.get("added"):
            return _("Entered: %(code)s (%(kind)s)") % words
        case StaffVerb.REFERENCE_EDITED if event.detail.get("reset"):
            return _("Set back to the reference data: %(code)s (%(kind)s): %(fields)s") % words
        case StaffVerb.REFERENCE_EDITED:
            return _("Changed: %(code)s (%(kind)s): %(fields)s") % words
        case StaffVerb.REFERENCE_RETIRED:
            return _("Taken out of use: %(code)s (%(kind)s)") % words
        case StaffVerb.REFERENCE_RESTORED:
            return _("Brought back into use: %(code)s (%(kind)s)") % words
        case StaffVerb.SERVICE_EDITED:
            return SERVICE_ACTS.get(event.detail.get("act", ""), SERVICE_ACTS["edited"]) % words
        case _:
            return str(verb.label)


def _words(event: StaffEvent) -> dict[str, Any]:
    """The codes of an event, spoken."""
    detail = event.detail
    kind = KINDS.get(detail.get("kind", ""))
    return {
        "who": event.subject.full_name if event.subject else event.subject_email,
        **{key: _role(detail.get(key, "")) for key in ("role", "from", "to")},
        "fields": ", ".join(
            _field(name, kind.model if kind else Partner) for name in detail.get("fields", [])
        ),
        "kind": kind.name if kind else "",
        "code": detail.get("code", ""),
        "service": _service(detail.get("code", "")),
        "length": length(*detail["now"]) if detail.get("now") else "",
        "day": detail.get("day", ""),
        **{key: detail.get(key, "") for key in ("from_partner", "to_partner")},
        "count": detail.get("count", ""),
    }


def _role(code: str) -> str:
    return str(ROLES[code].name) if code in ROLES else code


def _service(code: str) -> str:
    return str(ServiceKind(code).label) if code in ServiceKind.values else code


def _field(name: str, model: type[Model]) -> str:
    names = {field.name: str(field.verbose_name) for field in model._meta.fields}
    names["former_names"] = str(FormerName._meta.verbose_name_plural)
    return names.get(name, name)
