"""Forms of a data subject's request and its steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.keyed import KeyedForm
from accounts.models import User
from accounts.text import Line
from cases.choices import Channel
from cases.models import Case, Worker
from referrals.disclosure import label

from ..choices import BEFORE_IDENTITY, GROUNDS, AskedBy, IdentityWay, RequestKind, RequestState
from ..export.content import CASE, WORKER
from ..models import DataRequest
from .fields import Moment, StepForm, long_text, radios

CHANNELS = [("", _("Please choose")), *Channel.choices]
GRANT = "grant"


class RequestForm(KeyedForm):
    """What somebody asks about the data in one case, and in other cases of the same worker."""

    kind = radios(_("What is asked for"), RequestKind.choices)
    asked_by = radios(_("Who asks"), AskedBy.choices)
    asker = Line(
        label=_("Name of who asks"),
        max_length=150,
        required=False,
        help_text=_("Only if it is not the worker."),
    )
    proof = Line(
        label=_("Proof that they may act for the worker"),
        max_length=300,
        required=False,
        help_text=_("Power of attorney, family card, certificate of heirs: which, and of which day."),
    )
    wish = long_text(_("What they ask, in their own words"), required=False, length=2000)
    contact = Line(
        label=_("How to answer safely"),
        max_length=150,
        help_text=_("Where and when the answer reaches this person and nobody else."),
    )
    channel = forms.ChoiceField(label=_("How it came"), choices=CHANNELS)
    received_at = Moment(
        label=_("Received"),
        help_text=_("The 3 x 24 hours count from then, not from when it is written down."),
    )
    cases = forms.ModelMultipleChoiceField(
        label=_("Cases"), queryset=Case.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, case: Case, user: User, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial", {"received_at": timezone.localtime(), "cases": [case.pk], "asked_by": "worker"}
        )
        super().__init__(*args, **kwargs)
        field = self.fields["cases"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Case.objects.visible_to(user).filter(worker=case.worker_id).order_by("pk")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("asked_by") in (AskedBy.ATTORNEY, AskedBy.PARENT, AskedBy.HEIR):
            for name in ("asker", "proof"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(
                        name, _("Somebody acts for the worker: please say who, and with what proof.")
                    )
        return cleaned


class IdentifyForm(StepForm):
    way = radios(_("How you made sure who asks"), IdentityWay.choices)
    note = Line(
        label=_("Note"),
        max_length=300,
        required=False,
        help_text=_("Which card you saw, or which questions you asked. Keep no copy of the card."),
    )


class DecideForm(StepForm):
    """Grant, or refuse on one of the grounds that fit what is asked for; what is granted already can be refused alone."""

    decision = radios(_("Decision"), ())
    note = long_text(_("Reasons"), _("What whoever asked will be told."), required=False)

    def __init__(self, *args: Any, request: DataRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds = [
            ground
            for ground in GROUNDS[RequestKind(request.kind)]
            if request.identified_at or ground in BEFORE_IDENTITY
        ]
        granted = [(GRANT, _("Granted"))] if request.state == RequestState.IDENTIFIED else []
        refused = [
            (ground.value, gettext("Refused: %(ground)s") % {"ground": ground.label}) for ground in grounds
        ]
        self.fields["decision"].choices = [*granted, *refused]  # type: ignore[attr-defined]  # the stubs know every form field as a Field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") not in (None, GRANT) and not cleaned.get("note"):
            self.add_error("note", _("Please give the reasons: whoever asked has to be told them."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        decision = data.pop("decision")
        return data | {"ground": "" if decision == GRANT else decision}


class CarryOutForm(StepForm):
    """Nothing to fill in: what is carried out stands in the request."""


class CorrectedForm(StepForm):
    """Which fields were corrected; those that were edited since the request came in are ticked."""

    corrected = forms.MultipleChoiceField(
        label=_("What was corrected"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["corrected"].choices = correctable()  # type: ignore[attr-defined]  # the stubs know every form field as a Field

    def clean_corrected(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["corrected"]
        if not chosen:
            raise ValidationError(
                gettext("Please correct the case first, then say here which fields you corrected.")
            )
        return chosen


def correctable() -> list[tuple[str, str]]:
    """The fields of a worker and a case by name, as the pages call them."""
    named = [(Worker, name) for name in WORKER] + [(Case, name) for name in CASE]
    return [(name, label(model, name)) for model, name in named]


class TellForm(StepForm):
    channel = forms.ChoiceField(label=_("How they were told"), choices=CHANNELS)


class ResumeForm(KeyedForm):
    text = long_text(_("Why the data may be used again"), length=500)
