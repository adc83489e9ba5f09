"""Who is responsible for a complaint, and why.

`rank` is a pure function over plain facts; `ask` reads those facts from the database and calls it; `explain` says a
reason in one sentence.
"""

from .facts import Facts
from .lookup import ask, districts_for, place_suggestions, plain
from .placenames import normalise, resolve
from .questions import Answer, Candidate, DistrictFacts, MandateFacts, Question, Reason, TopicFacts, WhyNot
from .ranking import rank
from .reasons import explain

__all__ = [
    "Answer",
    "Candidate",
    "DistrictFacts",
    "Facts",
    "MandateFacts",
    "Question",
    "Reason",
    "TopicFacts",
    "WhyNot",
    "ask",
    "districts_for",
    "explain",
    "normalise",
    "place_suggestions",
    "plain",
    "rank",
    "resolve",
]
