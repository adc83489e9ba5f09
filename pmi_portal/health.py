"""How the portal is: /healthz names each part for people and monitors, /livez and /readyz answer a load balancer.

A web process is live while it answers at all; whoever watches over it starts it anew when it does not. It is ready while it can
do its work: the broker may be away then, since everything is a row first, but not the database, nor a migration be missing, nor a restore be under way.
"""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

import psycopg
import redis
from celery import current_app
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from psycopg import sql
from psycopg_pool import PoolTimeout

from .backup import mark
from .beat import SEEN_KEY
from .broker import LIMIT, impatient

logger = logging.getLogger(__name__)


class Unwell(Exception):
    """Why a part does not work; names nothing a stranger may not know."""


def check_database() -> None:
    """Ask on a connection of its own: waiting for one of the pool could take longer than a monitor waits.

    It takes the role that every page takes: without it none would open.
    """
    parameters = connection.get_connection_params()
    for django_only in ("pool", "cursor_factory", "context", "prepare_threshold"):
        parameters.pop(django_only, None)
    try:
        with psycopg.connect(**parameters | {"connect_timeout": 2}) as database:
            database.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(settings.DATABASE_ROLE)))
    except psycopg.Error as error:
        raise Unwell("does not answer") from error


def check_pages() -> None:
    """The database as the pages find it, over the connections that they have: there may be no other one to be had."""
    _ask("SELECT 1")


def check_migrations() -> None:
    """Migrations that the database has and this code does not know are a newer version's, and do no harm."""
    applied = set(_ask("SELECT app, name FROM django_migrations"))
    if missing := len(_migrations() - applied):
        raise Unwell(f"{missing} migrations are missing")


def check_restore() -> None:
    """Where a restore has not come to its end, people who were erased may be back and links of then be open."""
    if _ask(mark.QUESTION):
        raise Unwell("a restore has not come to its end")


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Those that this code brings along."""
    return frozenset(MigrationLoader(None).disk_migrations or ())


def _ask(question: str | sql.Composed) -> list[tuple[Any, ...]]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return list(cursor.fetchall())
    except (Error, PoolTimeout) as error:
        raise Unwell("does not answer") from error


def check_broker() -> None:
    try:
        with impatient() as broker:
            broker.ping()
    except redis.RedisError as error:
        raise Unwell("does not answer") from error


def check_worker() -> None:
    """Any one worker that answers is enough."""
    if not current_app.control.ping(timeout=LIMIT, limit=1):
        raise Unwell(f"none answered within {LIMIT} s")


def check_beat() -> None:
    with impatient() as broker:
        if not broker.exists(SEEN_KEY):
            raise Unwell("not seen lately")


def _result(check: Callable[[], None]) -> str:
    """ "ok", or why the part does not work, for anybody's eyes."""
    try:
        check()
    except Unwell as reason:
        return str(reason)
    except Exception:  # a health page that fails says nothing; the log has the rest
        logger.exception("%s failed", check.__name__)
        return "failed; see the log"
    return "ok"


def parts() -> dict[str, str]:
    """Each part by name: "ok", or why it does not work, fit for anybody's eyes."""
    found = {"database": _result(check_database), "broker": _result(check_broker)}
    if found["broker"] == "ok":
        return found | {"worker": _result(check_worker), "beat": _result(check_beat)}
    return found | {"worker": "unknown without the broker", "beat": "unknown without the broker"}


@transaction.non_atomic_requests
@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """JSON naming database, broker, worker and beat, each `ok` or why not. 200 when all are, else 503."""
    found = parts()
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)


@transaction.non_atomic_requests
@login_not_required
@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """200: this process answers. It asks nobody else, so that no process is ended because the database is away."""
    return JsonResponse({"web": "ok"})


@transaction.non_atomic_requests
@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 while this process can do its work, else 503: its database answers, has every migration of this code, and is not
    restored in part."""
    found = {
        "database": _result(check_pages),
        "migrations": _result(check_migrations),
        "restore": _result(check_restore),
    }
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)
