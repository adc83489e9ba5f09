"""Cases for tests, made by the same action that the pages call."""

from datetime import date
from typing import Any

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner, make_province, make_regency, make_topic
from cases import actions
from cases.models import Case


def worker_fields(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Contoh Melati",
        "sex": "female",
        "home_province": make_province(),
        "home_regency": make_regency(),
        **fields,
    }


def case_fields(**fields: Any) -> dict[str, Any]:
    return {
        "reporter_type": "family",
        "reporter_relation": "spouse",
        "reporter_name": "Contoh Pelapor",
        "reporter_contact": "0800-000-001",
        "stage": "during",
        "country": "MY",
        "place": "Johor Bahru",
        "procedural_status": "unknown",
        "urgency": "normal",
        "urgency_suggested": "normal",
        "chronology": "The wages have not been paid for three months.",
        "demands": "Payment of the wages.",
        **fields,
    }


def make_case(
    *, by: User | None = None, worker: dict[str, Any] | None = None, topics: Any = None, **fields: Any
) -> Case:
    by = by or make_user(partner=make_partner())
    return actions.log(
        by=by,
        worker=_with_days(worker_fields(**(worker or {}))),
        case=_with_days(case_fields(**fields)),
        topics=topics if topics is not None else [make_topic()],
    )


def _with_days(fields: dict[str, Any]) -> dict[str, Any]:
    """Days that a test wrote as text are days, as a form makes them."""
    days = ("birth_date", "incident_date", "departure_date")
    written = {name: value for name, value in fields.items() if name in days and isinstance(value, str)}
    return fields | {name: date.fromisoformat(value) for name, value in written.items()}
