"""An entry's bytes say every column, and the same whatever zone it is read in."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from privacy.log.serial import entry_bytes
from privacy.models import LogEntry

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def entry(**fields: Any) -> LogEntry:
    return LogEntry(
        **{
            "pk": 7,
            "at": AT,
            "verb": "read",
            "actor_id": 3,
            "role": "officer",
            "partner_id": 5,
            "subjects": ["case:1", "case:2"],
            "what": "detail",
            **fields,
        }
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"pk": 8},
        {"at": AT + timedelta(microseconds=1)},
        {"verb": "wrote"},
        {"actor_id": None},
        {"actor_id": 30},
        {"role": ""},
        {"partner_id": None},
        {"owners": [5]},
        {"owners": [], "subjects": ["1", "case:1", "case:2"]},
        {"subjects": ["case:1"]},
        {"subjects": ["case:2", "case:1"]},
        {"subjects": ["case:1case:2"]},
        {"what": ""},
        {"subjects": ["case:1", "case:2", "detail"], "what": ""},
        {"role": "", "what": "officerdetail"},
    ],
)
def test_any_other_entry_has_other_bytes(fields: dict[str, Any]) -> None:
    assert entry_bytes(entry(**fields)) != entry_bytes(entry())


def test_the_zone_in_which_the_time_was_read_makes_no_difference() -> None:
    jayapura = AT.astimezone(timezone(timedelta(hours=9)))
    assert entry_bytes(entry(at=jayapura)) == entry_bytes(entry())


def test_the_format_stays_what_it_was_to_the_byte() -> None:
    """Logs of years are proved with it: four bytes of length before each part, numbers as digits, nothing as no digit."""
    written = entry(owners=[5, 12], actor_id=None, what="d", reason="r\ud800")
    parts = [
        "pmi-portal access log 1",
        "7",
        "1772366400123456",
        "read",
        "",
        "officer",
        "5",
        "2",
        "5",
        "12",
        "2",
    ]
    parts += ["case:1", "case:2", "d", "r\ud800"]
    content = [part.encode("utf-8", "surrogatepass") for part in parts]
    assert entry_bytes(written) == b"".join(bytes([0, 0, 0, len(part)]) + part for part in content)
