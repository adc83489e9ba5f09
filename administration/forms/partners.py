"""Registering a partner, its steps, and its agreements."""

from __future__ import annotations

from copy import copy
from datetime import date
from typing import Any, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.characters import validate_plain_email
from accounts.forms import time_zone_choices
from accounts.keyed import KeyedForm
from accounts.text import Line, LongText
from agencies import countries
from agencies.choices import MissionType, PartnerKind
from agencies.models import Partner, Province
from agencies.models.reference import validate_code
from agencies.models.standing import REASON_MAX
from cases import file_check
from cases.file_check import CheckedFile
from cases.forms.documents import CheckedFileField

PDF = "application/pdf"
CHOOSE = ("", _("Choose…"))
LONGEST = 30  # years that an agreement may last


def _countries() -> list[tuple[str, str]]:
    return [("ID", countries.name("ID")), *countries.choices()]


class RegisterForm(KeyedForm):
    """What is known of a partner when it is registered; the rest is filled in on its page."""

    name_id = Line(label=_("Name in Indonesian"), max_length=150)
    name_en = Line(label=_("Name in English"), max_length=150, required=False)
    code = Line(
        label=_("Code"),
        max_length=40,
        required=False,
        validators=[validate_code],
        help_text=_(
            "Capital letters, digits and underscores, such as LBH_MALANG. It never changes. Left empty: made from the name."
        ),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[CHOOSE, *PartnerKind.choices])
    mission_type = forms.ChoiceField(
        label=_("Type of mission"),
        choices=[("", _("Not a mission")), *MissionType.choices],
        required=False,
        help_text=_("Only for a mission abroad."),
    )
    city = Line(label=_("City"), max_length=100)
    country = forms.ChoiceField(label=_("Country"), choices=_countries, initial="ID")
    province = forms.ModelChoiceField(
        label=_("Province"),
        queryset=Province.objects.order_by("name"),
        required=False,
        empty_label=CHOOSE[1],
        help_text=_("Of the office. Only in Indonesia."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices, initial="Asia/Jakarta")
    reference_prefix = Line(
        label=_("Prefix of case references"),
        max_length=20,
        required=False,
        help_text=_(
            "Such as LBH in LBH-2026-000042. Without one the partner receives referrals and registers no cases of its own."
        ),
    )
    email = forms.EmailField(
        label=_("Shared mailbox"),
        max_length=254,
        required=False,
        validators=[validate_plain_email],
        help_text=_("Of the office, not of a person."),
    )
    phone = Line(label=_("Telephone"), max_length=40, required=False)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code and (taken := Partner.objects.filter(code=code).first()):
            raise ValidationError(
                _("%(name)s has this code. Choose another, or leave it empty.") % {"name": taken.name}
            )
        return code

    def clean_reference_prefix(self) -> str:
        prefix: str = self.cleaned_data["reference_prefix"]
        Partner._meta.get_field("reference_prefix").run_validators(prefix)
        if prefix and (taken := Partner.objects.filter(reference_prefix=prefix).first()):
            raise ValidationError(_("%(name)s uses this prefix. Choose another.") % {"name": taken.name})
        return prefix

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_mission = data.get("kind") == PartnerKind.MISSION
        if is_mission and not data.get("mission_type") and "mission_type" not in self.errors:
            self.add_error("mission_type", _("Say which type of mission it is."))
        if data.get("kind") and not is_mission and data.get("mission_type"):
            self.add_error("mission_type", _("Only a mission abroad has a type of mission."))
        if is_mission and data.get("country") == "ID":
            self.add_error("country", _("A mission is abroad. Choose the country where it is."))
        if data.get("province") and data.get("country") not in (None, "ID"):
            self.add_error("province", _("The office is abroad. Leave the province empty."))
        if not self.errors and (same := _same_name(data["name_id"], data["city"])):
            self.add_error(
                "name_id",
                _("%(name)s is here already, with the code %(code)s.")
                % {"name": same.name, "code": same.code},
            )
        return data


def _same_name(name: str, city: str) -> Partner | None:
    return Partner.objects.current().filter(name_id__iexact=name, city__iexact=city).first()


class ReasonForm(KeyedForm):
    """Why a step is taken. `seen` marks the step that the page showed as the last."""

    reason = LongText(
        label=_("Reason"),
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the step; the partner's own admin reads it as well. Nothing about a worker."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def renewed(self, seen: str) -> Self:
        """The form with what was typed, beside what is there now: sent once more, it counts."""
        again = copy(self)
        again.data = {**cast(QueryDict, self.data).dict(), "seen": seen}
        again.full_clean()
        return again

    @property
    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("reason", "seen", "key")}


class AgreementForm(KeyedForm):
    """A signed agreement; its paper last, for nothing behind one that is too large is read."""

    number = Line(label=_("Number"), max_length=100)
    signatory = Line(
        label=_("Signed by"), max_length=150, help_text=_("Name and office of who signed for the partner.")
    )
    signed_on = forms.DateField(
        label=_("Signed on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The portal's admins are told 60, 30 and 7 days before."),
    )
    paper = CheckedFileField(
        label=_("The signed paper"), help_text=_("As PDF, at most 25 MB."), max_length=None
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_large = too_large
        self.fields["paper"].widget.attrs["accept"] = PDF

    def clean_signed_on(self) -> date:
        day: date = self.cleaned_data["signed_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet. Enter the day on which it was signed."))
        if day.year < 2000:
            raise ValidationError(_("Please check the year."))
        return day

    def clean_paper(self) -> CheckedFile:
        paper: CheckedFile = self.cleaned_data["paper"]
        if paper.content_type != PDF:
            raise ValidationError(_("An agreement is kept as PDF. Please choose the signed paper as PDF."))
        return paper

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.too_large:
            self.errors.pop("paper", None)
            self.add_error("paper", file_check.TOO_LARGE)
        signed, last = data.get("signed_on"), data.get("expires_on")
        if not (signed and last):
            return data
        if last <= signed:
            self.add_error("expires_on", _("The agreement ends before it began. Check both days."))
        elif last.year - signed.year > LONGEST:
            self.add_error("expires_on", _("That is more than 30 years. Please check the year."))
        return data
