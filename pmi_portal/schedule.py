"""Which worker does what, and which sweep runs how often.

Each lane is a queue of its own in the broker, so that nothing slow stands before something urgent; a worker serves the
lanes it was told (`-Q`), by itself all of them. Sweeps wait in a list of their own beside each lane, where there is never
more than one of a kind (`beat`): a crowd of nudges does not push them back, and none has to expire by somebody's clock.
"""

from typing import Any

ROUTE, WORK, MAIL, LONG = LANES = ("route", "work", "mail", "long")
HOUR = 3600  # seconds

TASKS = {  # what is not named here goes to WORK
    "referrals.tasks.route": ROUTE,
    "notifications.tasks.deliver": MAIL,
    "rights.tasks.build_export": LONG,
    "rights.tasks.erase": LONG,
    "agencies.tasks.work_on_import": LONG,
    "imports.tasks.work_on_import": LONG,
    "bulk.tasks.work_on_bulk": LONG,
}
SWEEPS = {  # name: task, lane, seconds
    "route-waiting-referrals": ("referrals.tasks.sweep", ROUTE, 5),
    "look-at-clock": ("errands.tasks.look_at_clock", WORK, 5),
    "remind-of-referrals": ("referrals.tasks.escalate", WORK, 60),
    "tell-of-time-limits": ("cases.tasks.sweep", WORK, 60),
    "sweep-files-of-no-document": ("cases.tasks.sweep_files", LONG, 6 * HOUR),
    "scan-files": ("cases.tasks.scan_files", LONG, 60),
    "write-held-emails": ("notifications.tasks.write_held", WORK, 60),
    "tell-of-ending-consents": ("referrals.tasks.sweep_consents", WORK, HOUR),
    "sequence-access-log": ("privacy.tasks.sequence_log", WORK, 5),
    "checkpoint-access-log": ("privacy.tasks.checkpoint_log", LONG, HOUR),
    "send-password-resets": ("accounts.tasks.send_resets", WORK, 5),
    "clear-what-has-ended": ("accounts.tasks.sweep", WORK, HOUR),
    "remind-of-requests": ("rights.tasks.sweep", WORK, 60),
    "build-exports": ("rights.tasks.sweep_exports", LONG, 15),
    "erase-confirmed-cases": ("rights.tasks.sweep_erasures", LONG, 60),
    "propose-erasures": ("rights.tasks.propose_erasures", LONG, 6 * HOUR),
    "work-on-tables-of-people": ("agencies.tasks.sweep_imports", LONG, 10),
    "work-on-tables-of-old-cases": ("imports.tasks.sweep", LONG, 10),
    "work-on-many-cases": ("bulk.tasks.sweep", LONG, 10),
    "warn-of-agreements": ("administration.tasks.warn_of_agreements", WORK, HOUR),
    "lock-unused-accounts": ("agencies.tasks.lock_unused", WORK, HOUR),
    "remind-of-reviews": ("agencies.tasks.remind_of_reviews", WORK, HOUR),
    "deliver-due-emails": ("notifications.tasks.sweep", MAIL, 5),
    "deliver-to-slow-mailboxes": ("notifications.tasks.deliver_slow", LONG, 10),
}


def sweeps_of(lane: str) -> str:
    """The name of the list beside a lane in which its sweeps wait."""
    return f"{lane}.sweeps"


def queues() -> list[str]:
    """Every list of the broker that workers read."""
    return [name for lane in LANES for name in (lane, sweeps_of(lane))]


def beat_schedule() -> dict[str, dict[str, Any]]:
    """CELERY_BEAT_SCHEDULE."""
    return {
        name: {"task": task, "schedule": seconds, "options": {"queue": sweeps_of(lane)}}
        for name, (task, lane, seconds) in SWEEPS.items()
    }
