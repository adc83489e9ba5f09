"""Who decides how long cases are kept, and lifts a hold; nothing here needs a database."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Caseworker, DataProtectionOfficer, PartnerAdmin, PortalAdmin, Supervisor
from cases.models import Case
from rights import rules
from rights.models import LegalHold

HERE, ELSEWHERE = 1, 2


@pytest.mark.parametrize(
    ("role", "partner", "may"),
    [
        (Supervisor, HERE, True),
        (DataProtectionOfficer, HERE, True),
        (Supervisor, ELSEWHERE, False),
        (DataProtectionOfficer, ELSEWHERE, False),
        (DataProtectionOfficer, None, False),
        (Caseworker, HERE, False),
        (PartnerAdmin, HERE, False),
        (PortalAdmin, None, False),
    ],
)
def test_those_who_decide_on_the_own_partners_cases_lift_a_hold_once(
    role: Any, partner: int | None, may: bool
) -> None:
    user, case = User(role=role.code, partner_id=partner), Case(partner_id=HERE)
    assert rules.decides_on(user, case) is may
    assert rules.can_lift(user, LegalHold(case=case)) is may
    assert not rules.can_lift(user, LegalHold(case=case, lifted_at=datetime.now(tz=UTC)))
