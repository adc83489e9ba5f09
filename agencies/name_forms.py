"""What is well-formed on the page of a partner's names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text import Line

from .actions.names import names_mark
from .deadline_forms import Seen
from .models import Partner
from .today import today

NAME = 150
BASIS = 500


class Names(forms.Form):
    name_id = Line(label=_("Name in Indonesian"), max_length=NAME)
    name_en = Line(label=_("Name in English"), max_length=NAME, required=False)


class RenameForm(Names, Seen):
    """Another name, and since when it holds."""

    on = forms.DateField(
        label=_("Since"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day of the regulation or letter. Papers of the days before keep the former name."),
    )
    basis = Line(
        label=_("By what it was renamed"),
        max_length=BASIS,
        help_text=_("A regulation or a letter, with its number and date."),
    )
    field_order = ("name_id", "name_en", "on", "basis", "seen")

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "name_id": partner.name_id,
            "name_en": partner.name_en,
            "on": today(),
            "seen": names_mark(partner),
        }
        super().__init__(*args, **kwargs)


class FormerNameForm(Names):
    """A name from before the portal: people go on looking for it."""

    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    basis = Line(label=_("By what it was renamed"), max_length=BASIS, required=False)
    field_order = ("name_id", "name_en", "until", "basis")
