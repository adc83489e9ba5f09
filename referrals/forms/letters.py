"""Papers and register numbers, and what a receiver without accounts answered."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text import Line
from agencies.models import Partner
from cases.forms import KeyedForm

from ..letters.proof import TYPED_LENGTH
from ..models import Referral
from .fields import text_field

NUMBER_MAX = Referral._meta.get_field("register_number").max_length


class RecordAcceptForm(KeyedForm):
    text = text_field(
        _("How the answer came"), _("Who said so, when, and how: by letter, by telephone, in person."), 3
    )


class RecordAskForm(KeyedForm):
    text = text_field(
        _("The agency's question"), _("Until you write down what you answered, its clock rests.")
    )


class RegisterForm(KeyedForm):
    """The receiver's own number; `show` fills in the one that is kept."""

    number = Line(
        label=_("Register number"),
        help_text=_("Under which the agency finds this referral in its own books."),
        max_length=NUMBER_MAX,
    )

    def show(self, referral: Referral) -> "RegisterForm":
        self.initial.setdefault("number", referral.register_number)
        return self

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if not number.isprintable():
            raise forms.ValidationError(
                _("The number holds a sign that cannot be printed. Please type it anew.")
            )
        return number


class IssueForm(KeyedForm):
    """Nothing to fill in."""


class EmailLetterForm(KeyedForm):
    """Where the link to the letter goes; `show` fills in the agency's own address."""

    email = forms.EmailField(
        label=_("E-mail of the agency"),
        max_length=254,
        help_text=_(
            "The e-mail holds a link to the letter, valid for 14 days, and nothing personal. Whoever has the link can read"
            " the letter: use an official address."
        ),
    )

    def show(self, receiver: Partner | None) -> "EmailLetterForm":
        if receiver is not None:
            self.initial.setdefault("email", receiver.email)
        return self


class CodeForm(forms.Form):
    """The code of a paper, typed by anybody."""

    code = Line(
        label=_("Code on the paper"),
        max_length=TYPED_LENGTH,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Please type the code that stands under the QR.")},
    )
