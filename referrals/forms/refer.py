"""Referring a case."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.choices import ConsentMethod, DataGroup
from cases.forms import KeyedForm
from cases.forms.fields import LongText
from cases.models import Case

from ..choices import Service
from ..models import Referral
from .fields import PartnerField

REQUEST_MAX = 5000  # characters; about two printed pages
WORKERS_METHODS = [
    choice for choice in ConsentMethod.choices if choice[0] != ConsentMethod.OVERRIDE
]  # how a worker agrees


class ReferForm(KeyedForm):
    """Refer a case: what is asked, under whose consent, and to whom unless the portal is to find out."""

    services = forms.MultipleChoiceField(
        label=_("Services requested"),
        choices=Service.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one service.")},
    )
    request = LongText(
        label=_("What we ask the agency to do"),
        help_text=_("In a few sentences. The agency reads this whatever the worker agreed to share."),
        max_length=REQUEST_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    given_by = forms.CharField(label=_("Who agreed"), max_length=150)
    method = forms.ChoiceField(label=_("How it was given"), choices=WORKERS_METHODS, widget=forms.RadioSelect)
    given_on = forms.DateField(
        label=_("Given on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    groups = forms.MultipleChoiceField(
        label=_("What may be shared"),
        choices=DataGroup.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick what the worker agreed to share. Without any, there is nothing to refer.")
        },
    )
    to = PartnerField(required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].offer_to(case.partner_id)  # type: ignore[attr-defined]  # the stubs know every form field as a Field

    def clean_given_on(self) -> Any:
        day = self.cleaned_data["given_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Consent cannot be given in the future. Please check the date."))
        if day.year < 2000:
            raise forms.ValidationError(_("Please check the year."))
        return day

    def consent(self) -> dict[str, Any]:
        """The fields of the Consent that the referral rests on."""
        return {name: self.cleaned_data[name] for name in ("groups", "given_by", "method", "given_on")}

    @staticmethod
    def first_values(case: Case, previous: Referral | None) -> dict[str, Any]:
        """What the form shows before anybody types: from the case, and from the referral that this one follows."""
        values: dict[str, Any] = {
            "given_by": case.reporter_name or case.worker.name,
            "given_on": timezone.localdate(),
        }  # what the worker agreed to, and how, is ticked by whoever heard it: never by us
        if previous is not None:
            consent = previous.consent
            values |= {
                "services": previous.services,
                "request": previous.request,
                "given_by": consent.given_by,
            }
        return values
