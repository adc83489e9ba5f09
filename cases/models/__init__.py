"""Worker, case, consent, documents, clocks, events, drafts."""

from .access import CaseAccess
from .case import Case, CaseCounter
from .clock import Clock
from .consent import Consent
from .document import Document
from .draft import IntakeDraft
from .event import CaseEvent
from .worker import Worker

__all__ = [
    "Case",
    "CaseAccess",
    "CaseCounter",
    "CaseEvent",
    "Clock",
    "Consent",
    "Document",
    "IntakeDraft",
    "Worker",
]
