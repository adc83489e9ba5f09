"""The component `field`: what crispy-forms draws, in a fraction of its time."""

import re

import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import forms
from django.template.loader import render_to_string

from cases.forms.widgets import LongSelect


class Form(forms.Form):
    line = forms.CharField(label="Line", help_text="One <b>line</b>")
    text = forms.CharField(
        label="Text", widget=forms.Textarea(attrs={"rows": 3, "class": "own"}), required=False
    )
    day = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    number = forms.IntegerField(label="Number", min_value=1)
    choice = forms.ChoiceField(label="Choice", choices=[("a", "A"), ("b", "B <i>")])
    long = forms.ChoiceField(label="Long", choices=[("a", "A")], widget=LongSelect)
    tick = forms.BooleanField(label="Tick", required=False)
    radio = forms.ChoiceField(label="Radio", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    file = forms.FileField(label="File", required=False)


def tags(html: str) -> list[object]:
    """Tags, each with its attributes in any order, and the words between them."""
    html = re.sub(r"\s+", " ", html)
    parts = [part.strip() for part in re.split(r"(<[^>]*>)", html) if part.strip()]
    return [
        (part.split()[0].rstrip(">"), sorted(re.findall(r'[\w-]+(?:="[^"]*")?', part)[1:]))
        if part.startswith("<")
        else part
        for part in parts
    ]


@pytest.mark.parametrize("name", Form.base_fields)
@pytest.mark.parametrize(
    "data", [None, {}, {"line": "<x>", "text": "a\nb", "number": "0", "choice": "b", "day": "2026-02-30"}]
)
def test_a_field_is_drawn_as_crispy_forms_draws_it(name: str, data: dict[str, str] | None) -> None:
    drawn = render_to_string("_components/field.jinja", {"field": Form(data)[name]})
    theirs = as_crispy_field(Form(data)[name]).replace("One <b>line</b>", "One &lt;b&gt;line&lt;/b&gt;")
    assert tags(drawn) == tags(theirs)


def test_what_is_wrong_with_a_form_as_a_whole_stands_above_its_fields() -> None:
    form = Form({})
    form.add_error(None, "It does not <fit>.")
    drawn = render_to_string("_components/fields.jinja", {"form": form})
    assert drawn.index("It does not &lt;fit&gt;.") < drawn.index('name="line"')
    assert drawn.count("requiredField") == sum(field.required for field in Form.base_fields.values())
