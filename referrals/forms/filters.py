"""Narrowing the lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text import Line
from agencies import countries
from agencies.models import Topic
from cases.forms.widgets import LongSelect

from ..choices import State


class FilterForm(forms.Form):
    """What the lists are narrowed by. Bound to the query string; a field with an odd value says so."""

    q = Line(
        label=_("Reference"),
        max_length=60,
        required=False,
        widget=forms.SearchInput(attrs={"placeholder": "SP-2026-000042"}),
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    topic = forms.ModelChoiceField(
        label=_("Topic"),
        queryset=Topic.objects.all(),  # also those out of use: old referrals have them
        required=False,
        empty_label=_("All"),
        widget=LongSelect,
    )
    country = forms.ChoiceField(label=_("Country"), required=False, widget=LongSelect)
    tab = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(self, *args: Any, states: list[State], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("All"))
        self.fields["state"].choices = [everything, *((s.value, s.label) for s in states)]  # type: ignore[attr-defined]  # the stubs know every form field as a Field
        self.fields["country"].choices = [everything, *countries.choices()]  # type: ignore[attr-defined]  # the stubs know every form field as a Field

    def values(self) -> dict[str, Any]:
        """The filters in use that are well-formed."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value and name != "tab"}
