"""A restricted case and the people around it, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from accounts.models import User
from accounts.roles import Supervisor
from accounts.tests.factories import make_user
from agencies.models import Partner, Topic
from agencies.tests.factories import make_partner, make_topic
from cases.models import Case

from .factories import make_case

WHY = "The shelter calls: she must be taken to hospital now."
GLASS = {"code": "danger", "why": WHY}


def violence() -> Topic:
    known = Topic.objects.filter(code="KEKERASAN_SEKSUAL").first()
    return known or make_topic(
        code="KEKERASAN_SEKSUAL", name_id="Kekerasan seksual", name_en="Sexual violence", restricted=True
    )


@dataclass(frozen=True)
class Team:
    """The case of a caseworker, two colleagues and a supervisor of the same partner, and somebody of another one."""

    partner: Partner
    caseworker: User
    colleague: User
    supervisor: User
    stranger: User
    case: Case


def make_team(**case: Any) -> Team:
    partner = make_partner()
    caseworker = make_user(partner=partner, full_name="Case Worker")
    return Team(
        partner=partner,
        caseworker=caseworker,
        colleague=make_user(partner=partner, full_name="Col League"),
        supervisor=make_user(partner=partner, role=Supervisor.code, full_name="Super Visor"),
        stranger=make_user(partner=make_partner()),
        case=make_case(by=caseworker, **{"topics": [violence()], **case}),
    )


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
