"""Narrowing the lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import prepared
from accounts.text import Line
from agencies import countries
from cases.forms import filters
from cases.forms.widgets import LongSelect, Offered

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
    topic = forms.ChoiceField(label=_("Topic"), required=False, widget=LongSelect)
    country = forms.ChoiceField(label=_("Country"), required=False, widget=LongSelect)
    tab = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(self, *args: Any, states: list[State], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("All"))
        topics = prepared.rows("topics", None, filters.topics)
        for name, offered in (
            ("state", [(state.value, state.label) for state in states]),
            ("topic", [(topic.code, topic.name) for topic in topics]),
            ("country", countries.choices()),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = Offered([everything, *offered])

    def values(self) -> dict[str, Any]:
        """The filters in use that are well-formed."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value and name != "tab"}
