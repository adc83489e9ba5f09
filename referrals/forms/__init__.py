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
from .filters import FilterForm
from .refer import ReferForm

__all__ = [
    "AcceptForm",
    "AnswerForm",
    "AskForm",
    "ChooseForm",
    "CompleteForm",
    "DeclineForm",
    "FilterForm",
    "ReferForm",
    "ReopenForm",
    "ReportForm",
    "WithdrawForm",
]
