"""What is well-formed in a row of the coded lists and the places, on its page and in an uploaded table alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.text import Line, LongText

from . import countries
from .actions.reference_rows import EDITED, row_mark
from .choices import GUARDED_TOPICS, AgencyCode, ExtraField
from .forms import FilterForm, SearchField
from .matching import normalise
from .models import District, Outcome, Province, ReferenceRow, Regency, Topic
from .reference_kinds import KINDS, Kind

RANKED = 6  # agencies that a topic may name, best first
ALIAS_LENGTH = 60
SOURCE_LENGTH = 1000


class RankedWidget(forms.MultiWidget):
    """Several choices, the first one first."""

    use_fieldset = True

    def __init__(self, choices: Sequence[tuple[Any, Any]]) -> None:
        super().__init__(
            [
                forms.Select(choices=choices, attrs={"class": "form-select mb-1", "aria-label": str(n)})
                for n in range(1, RANKED + 1)
            ]
        )

    def decompress(self, value: Any) -> list[Any]:
        kept = list(value or [])[:RANKED]
        return [*kept, *[""] * (RANKED - len(kept))]


class RankedField(forms.MultiValueField):
    """Codes of agencies in order of rank, each once."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "–"), *AgencyCode.choices]
        fields = [forms.ChoiceField(choices=choices, required=False) for _n in range(RANKED)]
        super().__init__(
            fields, widget=RankedWidget(choices), require_all_fields=False, required=False, **kwargs
        )

    def compress(self, data_list: Any) -> list[str]:
        codes = [code for code in data_list or [] if code]
        if len(set(codes)) < len(codes):
            raise ValidationError(_("Each agency can stand here once only."))
        return codes


class NamesField(LongText):
    """Names of places, one on each line, kept as places that somebody types are compared."""

    widget = forms.Textarea(attrs={"rows": 6})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        names = [normalise(line) for line in super().clean(value).splitlines()]
        for name in names:
            if len(name) > ALIAS_LENGTH:
                raise ValidationError(
                    _("“%(name)s…” is longer than %(most)s letters.")
                    % {"name": name[:20], "most": ALIAS_LENGTH}
                )
        return list(dict.fromkeys(name for name in names if name))


