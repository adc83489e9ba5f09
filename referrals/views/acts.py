"""The acts on one referral as a page offers them: each is one form, one address and one call into actions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from cases.forms import KeyedForm

from .. import actions, forms, rules
from ..models import Referral

Rule = Callable[[User, Referral], bool]


@dataclass(frozen=True)
class Act:
    """One thing that a person may do: whose side it is for, its rule, its form, its action, and its words. `name` is also its address."""

    name: str
    side: Rule
    rule: Rule
    form: type[KeyedForm]
    action: Callable[..., Referral]
    label: str | Promise
    submit: str | Promise
    icon: str
    done: str | Promise
    tone: str = "quiet"  # primary, quiet, danger
    opened: bool = False  # shown open, for it is what the reader came for

    def url(self, referral: Referral) -> str:
        return reverse(f"referrals:{self.name}", args=[referral.pk])

    def make_form(self, referral: Referral, data: Any = None) -> KeyedForm:
        form = self.form(data, auto_id=f"{self.name}_%s")
        return form.offer_to(referral.sender_id) if isinstance(form, forms.ChooseForm) else form


ACCEPT = Act(
    name="accept",
    side=rules.is_receiver,
    rule=rules.can_accept,
    form=forms.AcceptForm,
    action=actions.accept,
    label=pgettext_lazy("act", "Accept"),
    submit=pgettext_lazy("act", "Accept"),
    icon="check-circle",
    done=_("You have taken the referral on. The sender sees it."),
    tone="primary",
)
ASK = Act(
    name="ask",
    side=rules.is_receiver,
    rule=rules.can_ask,
    form=forms.AskForm,
    action=actions.ask,
    label=_("Ask a question"),
    submit=_("Send the question"),
    icon="question-circle",
    done=_("Your question is sent. Your clock rests until the answer."),
)
DECLINE = Act(
    name="decline",
    side=rules.is_receiver,
    rule=rules.can_decline,
    form=forms.DeclineForm,
    action=actions.decline,
    label=pgettext_lazy("act", "Decline"),
    submit=_("Decline the referral"),
    icon="x-circle",
    done=_("The referral is declined. The sender is told why."),
    tone="danger",
)
REPORT = Act(
    name="report",
    side=rules.is_either_side,
    rule=rules.can_report,
    form=forms.ReportForm,
    action=actions.report,
    label=_("Report progress"),
    submit=_("Send the report"),
    icon="chat-left-text",
    done=_("Your report is saved. The other side sees it."),
)
COMPLETE = Act(
    name="complete",
    side=rules.is_receiver,
    rule=rules.can_complete,
    form=forms.CompleteForm,
    action=actions.complete,
    label=pgettext_lazy("act", "Complete"),
    submit=_("Complete the referral"),
    icon="check-circle-fill",
    done=_("The referral is completed. The sender sees the outcome."),
)
CHOOSE = Act(
    name="choose",
    side=rules.is_sender,
    rule=rules.can_choose,
    form=forms.ChooseForm,
    action=actions.choose,
    label=_("Choose the agency"),
    submit=_("Send to this agency"),
    icon="signpost-split",
    done=_("The referral is sent to the agency you chose."),
    tone="primary",
    opened=True,
)
ANSWER = Act(
    name="answer",
    side=rules.is_sender,
    rule=rules.can_answer,
    form=forms.AnswerForm,
    action=actions.answer,
    label=_("Answer the question"),
    submit=_("Send the answer"),
    icon="chat-left-text",
    done=_("Your answer is sent."),
    tone="primary",
    opened=True,
)
WITHDRAW = Act(
    name="withdraw",
    side=rules.is_sender,
    rule=rules.can_withdraw,
    form=forms.WithdrawForm,
    action=actions.withdraw,
    label=_("Take the referral back"),
    submit=_("Take it back now"),
    icon="arrow-counterclockwise",
    done=_("The referral is taken back. The agency can read the case no more."),
    tone="danger",
)
REOPEN = Act(
    name="reopen",
    side=rules.is_sender,
    rule=rules.can_reopen,
    form=forms.ReopenForm,
    action=actions.reopen,
    label=pgettext_lazy("act", "Reopen"),
    submit=_("Reopen the referral"),
    icon="arrow-repeat",
    done=_("The referral is open again. The agency is told what is not done yet."),
)
ACTS = (CHOOSE, ANSWER, ACCEPT, REPORT, COMPLETE, ASK, DECLINE, REOPEN, WITHDRAW)  # in the order of the page


def offered(user: User, referral: Referral) -> list[Act]:
    """The acts that this person may do now, in the order of the page."""
    return [act for act in ACTS if act.rule(user, referral)]
