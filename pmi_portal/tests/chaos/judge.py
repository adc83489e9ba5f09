"""What is held against what: what people know they did, what the database holds, and what the mail server was given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .people import Act

EVENT = {
    "log": "logged",
    "refer": "referred",
    "accept": "accepted",
}  # the event each act writes under its key
ONCE = ("referred", "sent", "received", "accepted")  # events that a referral of these rounds has once at most


@dataclass
class Facts:
    """What is there: events by key and by referral, notices, e-mails by Message-ID, and what the server took."""

    by_key: Mapping[str, int]
    events: Mapping[str, Mapping[str, int]]  # referral > kind > how many
    notices: Mapping[tuple[str, str, str], int]  # referral, recipient, kind
    sent: Mapping[str, str]  # Message-ID of every e-mail that counts as sent > its recipient
    known: set[str]  # Message-ID of every e-mail there is
    taken: Mapping[tuple[str, str], int]


@dataclass
class Verdict:
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    repeated: int = 0  # e-mails that came again under the same id: their receivers can tell

    @property
    def is_good(self) -> bool:
        return not self.lost and not self.doubled


def judge(acts: Sequence[Act], facts: Facts) -> Verdict:
    """Everything that somebody was told is done is there once, and nothing is there that nobody did."""
    verdict = Verdict()
    for act in acts:
        there = facts.by_key.get(act.key, 0)
        if act.outcome == "done" and there == 0:
            verdict.lost.append(f"{act.kind} {act.object}: done, and no event of it")
        if there > 1:
            verdict.doubled.append(f"{act.kind} {act.object}: {there} events")
        if act.outcome == "done" and act.kind == "refer":
            _judge_referral(act.object, facts, verdict)
    _judge_mail(facts, verdict)
    return verdict


def _judge_referral(referral: str, facts: Facts, verdict: Verdict) -> None:
    events = facts.events.get(referral, {})
    if not events.get("sent"):
        verdict.lost.append(f"referral {referral} never reached its partner: {dict(events)}")
    for kind in ONCE:
        if events.get(kind, 0) > 1:
            verdict.doubled.append(f"referral {referral}: {events[kind]} times {kind}")
    told = {key: count for key, count in facts.notices.items() if key[0] == referral}
    if not any(kind == "sent" for _referral, _who, kind in told):
        verdict.lost.append(f"referral {referral}: nobody was told")
    verdict.doubled += [f"notice {key}: {count}" for key, count in told.items() if count > 1]


def _judge_mail(facts: Facts, verdict: Verdict) -> None:
    received = Counter[str]()
    recipients: dict[str, set[str]] = {}
    for (message, recipient), count in facts.taken.items():
        received[message] += count
        recipients.setdefault(message, set()).add(recipient)
    verdict.lost += [f"e-mail {message} counts as sent" for message in facts.sent if not received[message]]
    verdict.doubled += [
        f"e-mail {message} of no transaction" for message in received if message not in facts.known
    ]
    for message, count in received.items():
        if count > 1:
            verdict.repeated += count - 1
        if len(recipients[message]) > 1:
            verdict.doubled.append(f"e-mail {message} went to two addresses")


def gather(connection: Any, acts: Iterable[Act], taken: Mapping[tuple[str, str], int]) -> Facts:
    """The facts about these acts, from the database and the mail server's memory."""
    acts = list(acts)
    keys = [act.key for act in acts]
    referrals = [act.object for act in acts if act.kind == "refer" and act.outcome == "done"]
    by_key = connection.execute(
        "SELECT key::text, count(*) FROM cases_caseevent WHERE key = ANY(%s::uuid[]) GROUP BY key", [keys]
    )
    events: dict[str, dict[str, int]] = {}
    for referral, kind, count in connection.execute(
        "SELECT referral_id::text, kind, count(*) FROM cases_caseevent"
        " WHERE referral_id = ANY(%s::uuid[]) GROUP BY referral_id, kind",
        [referrals],
    ):
        events.setdefault(referral, {})[kind] = count
    paths = {f"/referrals/{referral}/": referral for referral in referrals}
    notices = connection.execute(
        "SELECT path, recipient_id::text, kind, count(*) FROM notifications_notification"
        " WHERE path = ANY(%s) GROUP BY path, recipient_id, kind",
        [list(paths)],
    )
    emails = connection.execute('SELECT message_id, "to", state FROM notifications_email').fetchall()
    return Facts(
        by_key=dict(by_key.fetchall()),
        events=events,
        notices={(paths[path], who, kind): count for path, who, kind, count in notices.fetchall()},
        sent={message: to for message, to, state in emails if state == "sent"},
        known={message for message, _to, _state in emails},
        taken=taken,
    )
