"""What a worker agreed to: asked when a case is referred, and whenever the grant changes."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import Line, LongText
from cases.choices import ConsentMethod, DataGroup
from cases.forms import KeyedForm
from cases.forms.fields import Day
from cases.models import Consent
from cases.models.consent import HOME

from .fields import text_field

WORKERS_METHODS = [
    choice for choice in ConsentMethod.choices if choice[0] != ConsentMethod.OVERRIDE
]  # how a worker agrees
NOTE_MAX = 2000  # characters, as in the models
NOTHING_TICKED = _("Tick what the worker agreed to share. Without any, there is nothing to refer.")


class MethodField(forms.ChoiceField):
    """How consent was given. A decision without the worker is refused with a sentence where it is not offered."""

    def validate(self, value: str) -> None:
        if value == ConsentMethod.OVERRIDE and not self.valid_value(value):
            raise forms.ValidationError(
                _("Only a supervisor may decide this without the worker, and only in an emergency.")
            )
        super().validate(value)


class GrantForm(KeyedForm):
    """Who agreed, how, since when and until when, and to which groups of data (UU 27/2022 art. 20 to 22)."""

    COLUMNS = ("groups", "given_by", "method", "witness", "given_on", "until", "onward")  # of the Consent

    groups = forms.MultipleChoiceField(
        label=_("What may be shared"),
        choices=DataGroup.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NOTHING_TICKED},
    )
    given_by = Line(label=_("Who agreed"), max_length=150)
    method = MethodField(label=_("How it was given"), choices=WORKERS_METHODS, widget=forms.RadioSelect)
    witness = Line(
        label=_("Witness"),
        help_text=_("Needed when it was spoken: who else heard it."),
        max_length=150,
        required=False,
    )
    given_on = forms.DateField(
        label=_("Given on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = Day(
        label=_("Until"),
        help_text=_("The last day, if the worker named one. Else leave it empty."),
        required=False,
    )
    onward = forms.BooleanField(
        label=_("Also agrees that another responsible agency is asked, should this one decline or hand over"),
        required=False,
    )

    def clean_given_on(self) -> Any:
        day = self.cleaned_data["given_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Consent cannot be given in the future. Please check the date."))
        if day.year < 2000:
            raise forms.ValidationError(_("Please check the year."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("method") == ConsentMethod.SPOKEN and not cleaned.get("witness"):
            self._say("witness", _("Spoken consent needs a witness. Please write down who heard it."))
        given_on, until = cleaned.get("given_on"), cleaned.get("until")
        if until and given_on and until < given_on:
            self._say("until", _("The consent would end before it was given. Please check both dates."))
        elif until and until < timezone.localdate(timezone=HOME):
            self._say("until", _("This day is over: nothing could be shared. Please check the date."))
        return cleaned

    def _say(self, field: str, sentence: Any) -> None:
        """Put a sentence at a field that has none yet."""
        if field not in self.errors:
            self.add_error(field, sentence)

    def consent(self) -> dict[str, Any]:
        """The fields of the Consent."""
        return {name: self.cleaned_data[name] for name in self.COLUMNS}


class ChangeConsentForm(GrantForm):
    """What the worker agrees to now, instead of before: less, more, or longer."""

    @staticmethod
    def first_values(consent: Consent) -> dict[str, Any]:
        """What stands now; how and when the worker agrees to something else is for whoever hears it to say."""
        by_worker = consent.method != ConsentMethod.OVERRIDE
        return {
            "groups": consent.groups
            if by_worker
            else [],  # what a supervisor decided nobody has agreed to yet
            "given_by": consent.given_by,
            "given_on": timezone.localdate(),
            "until": consent.until if not consent.has_ended else None,
            "onward": consent.onward,
        }


class WithdrawConsentForm(KeyedForm):
    text = text_field(
        _("What the worker said"),
        _("For your own team. The agencies learn that consent is withdrawn, not why."),
        3,
    )


class ReviewForm(KeyedForm):
    text = LongText(
        label=_("Your review"),
        help_text=_("Was the life in danger, and was no more shared than needed? What has to follow?"),
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class StoppedForm(KeyedForm):
    text = LongText(
        label=_("What you keep, and under which law"),
        help_text=_("Leave it empty if you keep nothing."),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
