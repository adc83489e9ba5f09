"""What is well-formed in a mandate that an admin gives, changes or ends."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.text import LongText
from agencies import countries
from agencies.actions.mandates import WRITTEN, seen_mandate
from agencies.choices import AgencyCode, Stage
from agencies.models import District, Mandate, Partner, Province, Regency, Topic
from agencies.today import today
from cases.forms.fields import DATE_FORMATS, ProvinceField, RegencyField

SOURCE_MAX = 1000  # characters
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
NO_SUCH_COUNTRY = _("There is no such country. Choose one from the list.")


class DistrictField(forms.ModelChoiceField):
    """A part of a country, named together with it."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{countries.name(obj.country)}: {obj.name}"


class Shown(forms.Form):
    """From which day on; what the page showed of the mandate, and of what its change would do."""

    valid_from = forms.DateField(label=_("From this day on"), widget=DAY, input_formats=DATE_FORMATS)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)

    def say(self, **hidden: str) -> None:
        """Put other marks into the form that is shown again."""
        data = cast(QueryDict, self.data).copy()
        for name, value in hidden.items():
            data[name] = value
        self.data = data


class EndForm(Shown):
    """When a mandate ends."""

    def __init__(self, data: QueryDict | None, *, mandate: Mandate) -> None:
        begins = mandate.valid_from
        first = begins if begins and begins > today() else today()
        super().__init__(data, initial={"valid_from": first, "seen": seen_mandate(mandate)})
        self.fields["valid_from"].label = _("Holds no more from this day on")
        if first != today():
            self.fields["valid_from"].help_text = _("It has not begun yet: this takes it back.")


class MandateForm(Shown):
    """What a mandate says. What is left open means any."""

    agency_code = forms.ChoiceField(label=_("Acts as"), choices=AgencyCode.choices)
    topic = forms.ModelChoiceField(
        label=_("Topic"), required=False, queryset=Topic.objects.current(), empty_label=_("Any topic")
    )
    stage = forms.ChoiceField(
        label=_("Stage"), required=False, choices=[("", _("Any stage")), *Stage.choices]
    )
    country = forms.ChoiceField(
        label=_("Country abroad"),
        required=False,
        choices=lambda: [("", _("Any country")), *countries.choices()],
        error_messages={"invalid_choice": NO_SUCH_COUNTRY},
    )
    district = DistrictField(
        label=_("Consular district"),
        required=False,
        queryset=District.objects.current(),
        empty_label=_("The whole country"),
    )
    province = ProvinceField(label=_("Home province"), required=False)
    regency = RegencyField(label=_("Home regency or city"), required=False)
    valid_until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DAY,
        input_formats=DATE_FORMATS,
        help_text=_("The last day. Leave it empty if no end is known."),
    )
    source = LongText(
        label=_("On which source it rests"),
        max_length=SOURCE_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A decree with its number and date, a letter, or the office you called."),
    )
    field_order = (*("agency_code", "topic", "stage"), *("country", "district", "province", "regency"))

    def __init__(self, data: QueryDict | None, *, partner: Partner, mandate: Mandate | None = None) -> None:
        super().__init__(data, initial=_first(partner, mandate))
        offered = list(Province.objects.current().only("code", "name"))
        province, regency = self.fields["province"], self.fields["regency"]
        cast(ProvinceField, province).offer(offered)
        cast(RegencyField, regency).offer(
            Regency.objects.current().values_list(*RegencyField.COLUMNS), offered
        )
        for field, empty in ((province, _("All of Indonesia")), (regency, _("The whole province"))):
            listed: Any = field
            listed.choices = [("", empty), *list(listed.choices)[1:]]

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in WRITTEN}


def _first(partner: Partner, mandate: Mandate | None) -> dict[str, Any]:
    """What the form begins with: the mandate that is changed, or as what the partner acts otherwise."""
    if mandate is None:
        last = partner.mandates.current().order_by("-pk").first()
        return {"valid_from": today(), "agency_code": last.agency_code if last else ""}
    columns = {name: getattr(mandate, f"{name}_id") for name in ("topic", "district", "province", "regency")}
    plain = {name: getattr(mandate, name) for name in ("agency_code", "stage", "country", "valid_until")}
    begins = max(today(), mandate.valid_from or today())
    return {**columns, **plain, "valid_from": begins, "source": "", "seen": seen_mandate(mandate)}
