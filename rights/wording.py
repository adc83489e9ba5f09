"""A request in words: what is to be done next, what is known, and what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from cases.timeline import Entry

from .choices import AskedBy, RequestState
from .forms.requests import correctable
from .models import DataRequest


def next_step(row: DataRequest) -> str:
    """What has to be done now, in a few words; empty when it is finished."""
    return {
        RequestState.RECEIVED: _("Check the identity"),
        RequestState.IDENTIFIED: _("Decide"),
        RequestState.GRANTED: _("Carry it out"),
        RequestState.DONE: _("Tell whoever asked"),
        RequestState.REFUSED: _("Tell whoever asked"),
        RequestState.TOLD: "",
    }[RequestState(row.state)]


def facts(row: DataRequest) -> list[dict[str, Any]]:
    """What is known of the request, for the component definition_list."""
    who = str(AskedBy(row.asked_by).label)
    pairs = [
        (_("Who asks"), f"{who}: {row.asker}" if row.asker else who),
        (_("Proof that they may act for the worker"), row.proof),
        (_("What they ask, in their own words"), row.wish),
        (_("How it came"), row.get_channel_display()),
        (_("How to answer safely"), row.contact),
    ]
    return [{"label": label, "value": value} for label, value in pairs if value]


def history(row: DataRequest, *, reads: bool) -> list[Entry]:
    """What was done, the newest first, for the component timeline. Texts only for who reads them."""
    told = [
        _entry(
            row.told_at, row.told_by, _("Told"), str(row.get_told_channel_display()), "chat-left-text", "good"
        ),
        _entry(
            row.done_at, row.done_by, _("Carried out"), _corrected(row) if reads else "", "list-check", "good"
        ),
        _decided(row, reads=reads),
        _entry(
            row.identified_at,
            row.identified_by,
            _("Identity checked"),
            _joined(row.get_identity_way_display(), row.identity_note if reads else ""),
            "person",
            "neutral",
        ),
        _entry(row.recorded_at, row.recorded_by, _("Written down"), "", "journal-plus", "neutral"),
    ]
    return [entry for entry in told if entry is not None]


def _decided(row: DataRequest, *, reads: bool) -> Entry | None:
    title = _("Refused") if row.was_refused else _("Granted")
    text = _joined(row.get_ground_display(), row.decision_note if reads else "")
    icon, tone = ("x-circle", "bad") if row.was_refused else ("check-circle", "good")
    return _entry(row.decided_at, row.decided_by, title, text, icon, tone)


def _corrected(row: DataRequest) -> str:
    names = dict(correctable())
    return ", ".join(names.get(name, name) for name in row.corrected)


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _entry(at: datetime | None, by: User | None, title: str, text: str, icon: str, tone: str) -> Entry | None:
    if at is None:
        return None
    return Entry(
        at=at,
        title=title,
        actor_name=by.full_name if by else _("Portal"),
        partner_name="",
        text=text,
        icon=icon,
        tone=tone,
    )
