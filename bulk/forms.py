"""What is asked before an act on many cases is done, and which cases somebody chose in the list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.keyed import KeyedForm
from accounts.models import User
from agencies.models import Topic
from cases.forms.acts import colleagues

from . import rules
from .choices import Kind
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


FORMS: dict[str, type[ValuesForm]] = {Kind.ASSIGN: AssignManyForm, Kind.TOPIC: TopicManyForm}


def form_of(act: BulkAct, by: User, data: Any = None) -> ValuesForm | None:
    """The form that says what is to be done; None for whoever may not say it."""
    return FORMS[act.kind](data, by=by) if rules.can_carry_on(by, act) else None
