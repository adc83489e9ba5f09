"""Who suspends and reactivates whom; nothing here needs a database."""

from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Caseworker, PartnerAdmin, PortalAdmin
from agencies import rules

HERE, ELSEWHERE = 1, 2


@pytest.mark.parametrize(
    ("role", "partner", "manages"),
    [
        (PartnerAdmin, HERE, True),
        (PortalAdmin, None, True),
        (PartnerAdmin, ELSEWHERE, False),
        (Caseworker, HERE, False),
    ],
)
def test_who_works_is_suspended_and_who_is_suspended_is_reactivated(
    role: Any, partner: int | None, manages: bool
) -> None:
    admin = User(pk=1, role=role.code, partner_id=partner)
    works = User(pk=2, role=Caseworker.code, partner_id=HERE, is_active=True)
    suspended = User(pk=3, role=Caseworker.code, partner_id=HERE, is_active=False)
    assert rules.can_suspend(admin, works) is manages
    assert rules.can_reactivate(admin, suspended) is manages
    assert not rules.can_suspend(admin, suspended)
    assert not rules.can_reactivate(admin, works)
    admin.partner_id, admin.is_active = HERE, False
    assert not rules.can_reactivate(admin, admin)
