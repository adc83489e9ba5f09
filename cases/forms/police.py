"""What a supervisor decides about reporting sexual violence to the police (UU 12/2022 art. 41)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.keyed import KeyedForm
from accounts.text import Line

from .closing import note_field
from .fields import Day


class ReportedForm(KeyedForm):
    day = Day(label=_("Reported on"), past=True)
    office = Line(
        label=_("Which police office"), max_length=150, help_text=_("Such as the UPPA of Polres Malang.")
    )
    number = Line(label=_("Number in the police register"), max_length=60, required=False)


class NotReportedForm(KeyedForm):
    reason = note_field(
        _("Why it is not reported"), _("Such as the victim's own wish. Only your own team reads it.")
    )
