"""What `manage.py check` says about settings that would open the portal without anybody noticing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import connection

from .backup import mark

LOCAL = ("localhost", "127.0.0.1", "[::1]", "testserver")


@register(Tags.security)
def only_this_machine_sees_the_demo(**_kwargs: Any) -> list[CheckMessage]:
    """DEMO and DEBUG never stand behind a name that others reach."""
    names = [
        name
        for name in (*settings.ALLOWED_HOSTS, urlsplit(settings.PORTAL_URL).hostname)
        if name not in LOCAL
    ]
    dangers = {
        "DEMO": "has accounts whose passwords everybody knows",
        "DEBUG": "shows what it knows with every error",
    }
    return [
        Error(f"{name} {danger}, and the portal answers to {names[0]}: switch it off.", id="portal.E001")
        for name, danger in dangers.items()
        if getattr(settings, name) and names
    ]


@register(Tags.database)
def no_restore_broke_off(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """`check --database default`, and with it `migrate`, refuses a database that is restored in part."""
    if not databases:
        return []
    connection.ensure_connection()
    return [Error(mark.HALF, id="portal.E002")] if mark.stands(connection.connection) else []


@register(Tags.security, deploy=True)
def the_door_is_as_it_should_be(**_kwargs: Any) -> list[CheckMessage]:
    """What production has and a trial may lack."""
    found: list[CheckMessage] = []
    if not getattr(settings, "MFA_REQUIRED", True):
        found.append(Warning("MFA_REQUIRED is off: a password alone opens every case.", id="portal.W001"))
    if settings.HTTPS and not settings.PORTAL_URL.startswith("https://"):
        found.append(Warning("PORTAL_URL is not https: links in e-mails lead past TLS.", id="portal.W002"))
    if settings.LOG_FORMAT not in ("json", "line"):
        found.append(
            Warning("LOG_FORMAT is neither json nor line; lines to read are written.", id="portal.W003")
        )
    if not settings.HTTPS:
        found.append(
            Warning("HTTPS is off: cookies and personal data travel in the clear.", id="portal.W004")
        )
    if not settings.CLAMAV_SOCKET:
        found.append(
            Info("CLAMAV_SOCKET is empty: uploaded files are not scanned for viruses.", id="portal.I001")
        )
    return found
