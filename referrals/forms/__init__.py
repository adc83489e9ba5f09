"""What is well-formed: referring, every act on a referral, and the filters of the lists."""

from .acts import (
    AcceptForm,
    AnswerForm,
    AskForm,
    ChooseForm,
    CompleteForm,
    DeclineForm,
    ReopenForm,
    ReportForm,
    WithdrawForm,
)
from .clocks import EndClockForm, ProvideForm, StartClockForm, StopClockForm
from .consent import ChangeConsentForm, ReviewForm, StoppedForm, WithdrawConsentForm
from .filters import FilterForm
from .joint import HandOverForm, InternalForm, LeadForm, MessageForm, PlanForm, ReferAgainForm, StepForm
from .letters import (
    CodeForm,
    EmailLetterForm,
    IssueForm,
    RecordAcceptForm,
    RecordAskForm,
    RegisterForm,
)
from .refer import ReferForm

__all__ = [
    "AcceptForm",
    "AnswerForm",
    "AskForm",
    "ChangeConsentForm",
    "ChooseForm",
    "CodeForm",
    "CompleteForm",
    "DeclineForm",
    "EmailLetterForm",
    "EndClockForm",
    "FilterForm",
    "HandOverForm",
    "InternalForm",
    "IssueForm",
    "LeadForm",
    "MessageForm",
    "PlanForm",
    "ProvideForm",
    "RecordAcceptForm",
    "RecordAskForm",
    "ReferAgainForm",
    "ReferForm",
    "RegisterForm",
    "ReopenForm",
    "ReportForm",
    "ReviewForm",
    "StartClockForm",
    "StepForm",
    "StopClockForm",
    "StoppedForm",
    "WithdrawConsentForm",
    "WithdrawForm",
]
