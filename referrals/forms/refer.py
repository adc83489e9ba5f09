"""Referring a case."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import LongText
from agencies.choices import ServiceKind
from cases.choices import ConsentMethod, DataGroup
from cases.models import Case
from cases.models.consent import HOME

from ..models import Referral
from .consent import NOTE_MAX, WORKERS_METHODS, GrantForm
from .fields import PartnerField

REQUEST_MAX = 5000  # characters; about two printed pages
BY_WORKER = ("groups", "given_by", "given_on")  # what only a worker's own word can fill in
REASON_MIN = 20  # characters; so that a reviewer has something to judge
TO_SAVE_A_LIFE = [DataGroup.IDENTITY.value, DataGroup.CONTACT.value, DataGroup.CASE.value]
OVERRIDE = (ConsentMethod.OVERRIDE.value, _("Life in danger, no consent yet (supervisor's decision)"))


class ReferForm(GrantForm):
    """Refer a case: what is asked, under whose consent, and to whom unless the portal is to find out.

    With `may_override` a supervisor may say instead of who agreed why nobody could be asked: a life is in danger.
    """

    services = forms.MultipleChoiceField(
        label=_("Services requested"),
        choices=ServiceKind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one service.")},
    )
    request = LongText(
        label=_("What we ask the agency to do"),
        help_text=_("In a few sentences. The agency reads this whatever the worker agreed to share."),
        max_length=REQUEST_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    override_reason = LongText(
        label=_("Why without consent"),
        help_text=_(
            "What the danger is, and why the worker cannot be asked in time. Another supervisor reviews it."
            " If nothing is ticked above, identity, contact and case are shared."
        ),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    to = PartnerField(required=False)

    field_order = (
        "key",
        "services",
        "request",
        "groups",
        "given_by",
        "given_on",
        "until",
        "method",
        "witness",
    )

    def __init__(self, *args: Any, case: Case, may_override: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].offer_to(case.partner_id)  # type: ignore[attr-defined]  # the stubs know every form field as a Field
        self.may_override = may_override
        if may_override:
            self.fields["method"].choices = [*WORKERS_METHODS, OVERRIDE]  # type: ignore[attr-defined]  # as above
            for name in BY_WORKER:
                self.fields[name].required = False  # `clean` asks for them where a worker agreed
        else:
            del self.fields["override_reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.may_override:
            return cleaned
        if cleaned.get("method") == ConsentMethod.OVERRIDE:
            if len(cleaned.get("override_reason") or "") < REASON_MIN:
                self._say(
                    "override_reason",
                    _("Please say in at least 20 characters what the danger is: somebody else reviews it."),
                )
            cleaned["groups"] = cleaned.get("groups") or TO_SAVE_A_LIFE
            return cleaned
        for name in BY_WORKER:
            if not cleaned.get(name):
                self._say(name, self.fields[name].error_messages["required"])
        return cleaned

    def clean_given_on(self) -> Any:
        return super().clean_given_on() if self.cleaned_data.get("given_on") else None

    def consent(self) -> dict[str, Any]:
        """The fields of the Consent that the referral rests on."""
        if self.cleaned_data["method"] != ConsentMethod.OVERRIDE:
            return super().consent()
        return {
            "groups": self.cleaned_data["groups"],
            "method": ConsentMethod.OVERRIDE,
            "given_on": timezone.localdate(timezone=HOME),
            "until": self.cleaned_data["until"],
            "override_reason": self.cleaned_data["override_reason"],
        }

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
                "given_by": consent.given_by or values["given_by"],
            }
        return values
