"""What is asked before an act on many cases is done, and which cases somebody chose in the list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.keyed import KeyedForm
from accounts.models import User
from accounts.text import LongText
from agencies.models import Topic
from cases.forms.acts import colleagues
from cases.models.case import TEXT_MAX

from . import rules
from .choices import FileForm, Kind
from .columns import COLUMNS, FIRST, chosen
from .models import BulkAct

ADDRESS = 2_000  # characters of what the list was asked for
TICKED, PAGE, ALL = "ticked", "page", "all"


class ChosenForm(KeyedForm):
    """Which cases, and what is to be done with them; sent by the list."""

    kind = forms.ChoiceField(choices=Kind)
    which = forms.ChoiceField(choices=[(TICKED, ""), (PAGE, ""), (ALL, "")], required=False)
    asked = forms.CharField(max_length=ADDRESS, required=False)


class ValuesForm(KeyedForm):
    """What is to be done: fields of the act, by their names."""

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.offer()

    def offer(self) -> None:
        """Fill in what may be chosen."""

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class AssignManyForm(ValuesForm):
    """Who takes the cases on."""

    to = forms.ModelChoiceField(label=_("Caseworker"), queryset=User.objects.none())

    def offer(self) -> None:
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = colleagues(self.by.partner_id)


class TopicManyForm(ValuesForm):
    """Which topic is added."""

    topic = forms.ModelChoiceField(
        label=_("Topic"),
        queryset=Topic.objects.none(),
        help_text=_("A topic that restricts a case to named staff is added to each case by itself."),
    )

    def offer(self) -> None:
        field = self.fields["topic"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Topic.objects.current().filter(restricted=False)


class MessageManyForm(ValuesForm):
    """What is said to the colleagues who have the cases."""

    text = LongText(
        label=_("Message"),
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "It stands as a note in each of the cases, where only your own team reads it; each caseworker is told once."
        ),
    )


class ExportForm(ValuesForm):
    """Which columns, in which form. Personal ones are chosen by themselves, and none is chosen beforehand."""

    columns = forms.MultipleChoiceField(
        label=_("Columns"), widget=forms.CheckboxSelectMultiple, required=False, initial=list(FIRST)
    )
    personal = forms.MultipleChoiceField(
        label=_("Personal data"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("With any of these the file is an archive with a password, which this page shows you."),
    )
    form = forms.ChoiceField(
        label=_("Form"), choices=FileForm, widget=forms.RadioSelect, initial=FileForm.XLSX
    )

    def offer(self) -> None:
        for name in ("columns", "personal"):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [
                (column.code, column.name)
                for column in COLUMNS.values()
                if column.personal == (name == "personal")
            ]

    @property
    def values(self) -> dict[str, Any]:
        both = [*self.cleaned_data["columns"], *self.cleaned_data["personal"]]
        return {"columns": [column.code for column in chosen(both)], "form": self.cleaned_data["form"]}


FORMS: dict[str, type[ValuesForm]] = {
    Kind.ASSIGN: AssignManyForm,
    Kind.TOPIC: TopicManyForm,
    Kind.MESSAGE: MessageManyForm,
    Kind.EXPORT: ExportForm,
}


def form_of(act: BulkAct, by: User, data: Any = None) -> ValuesForm | None:
    """The form that says what is to be done; None for whoever may not say it."""
    return FORMS[act.kind](data, by=by) if rules.can_carry_on(by, act) else None
