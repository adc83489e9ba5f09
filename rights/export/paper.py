"""The copy as a paper: the same data as in the JSON, in Bahasa Indonesia, laid out like the portal's letters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import DateField
from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.models import Partner
from cases.choices import DataGroup
from referrals.disclosure import Row, Section
from referrals.letters.content import Paper

from ..models import DataRequest
from .content import CASE, WORKER

HEAD_LINES = 6
TIMES = ("_at",)  # how names of moments end
DAYS = ("until", "valid_until")
MOMENTS = (  # what an entry begins with
    *("at", "made_at", "given_on", "started_at", "added_at", "by_when", "received_at"),
)
UNSAID = ("format",)  # for programs alone


def paper(data: dict[str, Any], request: DataRequest, at: datetime) -> Paper:
    """The words of the paper, in the active language."""
    partner = request.partner
    return Paper(
        title=_("Copy of personal data"),
        reference=request.reference,
        issuer=partner.name,
        issued_at=at,
        head=_head(partner),
        place_and_date=", ".join(
            filter(None, (partner.city, formats.date_format(timezone.localtime(at), "j F Y")))
        ),
        facts=[
            Row(_("Request"), request.reference),
            Row(_("Received"), _time(request.received_at.isoformat())),
            Row(_("Held by"), partner.name),
        ],
        opening=[
            _("This is everything that we hold about you, as you asked (UU 27/2022, articles 7, 13 and 32)."),
            _("What is about other people is left out. People who worked on it appear by role and office."),
        ],
        sections=[
            *(section for case in data["cases"] for section in _sections(case)),
            Section(DataGroup.CASE, _("Requests"), [_line(entry) for entry in data["requests"]]),
        ],
        footing=[_("The same data is in the file with the ending .json, which programs can read.")],
        page_words=_("page %(page)s of %(pages)s"),
        lacking_words=_(
            "The sign %(sign)s stands for a letter that cannot be printed here. Please ask us for it."
        ),
    )


def _head(partner: Partner) -> list[str]:
    own = [" ".join(line.split()) for line in partner.letterhead.splitlines()]
    return [line for line in own if line][:HEAD_LINES] or [partner.name, partner.city]


def _sections(case: dict[str, Any]) -> Iterator[Section]:
    from cases.models import Case, Worker

    worker = _named(Worker, case["worker"], WORKER)
    yield Section(DataGroup.IDENTITY, f"{case['reference']}: {_('The worker')}", worker)
    about = [
        Row(_("Logged"), _time(case["logged_at"])),
        Row(_("Country"), case["country"]["label"]),
        Row(_("Topics"), ", ".join(topic["label"] for topic in case["topics"])),
        Row(_("Means of control"), ", ".join(sign["label"] for sign in case["means_of_control"])),
        *_named(Case, case["details"], CASE),
    ]
    yield _section(case, _("The case"), about)
    for name, title in _lists():
        yield _section(case, title, [_line(entry) for entry in case[name]])


def _lists() -> list[tuple[str, str]]:
    return [
        ("consents", _("Consents")),
        ("referrals", _("Referrals")),
        ("plan", _("Plan")),
        ("time_limits", _("Time limits")),
        ("documents", _("Documents")),
        ("events", _("What happened")),
        ("access_log", _("Who had to do with the data")),
    ]


def _section(case: dict[str, Any], title: str, rows: list[Row]) -> Section:
    kept = [row for row in rows if row.value]
    return Section(DataGroup.CASE, f"{case['reference']}: {title}", kept or [Row("", _("nothing"))])


def _named(model: Any, values: dict[str, Any], names: tuple[str, ...]) -> list[Row]:
    columns = {name: model._meta.get_field(name) for name in names}
    rows = [
        Row(
            _capital(str(column.verbose_name)),
            _time(values[name]) if values[name] and isinstance(column, DateField) else _words(values[name]),
        )
        for name, column in columns.items()
    ]
    return [row for row in rows if row.value]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _line(entry: dict[str, Any]) -> Row:
    """One entry of a list: when, then everything that is known of it."""
    first = next((name for name in MOMENTS if entry.get(name)), "")
    rest = [_said(name, value) for name, value in entry.items() if name not in (first, *UNSAID)]
    return Row(_time(entry[first]) if first else "", "\n".join(text for text in rest if text) or "-")


def _said(name: str, value: Any) -> str:
    """One value, with what it is where it does not say that itself."""
    if value in (None, "", False):
        return ""
    label = _labels().get(name)
    words = _spoken(name, value)
    return f"{label}: {words}" if label else words


def _spoken(name: str, value: Any) -> str:
    if name.endswith(TIMES) or name in DAYS:
        return _time(value)
    match name:
        case "number" | "referral":
            return f"R{value}"
        case "groups":
            return "; ".join(str(DataGroup(code).label) for code in value)
        case "given_by":
            return _("the worker") if value == "worker" else _("somebody else")
        case "size":
            return filesizeformat(value)
        case _other:
            return _words(value)


def _words(value: Any) -> str:
    """A value as a person reads it."""
    if value is None or isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, dict):
        return str(value["label"]) if "label" in value else ", ".join(filter(None, map(str, value.values())))
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    return str(value)


def _labels() -> dict[str, str]:
    """What stands before a value in a list."""
    return {
        "sender": pgettext("copy", "From"),
        "receiver": pgettext("copy", "To"),
        **dict.fromkeys(("request", "wish"), pgettext("copy", "What was asked")),
        "reasons": _("Reasons"),
        "given_by": pgettext("copy", "Agreed by"),
        "onward": _("May be passed on to another responsible agency"),
        "override_reason": _("Why without consent"),
        "register_number": _("Register number"),
        "amount": _("Amount recovered"),
        "until": _("Until"),
        "valid_until": _("Valid until"),
        "added_by": _("Added by"),
        "sent_at": _("Sent"),
        "opened_at": _("Opened"),
        "ended_at": _("Ended"),
        "done_at": _("Done"),
        "dropped_at": _("Dropped"),
        "due_at": _("Due"),
        "stopped_at": _("Stopped"),
        "removed_at": _("Removed"),
        "withdrawn_at": _("Withdrawn"),
    }


def _time(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if len(text) <= len("2026-11-25"):
        return formats.date_format(moment, "j F Y")
    return formats.date_format(timezone.localtime(moment), "j F Y, H.i")
