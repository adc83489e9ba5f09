"""Topics, outcomes, deadlines and reminders."""

from ..choices import GUARDED_TOPICS, Recipients
from ..models import Deadline, EscalationStep, Outcome, Topic
from .csvfiles import marked, read, several
from .merge import Tally, merge

# Our own addition: when half of the time has passed, at the deadline, and when half as much again has passed.
REMINDERS = (
    (50, [Recipients.MOVER]),
    (100, [Recipients.MOVER_SUPERVISORS, Recipients.OTHER_SIDE]),
    (150, [Recipients.PORTAL]),
)


def load_topics() -> Tally:
    rows = {
        row["code"]: {
            "name_id": row["name_id"],
            "name_en": row["name_en"],
            "position": position,
            "stage": row["stage"],
            "default_urgency": row["default_urgency"],
            "typical_agencies": several(row["typical_agency"]),
            "restricted": row["code"] in GUARDED_TOPICS,
            **marked(row["source"]),
        }
        for position, row in enumerate(read("complaint_categories.csv"), start=1)
    }
    return merge(Topic, rows, kind="topics")


def load_outcomes() -> Tally:
    rows = {
        row["code"]: {
            "name_id": row["name_id"],
            "name_en": row["name_en"],
            "position": position,
            "outcome_class": row["class"],
            "extra_fields": several(row["extra_fields"]),
            **marked(row["source"]),
        }
        for position, row in enumerate(read("outcomes.csv"), start=1)
    }
    return merge(Outcome, rows, kind="outcomes")


def load_deadlines() -> Tally:
    rows = {
        row["code"]: {
            "topic": row["topic"],
            "duty": row["duty"],
            "value": int(row["value"]),
            "unit": row["unit"],
            "counting": row["counting"],
            "basis": row["basis"],
            **marked(row["source"]),
        }
        for row in read("deadlines.csv")
    }
    return merge(Deadline, rows, kind="deadlines")


def load_reminders() -> Tally:
    """The reminders that a portal begins with. Once there is one, all of them are the admins' to decide on."""
    tally = Tally("reminders", unchanged=EscalationStep.objects.count())
    if not tally.unchanged:
        steps = [
            EscalationStep(level=level, percent=percent, recipients=people)
            for level, (percent, people) in enumerate(REMINDERS, start=1)
        ]
        tally.added = len(EscalationStep.objects.bulk_create(steps))
    return tally
