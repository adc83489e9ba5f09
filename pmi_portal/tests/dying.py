"""A process that does one act after the other, each in a child of its own that is killed at a given point of it.

`python -m pmi_portal.tests.dying DATABASE` reads one order a line as JSON: the act's name, what it is done with, and at which
point to die (0: nowhere; None: it is done here and not in a child, so that what is loaded and computed once is there for
every child). It answers with one line: the names of the points that were come to, and how the child ended.
A point is every statement just after it was executed, each commit just before and just after, and each e-mail likewise.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

import django


class Points:
    """Counts the points that an act comes to, tells each over a pipe, and dies at one of them."""

    def __init__(self, pipe: int, die_at: int) -> None:
        self.pipe, self.die_at, self.count = pipe, die_at, 0

    def come_to(self, name: str) -> None:
        self.count += 1
        os.write(self.pipe, f"{self.count:03} {name}\n".encode())
        if self.count == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        self.come_to(f"after {named(sql)}")
        return result

    def around(self, what: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **options: Any) -> Any:
            self.come_to(f"before {what}")
            result = real(*args, **options)
            self.come_to(f"after {what}")
            return result

        return wrapped


def named(sql: str) -> str:
    """The verb and the first table of a statement."""
    verb = sql.split(None, 1)[0].strip(";").upper()
    table = re.search(r'(?:FROM|INTO|UPDATE)\s+"?(\w+)', sql)
    return f"{verb} {table[1]}" if table else verb


def acts() -> dict[str, Callable[[dict[str, Any]], object]]:
    """Each act as the worker or a page does it."""
    from accounts.models import User
    from agencies.models import Partner
    from notifications import tasks as notifications
    from privacy.acting import as_partner
    from referrals import actions, tasks
    from referrals.models import Referral

    def of_a_person(act: Callable[..., object]) -> Callable[[dict[str, Any]], object]:
        def run(order: dict[str, Any]) -> object:
            by = User.objects.select_related("partner").get(pk=order["by"])
            with as_partner(by.partner_id):
                return act(by, Referral.objects.get(pk=order["referral"]), UUID(order["key"]), order)

        return run

    return {
        "route": lambda _order: tasks.route(),
        "notify": lambda _order: notifications.deliver(),
        "escalate": lambda _order: tasks.escalate(),
        "accept": of_a_person(lambda by, row, key, _order: actions.accept(by=by, referral=row, key=key)),
        "hand_over": of_a_person(
            lambda by, row, key, order: actions.hand_over(
                by=by, referral=row, key=key, text="Theirs.", to=Partner.objects.get(pk=order["to"])
            )
        ),
    }


def child(order: dict[str, Any], pipe: int) -> None:
    """Do the act, and die where the order says."""
    from django.core.mail import EmailMessage
    from django.db import connection

    points = Points(pipe, order["die_at"])
    connection.ensure_connection()
    database: Any = connection
    database._commit = points.around("the commit", database._commit)
    messages: Any = EmailMessage
    messages.send = points.around("sending", messages.send)
    with connection.execute_wrapper(points.statement):
        acts()[order["act"]](order)


def in_a_child(order: dict[str, Any]) -> dict[str, Any]:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        code = 1
        try:
            child(order, writer)
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as told:
        names = told.read().splitlines()
    _pid, status = os.waitpid(pid, 0)
    return {"points": names, "code": os.waitstatus_to_exitcode(status)}


def main() -> None:
    django.setup()
    from django.db import connections
    from django.utils import translation

    connections.databases["default"]["NAME"] = sys.argv[1]
    translation.activate("en")
    acts()  # imported once, here: a child begins at once
    for line in sys.stdin:
        order = json.loads(line)
        if order["die_at"] is None:
            acts()[order["act"]](order)
            connections.close_all()
            print("{}", flush=True)
        else:
            print(json.dumps(in_a_child(order)), flush=True)


if __name__ == "__main__":
    main()
