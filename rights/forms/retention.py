"""Forms about how long cases are kept."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.keyed import KeyedForm
from accounts.text import Line
from cases.forms.fields import Day

from ..models.retention import LONGEST, REASON_LENGTH
from .fields import VersionField, long_text

REVIEWED_WITHIN = timedelta(days=366)  # a hold that nobody looks at is kept for ever


class HoldForm(KeyedForm):
    """Why a case must be kept, and when somebody looks at that again."""

    reason = long_text(
        _("Why it must be kept"),
        _("Proceedings, a claim or an investigation: which, and where. Please leave names out."),
        length=REASON_LENGTH,
    )
    review_on = Day(label=_("To be reviewed on"), help_text=_("Within a year."))

    def clean_review_on(self) -> date:
        day: date = self.cleaned_data["review_on"]
        today = timezone.localdate()
        if not today < day <= today + REVIEWED_WITHIN:
            raise ValidationError(_("Please choose a day within the coming year."))
        return day


class LiftForm(forms.Form):
    reason = long_text(_("Why it is lifted"), length=REASON_LENGTH)


class RuleForm(forms.Form):
    """How long cases of one class of outcome are kept."""

    version = VersionField(required=False)
    months = forms.IntegerField(label=_("Months after closing"), min_value=1, max_value=LONGEST)
    source = Line(
        label=_("Source"),
        max_length=300,
        help_text=_("The law, the archive schedule, or whose decision it is."),
    )
