"""The acts of a receiver without accounts, as the sender writes them down: each like the receiver's own, and marked."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .. import forms, rules
from ..models import Referral
from . import acts, paper_acts
from .act import Act


def _recorded(act: Act, **words: object) -> Act:
    """The same act, done by the sender for the receiver."""
    rule: Callable[..., bool] = act.rule
    own = {
        "name": f"record_{act.name}",
        "side": rules.is_sender,
        "rule": partial(rule, recorded=True),
        "action": partial(act.action, recorded=True),
        "done": _("The agency's answer is recorded."),
        "submit": _("Record the answer"),
        "tone": "quiet",
    }
    return replace(act, **(own | words))  # type: ignore[arg-type]  # a dictionary has one type of value only


ACCEPT = _recorded(acts.ACCEPT, label=_("The agency accepts"), form=forms.RecordAcceptForm)
DECLINE = _recorded(acts.DECLINE, label=_("The agency declines"))
ASK = _recorded(
    acts.ASK, label=_("The agency asks a question"), submit=_("Record the question"), form=forms.RecordAskForm
)
REPORT = _recorded(acts.REPORT, label=_("The agency reports progress"), submit=_("Record the news"))
COMPLETE = _recorded(acts.COMPLETE, label=_("The agency has completed it"))
HAND_OVER = _recorded(acts.HAND_OVER, label=_("The agency hands it over to another one"))
START_CLOCK = _recorded(
    acts.START_CLOCK,
    label=_("The agency starts a time limit of the complaint"),
    done=_("The time limit runs."),
)
REGISTER = _recorded(
    paper_acts.REGISTER,
    label=_("The agency's register number"),
    submit=_("Record the number"),
    done=_("The register number is kept."),
)
STOPPED = _recorded(
    acts.STOPPED,
    label=_("The agency has stopped using the data"),
    done=_("It is kept that the agency has stopped."),
)
RECORDS = (
    STOPPED,
    ACCEPT,
    REPORT,
    COMPLETE,
    ASK,
    START_CLOCK,
    REGISTER,
    HAND_OVER,
    DECLINE,
)  # in the order of the page


def recordable(user: User, referral: Referral) -> list[Act]:
    """The answers of the receiver that this person may write down now."""
    return [act for act in RECORDS if act.rule(user, referral)]
