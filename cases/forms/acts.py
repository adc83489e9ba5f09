"""The small forms beside a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.keyed import KeyedForm
from accounts.models import User
from accounts.roles import ROLES, Right
from accounts.text import Line, LongText

from ..likeness import Facts
from ..models import Case, Worker
from ..models.case import TEXT_MAX
from .complaint import NikField
from .fields import Day

CODE = r"^\d{2,4}\Z"  # of a province or a regency
CASE_ROLES = [code for code, role in ROLES.items() if Right.WORK_CASES in role.rights]


class NoteForm(KeyedForm):
    """A line for the partner's own people."""

    text = LongText(
        label=_("Note"),
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only your own team reads it."),
    )


def colleagues(partner_id: int | None) -> QuerySet[User]:
    """Who may be given a case of this partner."""
    return User.objects.filter(partner=partner_id, is_active=True, role__in=CASE_ROLES)


class AssignForm(KeyedForm):
    """Who takes the case on: colleagues who work on cases."""

    to = forms.ModelChoiceField(label=_("Caseworker"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        field.initial = case.assigned_to_id
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = colleagues(case.partner_id)


class NikForm(forms.Form):
    """What the check of a NIK compares. Whatever does not fit is left out: this form never refuses."""

    nik = NikField(required=False)
    sex = forms.CharField(required=False)
    birth_date = Day(required=False)
    home_regency = forms.CharField(required=False)


class PersonForm(NikForm):
    """What is known of the person that somebody is typing. Whatever does not fit is left out: this form never refuses."""

    name = Line(required=False, max_length=Worker._meta.get_field("name").max_length)
    contact = Line(required=False, max_length=Worker._meta.get_field("contact").max_length)
    home_province = forms.RegexField(CODE, required=False)
    home_regency = forms.RegexField(CODE, required=False)

    def facts(self) -> Facts:
        """What fits."""
        self.is_valid()
        known = self.cleaned_data
        return Facts(
            name=known.get("name", ""),
            nik=known.get("nik", ""),
            phones=known.get("contact", ""),
            sex=known.get("sex", ""),
            birth_date=known.get("birth_date"),
            province=known.get("home_province", ""),
            regency=known.get("home_regency", ""),
        )
