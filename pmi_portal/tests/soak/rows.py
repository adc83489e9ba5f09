"""How long each kind of row has been due, asked of the database past the portal: "no row older than its time plus one sweep"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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


SLOWEST = {  # seconds from asking to doing, of everything that was asked and done since the work began
    "referrals": "SELECT max(extract(epoch FROM sent_at - created_at))::float8 FROM referrals_referral"
    " WHERE created_at > %s",
    "e-mails": "SELECT max(extract(epoch FROM sent_at - created_at))::float8 FROM notifications_email"
    " WHERE created_at > %s",
}
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
    "links for a new password": Waiting(
        "accounts_passwordreset", "asked_at", "send-password-resets", "done_at IS NULL"
    ),
    "entries of the access log": Waiting(
        "privacy_logentry e",
        "at",
        "sequence-access-log",
        "NOT EXISTS (SELECT FROM privacy_logleaf leaf WHERE leaf.entry_id = e.id)",
    ),
    "tables of people": Waiting("agencies_peopleimport", "next_at", "work-on-tables-of-people"),
}


def slowest(connection: Any, since: datetime) -> dict[str, float]:
    """How long the slowest took, from being asked for to being done, whatever was tried in between."""
    found = {name: connection.execute(sql, [since]).fetchone()[0] for name, sql in SLOWEST.items()}
    return {name: float(seconds or 0) for name, seconds in found.items()}


def ages(connection: Any) -> dict[str, float]:
    """Seconds since the first row of each kind was due; 0 where none is."""
    found = {}
    for name, waiting in WAITING.items():
        row = connection.execute(waiting.sql).fetchone()
        found[name] = float(row[0])
    return found
