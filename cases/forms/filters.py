"""What the list of cases can be narrowed to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import prepared
from accounts.text import Line
from agencies import countries
from agencies.choices import Urgency
from agencies.models import Topic

from ..choices import Need
from ..models.case_reads import SEARCH_LENGTH
from .widgets import LongSelect, Offered

ANY = ("", _("All"))
STATES = [
    ("", pgettext_lazy("cases", "Open")),
    ("closed", pgettext_lazy("cases", "Closed")),
    ("all", pgettext_lazy("cases", "Open and closed")),
]


def topics() -> Any:
    """All of them, also those out of use: old cases have them."""
    return Topic.objects.only("code", "name_id", "name_en")


class TabField(forms.CharField):
    """Whose cases; mine for anything odd."""

    def clean(self, value: Any) -> str:
        return value if value in ("mine", "team") else "mine"


class CaseFilterForm(forms.Form):
    """Filters of the list, all optional; one that makes no sense is named and has no effect."""

    q = Line(
        label=_("Reference, worker, reporter or employer"),
        help_text=_(
            "Names, also of recruiters: whole, or the first three letters. NIK, passport, telephone: the whole number."
        ),
        required=False,
        max_length=SEARCH_LENGTH,
        widget=forms.SearchInput,
    )
    need = forms.ChoiceField(label=_("Needs"), required=False, choices=[ANY, *Need.choices])
    topic = forms.ChoiceField(label=_("Topic"), required=False, widget=LongSelect)
    country = forms.ChoiceField(label=_("Country"), required=False, widget=LongSelect)
    urgency = forms.ChoiceField(label=_("Urgency"), required=False, choices=[ANY, *Urgency.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    restricted = forms.ChoiceField(
        label=_("Who reads it"), required=False, choices=[ANY, ("only", _("Restricted"))]
    )
    tab = TabField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics = {topic.code: topic.name for topic in prepared.rows("topics", None, topics)}
        for name, offered in (("topic", self.topics.items()), ("country", countries.choices())):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = Offered([ANY, *offered])

    def chosen(self) -> dict[str, str]:
        """The filters in use that make sense."""
        self.is_valid()
        return {
            name: self.cleaned_data[name]
            for name in ("q", "need", "topic", "country", "urgency", "state", "restricted")
            if self.cleaned_data.get(name)
        }
