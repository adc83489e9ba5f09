"""Forms that come a second time under their key and say something else: neither of the two texts is lost."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from agencies.tests.factories import make_outcome
from cases import closing, settlements
from cases.choices import SettlementState
from cases.closing import ClosingRefused, Ending
from cases.models import Case

from .factories import make_case

pytestmark = pytest.mark.django_db

PENDING = SettlementState.PENDING


def in_days(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)


def close(case: Case, **fields: Any) -> Case:
    key = fields.pop("key", None)
    ending = Ending(make_outcome(code="DAMAI") if not case.outcome else case.outcome, "Agreed.", **fields)
    return closing.close(by=case.created_by, case=case, ending=ending, key=key)


def test_a_case_closed_with_another_day_to_ask_on_is_refused():
    case, key = make_case(), uuid4()
    case = close(case, settled=PENDING, settlement_due=in_days(3), key=key)
    assert close(case, settled=PENDING, settlement_due=in_days(3), key=key) == case
    with pytest.raises(ClosingRefused, match="sent before"):
        close(case, settled=PENDING, settlement_due=in_days(9), key=key)
    case.refresh_from_db()
    assert case.settlement_due == in_days(3)


@pytest.mark.parametrize("other", [{"due": 9}, {"amount_recovered": Decimal(7)}])
def test_a_follow_up_with_another_day_or_amount_is_refused(other):
    case = close(make_case(), settled=PENDING, settlement_due=in_days(3))
    first: dict[str, Any] = {"due": 5, "amount_recovered": Decimal(6), "currency": "MYR"}
    key = uuid4()

    def follow_up(due: int, **fields: Any) -> Case:
        return settlements.follow_up(
            by=case.created_by,
            case=case,
            version=case.version,
            state=PENDING,
            note="Half is paid.",
            due=in_days(due),
            key=key,
            **fields,
        )

    assert follow_up(**first) == follow_up(**first)
    with pytest.raises(settlements.FollowUpRefused, match="sent before"):
        follow_up(**{**first, **other})
