"""A team with cases, and acts on them that have come as far as a test needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models.functions import Now

from accounts.models import User
from accounts.roles import Supervisor
from accounts.tests.factories import make_user
from agencies.models import Partner, Topic
from agencies.tests.factories import make_partner, make_topic
from bulk import actions, working
from bulk.choices import Kind
from bulk.models import BulkAct
from cases.models import Case
from cases.tests.factories import make_case


@dataclass(frozen=True)
class Team:
    """A supervisor, a caseworker with cases, a colleague without; and a stranger with a case of another partner."""

    partner: Partner
    supervisor: User
    caseworker: User
    colleague: User
    stranger: User
    cases: list[Case]
    other: Case


def make_team(count: int = 3) -> Team:
    partner = make_partner()
    caseworker = make_user(partner=partner, full_name="Case Worker")
    stranger = make_user(partner=make_partner(), role=Supervisor.code)
    return Team(
        partner=partner,
        supervisor=make_user(partner=partner, role=Supervisor.code, full_name="Super Visor"),
        caseworker=caseworker,
        colleague=make_user(partner=partner, full_name="Col League"),
        stranger=stranger,
        cases=[make_case(by=caseworker) for _number in range(count)],
        other=make_case(by=stranger),
    )


def new_topic() -> Topic:
    return make_topic(code="PASPOR_DITAHAN", name_id="Paspor ditahan", name_en="Passport withheld")


def prepared(by: User, cases: list[Case], kind: Kind = Kind.ASSIGN, **asked: str) -> BulkAct:
    """An act on these cases, or with `asked` on all that the list shows when asked so."""
    references = [case.reference for case in cases]
    return actions.prepare(by=by, kind=kind, key=uuid4(), references=references, asked=asked or None)


def confirmed(
    by: User, cases: list[Case], kind: Kind = Kind.ASSIGN, *, asked: Any = None, **values: Any
) -> BulkAct:
    act = prepared(by, cases, kind, **(asked or {}))
    return actions.confirm(by=by, act=act, values=values)


def worked(act: BulkAct) -> BulkAct:
    """The act, once the worker has nothing more to do with it."""
    while working.work(act.pk):
        pass
    act.refresh_from_db()
    return act


def done(
    by: User, cases: list[Case], kind: Kind = Kind.ASSIGN, *, asked: Any = None, **values: Any
) -> BulkAct:
    return worked(confirmed(by, cases, kind, asked=asked, **values))


def due_again(act: BulkAct) -> None:
    """As if the lease of whoever had it were over."""
    BulkAct.objects.filter(pk=act.pk).update(next_at=Now() - timedelta(seconds=1))


def results(act: BulkAct) -> dict[int, str]:
    """By the number of each case why it was left out, or nothing."""
    return {case: result for piece in act.pieces.all() for case, result in piece.told()}
