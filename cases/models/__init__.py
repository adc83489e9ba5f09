"""Worker, case, consent, events, drafts."""

from .case import Case, CaseCounter
from .consent import Consent
from .draft import IntakeDraft
from .event import CaseEvent
from .worker import Worker

__all__ = ["Case", "CaseCounter", "CaseEvent", "Consent", "IntakeDraft", "Worker"]
