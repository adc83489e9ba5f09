"""What is well-formed."""

from .acts import AssignForm, NikForm, NoteForm
from .complaint import ComplaintForm
from .edit import EditForm
from .filters import CaseFilterForm
from .intake import IntakeForm, draft_key, typed
from .keyed import KeyedForm

__all__ = [
    "AssignForm",
    "CaseFilterForm",
    "ComplaintForm",
    "EditForm",
    "IntakeForm",
    "KeyedForm",
    "NikForm",
    "NoteForm",
    "draft_key",
    "typed",
]
