"""The acts on paper: issuing letter and receipt, sending the letter, and the receiver's own register number."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from .. import actions, forms, rules
from ..choices import LetterKind
from .act import Act

REGISTER = Act(
    name="register",
    side=rules.is_receiver,
    rule=rules.can_register,
    form=forms.RegisterForm,
    action=actions.register,
    label=_("Our register number"),
    submit=_("Keep the number"),
    icon="journal-plus",
    done=_("The register number is kept. The sender sees it."),
)
EMAIL_LETTER = Act(
    name="email_letter",
    side=rules.is_sender,
    rule=rules.can_email_letter,
    form=forms.EmailLetterForm,
    action=actions.email_letter,
    label=_("Send the letter by e-mail"),
    submit=_("Send the link"),
    icon="envelope",
    done=_("The e-mail is on its way. A link that was sent before does not work any more."),
)
ISSUE_LETTER = Act(
    name="issue_letter",
    side=rules.is_sender,
    rule=rules.can_issue_letter,
    form=forms.IssueForm,
    action=partial(actions.issue, kind=LetterKind.LETTER),
    label=_("Issue the referral letter"),
    submit=_("Issue the letter"),
    icon="file-earmark-text",
    done=_("The letter is issued. Open it under Letters."),
)
ISSUE_RECEIPT = Act(
    name="issue_receipt",
    side=rules.is_either_side,
    rule=rules.can_issue_receipt,
    form=forms.IssueForm,
    action=partial(actions.issue, kind=LetterKind.RECEIPT),
    label=_("Issue the receipt"),
    submit=_("Issue the receipt"),
    icon="file-earmark-text",
    done=_("The receipt is issued. Open it under Letters."),
)
