"""How long a session lives, and one's sessions in words.

A session ends after SESSION_IDLE_MINUTES without a person doing anything, and after SESSION_MAX_HOURS whatever they do
(OWASP ASVS 5.0.0, 7.3.1 and 7.3.2). Its two moments are written into it when somebody signs in, by whichever door; a
session without them has ended. What pages ask for by themselves (header X-Background) is nothing a person does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.core.management import call_command
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from . import security
from .models import User

BEGAN, ACTIVE = "signed_in_at", "active_at"  # seconds since the epoch, in the session
WRITTEN_EVERY = 1 / 30  # of the idle time: a click within it is not worth a write
BACKGROUND = "X-Background"


def begin(sender: Any, request: HttpRequest | None, **rest: Any) -> None:
    """Start the clock. Receiver of Django's signal user_logged_in, which every door passes (see apps.py)."""
    if request is not None:
        request.session[BEGAN] = request.session[ACTIVE] = int(time.time())


def confirmed(sender: Any, request: HttpRequest, reauthenticated: bool = False, **rest: Any) -> None:
    """Go on under a new key when somebody has shown again who they are (OWASP ASVS 5.0.0, 7.2.4).

    Receiver of django-allauth's signal authentication_step_completed; signing in makes a new key by itself.
    """
    if reauthenticated:
        renew(request)


def renew(request: HttpRequest) -> None:
    """Give the session another key. The old one opens nothing any more; the person's list names the session as before."""
    assert isinstance(request.user, User)
    old = request.session.session_key
    update_session_auth_hash(request, request.user)
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def why_over(session: SessionBase) -> str:
    """Why this session has ended: "idle", "long", or nothing while it has not."""
    now = time.time()
    if now - session.get(ACTIVE, 0) > settings.SESSION_IDLE_MINUTES * 60:
        return "idle"
    return "long" if now - session.get(BEGAN, 0) > settings.SESSION_MAX_HOURS * 3600 else ""


def ends_at(session: SessionBase) -> int:
    """When the session ends even if the person goes on working, in seconds since the epoch."""
    return int(session.get(BEGAN, 0) + settings.SESSION_MAX_HOURS * 3600)


def began_within(session: SessionBase, seconds: float) -> bool:
    """Whether the person signed in not longer ago than that."""
    return time.time() - session.get(BEGAN, 0) <= seconds


def note_activity(request: HttpRequest) -> None:
    """Put the end off, unless the page asked for this by itself."""
    now = int(time.time())
    pause = settings.SESSION_IDLE_MINUTES * 60 * WRITTEN_EVERY
    if BACKGROUND in request.headers or now - request.session.get(ACTIVE, 0) < pause:
        return
    request.session[ACTIVE] = now
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())


def end(request: HttpRequest, person: User, why: str) -> None:
    """End the session of this request."""
    security.tell("session_ended", person=person, why=why)
    logout(request)


@dataclass(frozen=True)
class SessionInWords:
    """One session as its owner reads it."""

    pk: int
    device: str
    began: datetime
    seen: datetime
    current: bool


def of(person: User, current_key: str | None) -> list[SessionInWords]:
    """This person's sessions that are alive, this one first, then the one seen last."""
    rows = UserSession.objects.purge_and_list(person)
    told = [
        SessionInWords(
            pk=row.pk,
            device=device_in_words(row.user_agent),
            began=row.created_at,
            seen=row.last_seen_at,
            current=row.session_key == current_key,
        )
        for row in rows
    ]
    return sorted(told, key=lambda session: (not session.current, -session.seen.timestamp()))


BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
    *(("CrOS", "Chromebook"), ("Mac OS", "Mac"), ("Linux", "Linux")),
)


def device_in_words(user_agent: str) -> str:
    """Name browser and machine: "Firefox, Windows". Which place it is in is not known here."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), _("Unknown browser"))
    system = next((name for sign, name in SYSTEMS if sign in user_agent), _("unknown device"))
    return f"{browser}, {system}"


def sweep() -> int:
    """Remove what sessions that have ended left in the database; how many of them people had listed."""
    call_command("clearsessions")
    ended = [row for row in UserSession.objects.all().iterator() if not row.exists()]
    for row in ended:
        row.delete()
    return len(ended)