class RowForm(forms.ModelForm):
    """One row. Its code is asked for once, when it is new. `seen` is the mark of what the form showed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    class Meta:
        fields: Sequence[str] = ()

    def __init__(self, *args: Any, instance: ReferenceRow, **kwargs: Any) -> None:
        self.is_new = instance._state.adding
        kwargs |= {"instance": instance}
        if not self.is_new:
            kwargs |= {"initial": {"seen": row_mark(instance)}}
        super().__init__(*args, **kwargs)
        if not self.is_new:
            del self.fields["code"]

    def renew(self, seen: str) -> None:
        """Show the form again beside what is kept now: sent once more, it counts."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = seen
        self.data = data

    @classmethod
    def as_sent(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values as a browser would send them, for what comes from elsewhere."""
        sent = dict(values)
        for name, field in cls.base_fields.items():
            if isinstance(field, RankedField) and name in sent:
                parts = enumerate(field.widget.decompress(sent.pop(name)))
                sent |= {f"{name}_{number}": part for number, part in parts}
        return sent

    @property
    def code(self) -> str:
        return str(self.cleaned_data["code"] if self.is_new else self.instance.pk)

    @property
    def values(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in self.Meta.fields and name != "code"
        }

    def _post_clean(self) -> None:
        """Django's, without the questions to the database: that a code is taken, or a constraint broken, the act tells,
        which sees what others do meanwhile, and that a province is one, its field. A table of hundreds of rows asks less."""
        exclude = {"province", *self._get_validation_exclusions()}  # type: ignore[attr-defined]  # the stubs leave out what has an underscore
        try:
            self.instance = construct_instance(self, self.instance, self.Meta.fields)
            self.instance.full_clean(exclude=exclude, validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            self.add_error(None, error)


_CODE_HELP = gettext_lazy("It cannot be changed later. Old cases and tables know the row by it.")
_SOURCE_HELP = gettext_lazy("Where this comes from: a regulation, a letter, a page with its date.")
_COMMON: dict[str, Any] = {
    "name_id": gettext_lazy("Name in Indonesian"),
    "name_en": gettext_lazy("Name in English"),
    "code": gettext_lazy("Code"),
    "source": gettext_lazy("Source"),
    "position": gettext_lazy("Place in lists"),
}


def _source() -> LongText:
    return LongText(
        label=_COMMON["source"],
        required=False,
        max_length=SOURCE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_SOURCE_HELP,
    )


class TopicForm(RowForm):
    typical_agencies = RankedField(
        label=gettext_lazy("Agencies that usually answer for it"),
        help_text=gettext_lazy("The first one first. Who that is at a place is said by the mandates."),
    )
    source = _source()

    class Meta:
        model = Topic
        fields = ("code", *EDITED["topic"])
        field_classes = dict.fromkeys(("code", "name_id", "name_en"), Line)
        labels = {
            **_COMMON,
            "stage": gettext_lazy("Stage"),
            "default_urgency": gettext_lazy("Suggested urgency"),
            "restricted": gettext_lazy("Restricted to named staff"),
        }
        help_texts = {
            "code": _CODE_HELP,
            "position": gettext_lazy("A small number stands first."),
            "restricted": gettext_lazy(
                "Holds for every case that is written from now on. A case that is there already follows when it is saved next."
            ),
        }

    def clean_restricted(self) -> bool:
        restricted: bool = self.cleaned_data["restricted"]
        if not restricted and self.instance.code in GUARDED_TOPICS:
            raise ValidationError(_("Cases of this topic are always restricted to named staff."))
        return restricted


class OutcomeForm(RowForm):
    extra_fields = forms.MultipleChoiceField(
        label=gettext_lazy("Also asked for"),
        choices=ExtraField.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    source = _source()

    class Meta:
        model = Outcome
        fields = ("code", *EDITED["outcome"])
        field_classes = dict.fromkeys(("code", "name_id", "name_en"), Line)
        labels = {**_COMMON, "outcome_class": gettext_lazy("Counts as")}
        help_texts = {"code": _CODE_HELP, "position": gettext_lazy("A small number stands first.")}


class DistrictForm(RowForm):
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=countries.choices)
    aliases = NamesField(
        label=gettext_lazy("Also recognised by"),
        required=False,
        max_length=1_500,
        help_text=gettext_lazy("Cities and other spellings, one on each line."),
    )
    source = _source()

    class Meta:
        model = District
        fields = ("code", *EDITED["district"])
        field_classes = dict.fromkeys(("code", "name_id", "name_en"), Line)
        labels = _COMMON
        help_texts = {"code": _CODE_HELP}


class ProvinceForm(RowForm):
    source = _source()

    class Meta:
        model = Province
        fields = ("code", *EDITED["province"])
        field_classes = dict.fromkeys(("code", "name"), Line)
        labels = {**_COMMON, "name": gettext_lazy("Name")}
        help_texts = {"code": _CODE_HELP}


class RegencyForm(RowForm):
    source = _source()

    class Meta:
        model = Regency
        fields = ("code", *EDITED["regency"])
        field_classes = dict.fromkeys(("code", "name"), Line)
        labels = {**_COMMON, "name": gettext_lazy("Name"), "province": gettext_lazy("Province")}
        help_texts = {"code": _CODE_HELP}


FORMS: dict[str, type[RowForm]] = {
    "topic": TopicForm,
    "outcome": OutcomeForm,
    "district": DistrictForm,
    "province": ProvinceForm,
    "regency": RegencyForm,
}
TABLES: dict[str, Kind] = {code: KINDS[code] for code in FORMS}


class RowsFilter(FilterForm):
    q = SearchField()
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("In use")),
            ("retired", gettext_lazy("Out of use")),
            ("all", gettext_lazy("Everything")),
        ],
    )


class UploadForm(forms.Form):
    """A table, as a spreadsheet saves it. What is in it is told row by row, afterwards."""

    file = forms.FileField(
        label=gettext_lazy("Table"),
        allow_empty_file=True,
        help_text=gettext_lazy("CSV or XLSX, as your spreadsheet saves it."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
