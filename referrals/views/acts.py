"""The acts on one referral as a page offers them: each is one form, one address and one call into actions."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User

from .. import actions, forms, rules
from ..models import Referral
from .act import Act
from .paper_acts import EMAIL_LETTER, ISSUE_LETTER, ISSUE_RECEIPT, REGISTER

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
START_CLOCK = Act(
    name="start_clock",
    side=rules.is_receiver,
    rule=rules.can_start_clock,
    form=forms.StartClockForm,
    action=actions.start_clock,
    label=_("Start a time limit of the complaint"),
    submit=_("Start the time limit"),
    icon="hourglass-split",
    done=_("The time limit runs. The sender is told what is missing."),
)
STOP_CLOCK = Act(
    name="stop_clock",
    side=rules.is_receiver,
    rule=rules.can_stop_clock,
    form=forms.StopClockForm,
    action=actions.stop_clock,
    label=_("Stop a time limit of the complaint"),
    submit=_("Stop the time limit"),
    icon="check2",
    done=_("The time limit is stopped. The sender is told."),
)
PROVIDE = Act(
    name="provide",
    side=rules.is_sender,
    rule=rules.can_provide,
    form=forms.ProvideForm,
    action=actions.provide,
    label=_("What was missing is there now"),
    submit=_("Tell the agency"),
    icon="check2",
    done=_("The agency is told, and the time limit is stopped."),
    tone="primary",
)
HAND_OVER = Act(
    name="hand_over",
    side=rules.is_receiver,
    rule=rules.can_hand_over,
    form=forms.HandOverForm,
    action=actions.hand_over,
    label=_("Hand over to another agency"),
    submit=_("Hand the referral over"),
    icon="arrow-left-right",
    done=_("The referral is handed over. The sender is told."),
    tone="danger",
)
LEAD = Act(
    name="lead",
    side=rules.is_sender,
    rule=rules.can_lead,
    form=forms.LeadForm,
    action=actions.lead,
    label=_("Name as lead agency"),
    submit=_("Name as lead agency"),
    icon="flag",
    done=_("This agency leads the joint work now."),
)
REFER_AGAIN = Act(
    name="refer_again",
    side=rules.is_sender,
    rule=rules.can_refer_again_at_once,
    form=forms.ReferAgainForm,
    action=actions.refer_again,
    label=_("Refer to another agency"),
    submit=_("Refer to another agency"),
    icon="send",
    done=_("The referral is sent to the agency you chose."),
)
MESSAGE = Act(
    name="message",
    side=rules.is_either_side,
    rule=rules.can_message,
    form=forms.MessageForm,
    action=actions.message,
    label=_("Write a message"),
    submit=_("Send the message"),
    icon="chat-left-text",
    done=_("Your message is sent."),
)
INTERNAL = Act(
    name="internal",
    side=rules.is_either_side,
    rule=rules.can_internal,
    form=forms.InternalForm,
    action=actions.internal,
    label=_("Internal note, for our own people only"),
    submit=_("Save the internal note"),
    icon="lock",
    done=_("The note is saved. Only your own people read it."),
    tone="internal",
)
STOPPED = Act(
    name="stopped",
    side=rules.is_receiver,
    rule=rules.can_confirm_stopped,
    form=forms.StoppedForm,
    action=actions.confirm_stopped,
    label=_("Confirm that you stopped using the data"),
    submit=_("We have stopped"),
    icon="eye-slash",
    done=_("Thank you. The sender sees that you have stopped."),
    tone="primary",
    opened=True,
)
# In the order of the page; what is said and noted stands beside the conversation, not among the acts.
ACTS = (
    STOPPED,
    CHOOSE,
    ANSWER,
    PROVIDE,
    ACCEPT,
    REPORT,
    COMPLETE,
    ASK,
    ISSUE_LETTER,
    EMAIL_LETTER,
    ISSUE_RECEIPT,
    REGISTER,
    START_CLOCK,
    STOP_CLOCK,
    HAND_OVER,
    LEAD,
    DECLINE,
    REOPEN,
    WITHDRAW,
)
TALK = (MESSAGE, INTERNAL)


def offered(user: User, referral: Referral) -> list[Act]:
    """The acts that this person may do now, in the order of the page."""
    return [act for act in ACTS if act.rule(user, referral)]


def talk(user: User, referral: Referral) -> list[Act]:
    """The ways in which this person may speak here now."""
    return [act for act in TALK if act.rule(user, referral)]
