"""Topics, outcomes and deadlines."""

from ..models import Deadline, Outcome, Topic
from .csvfiles import marked, read, several
from .merge import Tally, merge

# Our own addition: their cases are for named staff only.
RESTRICTED_TOPICS = frozenset({"KEKERASAN_SEKSUAL", "TPPO", "ONLINE_SCAM"})


def load_topics() -> Tally:
    rows = {
        row["code"]: {
            "name_id": row["name_id"],
            "name_en": row["name_en"],
            "position": position,
            "stage": row["stage"],
            "default_urgency": row["default_urgency"],
            "typical_agencies": several(row["typical_agency"]),
            "restricted": row["code"] in RESTRICTED_TOPICS,
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
            "basis": row["basis"],
            **marked(row["source"]),
        }
        for row in read("deadlines.csv")
    }
    return merge(Deadline, rows, kind="deadlines")
