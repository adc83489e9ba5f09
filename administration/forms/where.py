"""What "Where would this go?" asks for: codes and a place, nothing of any worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.text import Line
from agencies import countries, matching
from agencies.choices import Stage
from agencies.models import Province, Regency, Topic
from cases.forms.fields import CHOOSE, ProvinceField, RegencyField, TopicsField

PLACE_MAX = 100  # characters, as in a case


class WhereForm(forms.Form):
    """A complaint, as far as the answer depends on it. Bound to the query string."""

    stage = forms.ChoiceField(
        label=gettext_lazy("Stage"),
        choices=Stage.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a stage: who is responsible depends on it.")},
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country where the worker is"),
        required=False,
        choices=lambda: [CHOOSE, *countries.choices()],
        error_messages={
            "invalid_choice": gettext_lazy("There is no such country. Choose one from the list.")
        },
    )
    place = Line(label=gettext_lazy("City or district there"), max_length=PLACE_MAX, required=False)
    district = forms.ChoiceField(label=gettext_lazy("Part of the country"), required=False)
    home_province = ProvinceField(label=gettext_lazy("Home province"), required=False)
    home_regency = RegencyField(label=gettext_lazy("Home regency or city"), required=False)
    topics = TopicsField(label=gettext_lazy("Topics"), required=False)

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        offered = list(Province.objects.current().only("code", "name"))
        cast(ProvinceField, self.fields["home_province"]).offer(offered)
        cast(RegencyField, self.fields["home_regency"]).offer(
            Regency.objects.current().values_list(*RegencyField.COLUMNS), offered
        )
        cast(TopicsField, self.fields["topics"]).offer(Topic.objects.current())
        country = str((data or {}).get("country", ""))
        parts = matching.districts_for(country) if country in dict(countries.choices()) else []
        if parts:
            known = [(part.code, part.name) for part in parts]
            cast(forms.ChoiceField, self.fields["district"]).choices = [CHOOSE, *known]
            self.fields["place"].widget.attrs["list"] = "places"
        else:
            del self.fields["district"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        province, regency = data.get("home_province"), data.get("home_regency")
        if province and regency and regency.province_id != province.pk:
            self.add_error(
                "home_regency",
                _("%(regency)s does not lie in %(province)s. Please choose again.")
                % {"regency": regency.name, "province": province.name},
            )
        if data.get("place") and not data.get("country") and "country" not in self.errors:
            self.add_error("country", _("Name the country of this place."))
        return data

    @property
    def question(self) -> matching.Question:
        data = self.cleaned_data
        return matching.Question(
            topics=tuple(topic.code for topic in data["topics"]),
            stage=data["stage"],
            country=data["country"],
            place=data["place"],
            district=data.get("district", ""),
            home_province=data["home_province"].code if data["home_province"] else "",
            home_regency=data["home_regency"].code if data["home_regency"] else "",
        )
