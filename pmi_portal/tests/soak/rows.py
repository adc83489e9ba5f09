"""How long each kind of row has been due, asked of the database past the portal: "no row older than its time plus one sweep"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pmi_portal.schedule import SWEEPS

SQL = "SELECT coalesce(extract(epoch FROM now() - min({at})), 0)::float8 FROM {table} WHERE {waits} AND {at} <= now()"


@dataclass(frozen=True)
class Waiting:
    """Rows of a table that a sweep looks for: those that `waits` says, from the time in the column `at`."""

    table: str
    at: str
    sweep: str  # its name in the schedule
    waits: str = "true"

    @property
    def every(self) -> int:
        """Seconds from one sweep to the next."""
        return SWEEPS[self.sweep][2]

    @property
    def sql(self) -> str:
        return SQL.format(at=self.at, table=self.table, waits=self.waits)


WAITING = {
    "referrals": Waiting("referrals_referral", "route_at", "route-waiting-referrals", "state = 'waiting'"),
    "e-mails": Waiting("notifications_email", "next_at", "deliver-due-emails", "state = 'due'"),
    "held notices": Waiting("notifications_notification", "email_at", "write-held-emails"),
    "reminders of referrals": Waiting("referrals_referral", "escalate_at", "remind-of-referrals"),
    "time limits": Waiting("cases_clock", "next_at", "tell-of-time-limits"),
    "workers' requests": Waiting("rights_datarequest", "next_at", "remind-of-requests"),
    "breaches": Waiting("rights_breach", "next_at", "remind-of-requests"),
    "copies of data": Waiting("rights_dataexport", "next_at", "build-exports", "state = 'waiting'"),
    "erasures": Waiting(
        "rights_erasure", "next_at", "erase-confirmed-cases", "state = 'confirmed' AND NOT stuck"
    ),
    "tables of people": Waiting("agencies_peopleimport", "next_at", "work-on-tables-of-people"),
}


def ages(connection: Any) -> dict[str, float]:
    """Seconds since the first row of each kind was due; 0 where none is."""
    found = {}
    for name, waiting in WAITING.items():
        row = connection.execute(waiting.sql).fetchone()
        found[name] = float(row[0])
    return found
