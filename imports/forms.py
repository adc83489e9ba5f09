"""The forms of an import: the file, and what its columns are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.keyed import KeyedForm
from accounts.models import User
from agencies import countries
from agencies.choices import Stage
from agencies.models import Outcome, Province, Topic
from agencies.tables import SENTENCES
from cases.choices import Sex

from . import columns, staff, targets
from .models import CaseImport
from .reading import BOUNDS, MEGABYTE

LARGEST = BOUNDS.bytes // MEGABYTE
NOT_USED = ("", gettext_lazy("Leave out"))
NOTHING = ("", gettext_lazy("The row is an error"))


class FileForm(KeyedForm):
    """Nothing stands behind the file: what follows one that is too large is not read."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=None,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        help_text=gettext_lazy("XLSX or CSV, at most 25 MB and 50,000 rows."),
        error_messages={"required": gettext_lazy("Please choose a file.")},
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_large = too_large

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.too_large:
            self.errors.pop("file", None)
            self.add_error("file", SENTENCES["too_large"] % {"most": LARGEST})
        return data


class ColumnsForm(forms.Form):
    """A list of targets for each column of the table, and what holds where a row says nothing."""

    country = forms.ChoiceField(label=gettext_lazy("Destination country"), required=False)
    home_province = forms.ChoiceField(label=gettext_lazy("Home province"), required=False)
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), required=False, choices=[NOTHING, *Sex.choices])
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), required=False, choices=[NOTHING, *Stage.choices])
    topic = forms.ChoiceField(
        label=gettext_lazy("Topic"),
        required=False,
        help_text=gettext_lazy(
            "Also where no topic is called as the table says; its word is kept as a note."
        ),
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome of closed cases"),
        required=False,
        help_text=gettext_lazy("Also where no outcome is called as the table says; its word is kept."),
    )
    caseworker = forms.ChoiceField(
        label=gettext_lazy("Caseworker"),
        help_text=gettext_lazy(
            "Cases for named staff only are read by their caseworker alone, and by whom you name."
        ),
    )
    choices_of = ("country", "home_province", "sex", "stage", "topic", "outcome", "caseworker")

    def __init__(self, *args: Any, table: CaseImport, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": _initial(table)})
        self.header: Sequence[str] = table.head["header"]
        self.samples: Sequence[Sequence[str]] = table.head["samples"]
        self._offer(by)
        offered = [NOT_USED, *_grouped()]
        matched = columns.matched_of(table.mapping, len(self.header))
        for place, name in enumerate(self.header):
            self.fields[f"column{place}"] = forms.ChoiceField(
                choices=offered,
                required=False,
                initial=matched[place],
                label=name or self.letter(place),
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def _offer(self, by: User) -> None:
        offered: Mapping[str, list[Any]] = {
            "country": [NOTHING, *countries.choices()],
            "home_province": [NOTHING, *Province.objects.filter(retired_at=None).values_list("code", "name")],
            "topic": [NOTHING, *((row.code, row.name) for row in Topic.objects.filter(retired_at=None))],
            "outcome": [NOTHING, *((row.code, row.name) for row in Outcome.objects.filter(retired_at=None))],
            "caseworker": [(str(person.pk), person.full_name) for person in staff.of_partner(by.partner_id)],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        if "caseworker" not in self.initial:
            self.initial["caseworker"] = str(by.pk)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        matched = self.matched
        for code in {code for code in matched if code and code != targets.NOTE}:
            places = [place for place, one in enumerate(matched) if one == code]
            if len(places) > 1:
                label = targets.TARGETS[code].label
                self.add_error(
                    f"column{places[1]}", _("Another column is “%(label)s” already.") % {"label": label}
                )
        if "name" not in matched and not self.errors:
            raise ValidationError(_("No column of this table is the worker's name. Say which one is."))
        return data

    @property
    def matched(self) -> list[str]:
        """The target of each column, or nothing."""
        return [self.cleaned_data.get(f"column{place}", "") for place in range(len(self.header))]

    @property
    def choices(self) -> dict[str, Any]:
        """What holds where a row says nothing."""
        found = {name: self.cleaned_data.get(name, "") for name in self.choices_of}
        return {**found, "caseworker": int(found["caseworker"])}

    def rows(self) -> list[dict[str, Any]]:
        """The columns as the page lists them."""
        return [
            {
                "field": self[f"column{place}"],
                "letter": self.letter(place),
                "samples": self.samples[place],
            }
            for place in range(len(self.header))
        ]

    def defaults(self) -> list[Any]:
        return [self[name] for name in self.choices_of]

    @staticmethod
    def letter(place: int) -> str:
        """As spreadsheets name their columns: A, B … Z, AA."""
        letters = ""
        place += 1
        while place:
            place, rest = divmod(place - 1, 26)
            letters = chr(65 + rest) + letters
        return letters


def _initial(table: CaseImport) -> dict[str, Any]:
    chosen = {name: str(value) for name, value in table.choices.items()}
    return chosen or {"stage": Stage.DURING.value}


def _grouped() -> list[Any]:
    return [
        (group.label, [(target.code, target.label) for target in group.targets]) for group in targets.GROUPS
    ]
