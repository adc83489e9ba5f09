"""What every act on a referral is made of: a side, a rule, a form, an action, and the words of its page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import User
from cases.forms import KeyedForm

from .. import complaints, forms
from ..models import Referral

Rule = Callable[[User, Referral], bool]


@dataclass(frozen=True)
class Act:
    """One thing that a person may do: whose side it is for, its rule, its form, its action, and its words. `name` is also its address."""

    name: str
    side: Rule
    rule: Rule
    form: type[KeyedForm]
    action: Callable[..., object]
    label: str | Promise
    submit: str | Promise
    icon: str
    done: str | Promise
    tone: str = "quiet"  # primary, quiet, danger
    opened: bool = False  # shown open, for it is what the reader came for

    def url(self, referral: Referral) -> str:
        return reverse(f"referrals:{self.name}", args=[referral.pk])

    def make_form(self, referral: Referral, data: Any = None, *, typed: Any = None) -> KeyedForm:
        """The form with `data` that was sent, or showing what was `typed` so far, or blank."""
        form = self.form(data, auto_id=f"{self.name}_%s", initial={"text": typed["text"]} if typed else None)
        if isinstance(form, forms.RegisterForm):
            return form.show(referral)
        if isinstance(form, forms.EmailLetterForm):
            return form.show(referral.receiver)
        if isinstance(form, forms.StoppedForm) and referral.case.is_erased:
            del form.fields["text"]  # nothing can be written to it any more
        if isinstance(form, forms.EndClockForm):
            return form.offer([clock.code for clock in complaints.running(referral)])
        return form.offer_to(referral.sender_id) if isinstance(form, forms.ChooseForm) else form
