"""Logs for tests."""

from datetime import UTC, datetime, timedelta

from privacy.choices import Verb
from privacy.models import LogEntry

BEGUN = datetime(2026, 3, 1, tzinfo=UTC)


def write(count: int) -> list[LogEntry]:
    """So many entries, a second apart, each different."""
    entries = [
        LogEntry(
            at=BEGUN + timedelta(seconds=number),
            verb=Verb.READ,
            actor_id=number % 7,
            role="caseworker",
            partner_id=number % 3,
            subjects=[f"case:{number}"],
            what="detail",
        )
        for number in range(count)
    ]
    return LogEntry.objects.bulk_create(entries, batch_size=5000)
