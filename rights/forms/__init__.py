"""What is well-formed."""

from .breaches import BreachForm, CandidatesForm, CaseListForm, ToldForm
from .requests import (
    CarryOutForm,
    CorrectedForm,
    DecideForm,
    IdentifyForm,
    RequestForm,
    ResumeForm,
    TellForm,
)
from .retention import HoldForm, LiftForm, RuleForm

__all__ = [
    "BreachForm",
    "CandidatesForm",
    "CarryOutForm",
    "CaseListForm",
    "CorrectedForm",
    "DecideForm",
    "HoldForm",
    "IdentifyForm",
    "LiftForm",
    "RequestForm",
    "ResumeForm",
    "RuleForm",
    "TellForm",
    "ToldForm",
]
