"""What is well-formed."""

from accounts.keyed import KeyedForm

from .access import GlassForm, GlassReviewForm, LiftForm, NameForm, RestrictForm
from .acts import AssignForm, NikForm, NoteForm, PersonForm
from .closing import CloseForm, ReopenForm, SettlementForm
from .complaint import ComplaintForm
from .documents import DocumentForm
from .edit import EditForm
from .filters import CaseFilterForm
from .intake import IntakeForm, draft_key, typed
from .log import LogFilterForm
from .police import NotReportedForm, ReportedForm

__all__ = [
    "AssignForm",
    "CaseFilterForm",
    "CloseForm",
    "ComplaintForm",
    "DocumentForm",
    "EditForm",
    "GlassForm",
    "GlassReviewForm",
    "IntakeForm",
    "KeyedForm",
    "LiftForm",
    "LogFilterForm",
    "NameForm",
    "NikForm",
    "NotReportedForm",
    "NoteForm",
    "PersonForm",
    "ReopenForm",
    "ReportedForm",
    "RestrictForm",
    "SettlementForm",
    "draft_key",
    "typed",
]
