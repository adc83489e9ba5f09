"""Forms about who reads a restricted case."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.keyed import KeyedForm
from accounts.models import User
from accounts.text import LongText

from ..choices import GlassReason, Verdict
from ..models import Case
from ..models.access import REASON_LENGTH
from .acts import CASE_ROLES
from .fields import Day

GLASS_WORDS = 20  # characters that a reason has at least


def words(label: Any, help_text: Any = "", *, required: bool = True, least: int | None = None) -> LongText:
    """A few lines that say why."""
    return LongText(
        label=label,
        help_text=help_text,
        required=required,
        min_length=least,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"min_length": _("Please say a little more: at least %(limit_value)d characters.")},
    )


class GlassForm(forms.Form):
    """Why a case that is closed to this person has to be opened now."""

    code = forms.ChoiceField(label=_("What it is for"), choices=GlassReason.choices, widget=forms.RadioSelect)
    why = words(
        _("Why it cannot wait, in your own words"),
        _("At least 20 characters. Supervisors and the caseworker read it: please leave names out."),
        least=GLASS_WORDS,
    )


class NameForm(forms.Form):
    """Who else reads the case: colleagues who work on cases, but the caseworker."""

    to = forms.ModelChoiceField(
        label=_("Colleague"), queryset=User.objects.none(), empty_label=_("Please choose")
    )
    until = Day(
        label=_("Until"),
        required=False,
        help_text=_("The last day. Left empty, until somebody takes it back."),
    )
    why = words(_("Why"), required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        colleagues = User.objects.filter(partner=case.partner_id, is_active=True, role__in=CASE_ROLES)
        field.queryset = colleagues.exclude(pk=case.assigned_to_id)

    def clean_until(self) -> datetime | None:
        """The end of the day in the reader's own zone."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise ValidationError(_("This day is past already."))
        return timezone.make_aware(datetime.combine(day, time.max))


class RestrictForm(KeyedForm):
    text = words(_("Why it is for few eyes only"), required=False)


class LiftForm(KeyedForm):
    text = words(_("Why the whole team may read it"))


class GlassReviewForm(forms.Form):
    """What a reviewer says of an opening in an emergency."""

    verdict = forms.ChoiceField(
        label=_("Your judgement"),
        choices=[
            (Verdict.CONFIRMED, Verdict.CONFIRMED.label),
            (Verdict.OBJECTED, _("It was not right: end the access")),
        ],
        widget=forms.RadioSelect,
    )
    note = words(_("Note"), required=False)
