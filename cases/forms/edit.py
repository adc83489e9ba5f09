"""The whole case, for editing; and what to do when somebody else edited it meanwhile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.comparing import Clash, flat
from accounts.text import Line

from ..choices import MeansOfControl
from ..models import Case, Worker
from ..models.worker import validate_passport
from .complaint import ComplaintForm
from .fields import Day, coded, day, said


class PassportField(Line):
    default_validators = [validate_passport]

    def to_python(self, value: Any) -> str:
        return "".join((super().to_python(value) or "").split()).upper()

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}  # spaces may be typed, so the browser must not count


class VersionField(forms.IntegerField):
    """The version that was opened. A spoiled one counts as an old one."""

    def clean(self, value: Any) -> int:
        try:
            return super().clean(value) or 0
        except ValidationError:
            return 0


class EditForm(ComplaintForm):
    """All that is kept of a case and its worker.

    `opened` holds a short digest of every value that the page showed, so that after somebody else's change it can be
    told which fields this person touched.
    """

    whole: ClassVar[bool] = True
    worker_fields: ClassVar[tuple[str, ...]] = (
        *ComplaintForm.worker_fields,
        *("passport_number", "disability", "home_village"),
    )
    case_fields: ClassVar[tuple[str, ...]] = (
        *ComplaintForm.case_fields,
        *("scheme", "recruiter", "broker", "foreign_agency", "employer_name", "employer_address"),
        *("contract_start", "contract_end", "departure_date", "work_start_date", "social_security_number"),
        *("incident_date", "accused_party"),
        *("trafficking_status", "trafficking_asserted_by", "means_of_control"),
    )

    version = VersionField(widget=forms.HiddenInput, required=False)
    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    passport_number = said(Worker, "passport_number", form_class=PassportField)
    home_village = said(Worker, "home_village")
    disability = said(Worker, "disability")

    scheme = coded(Case, "scheme")
    recruiter = said(Case, "recruiter")
    broker = said(Case, "broker")
    foreign_agency = said(Case, "foreign_agency")
    employer_name = said(Case, "employer_name")
    employer_address = said(Case, "employer_address")
    contract_start = day(Case, "contract_start")
    contract_end = day(Case, "contract_end")
    departure_date = day(Case, "departure_date")
    work_start_date = day(Case, "work_start_date")
    social_security_number = said(Case, "social_security_number")

    incident_date = day(Case, "incident_date", past=True)
    accused_party = said(Case, "accused_party")

    trafficking_status = coded(Case, "trafficking_status")
    trafficking_asserted_by = coded(Case, "trafficking_asserted_by")
    means_of_control = forms.MultipleChoiceField(
        label=capfirst(Case._meta.get_field("means_of_control").verbose_name),
        choices=MeansOfControl.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    @classmethod
    def of(cls, case: Case) -> EditForm:
        """The form as the case is now."""
        values = values_of(case)
        return cls(initial={**values, "version": case.version, "opened": digests(values)}, case=case)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        start, end = values.get("contract_start"), values.get("contract_end")
        if start and end and end < start:
            self.add_error("contract_end", _("The contract ends before it starts."))
        self._clean_screening(values)
        return values

    def _clean_screening(self, values: dict[str, Any]) -> None:
        """A finding of trafficking is always somebody's; without one there is nobody to name."""
        values["means_of_control"] = sorted(values.get("means_of_control", []))
        if "trafficking_status" not in values or "trafficking_asserted_by" not in values:
            return
        found, by = values["trafficking_status"], values["trafficking_asserted_by"]
        if found and not by:
            self.add_error("trafficking_asserted_by", _("Please say whose finding this is."))
        if by and not found:
            self.add_error("trafficking_status", _("Please choose what was found, or leave both empty."))

    def over(self, current: Case) -> tuple[EditForm, list[Clash], list[str]]:
        """The form again, over somebody else's change.

        What this person typed stays; fields that only the other changed show what is there now. Comes with the fields
        that both changed, and the names of those taken over.
        """
        assert isinstance(self.data, QueryDict)
        data, now = self.data.copy(), values_of(current)
        shown = digests_in(data.get("opened", ""))
        clashes, taken_over = [], []
        for name, value in now.items():
            mine = typed_value(data, name)
            if same(mine, value):
                continue
            if digest(mine) == shown.get(name):
                put(data, name, value)
                taken_over.append(str(self.fields[name].label))
            elif digest(value) != shown.get(name):
                clashes.append(
                    Clash(str(self.fields[name].label), self.words(name, value), self.words(name, mine))
                )
        data["version"], data["opened"] = str(current.version), digests(now)
        return EditForm(data, case=current), clashes, taken_over

    def words(self, name: str, value: str | list[str]) -> str:
        """A raw value as a reader knows it: names for codes, a written date."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            names = dict(flat(field.choices))  # type: ignore[arg-type]  # ours are lists, never callables
            codes = value if isinstance(value, list) else [value]
            return ", ".join(str(names.get(code, code)) for code in codes if code)
        assert isinstance(value, str)
        if isinstance(field, Day) and value:
            try:
                return formats.date_format(date.fromisoformat(value), "DATE_FORMAT")
            except ValueError:
                return value
        return value


def values_of(case: Case) -> dict[str, str | list[str]]:
    """Every editable value as a form sends it."""
    values: dict[str, str | list[str]] = {"topics": sorted(topic.pk for topic in case.topics.all())}
    for names, row in ((EditForm.worker_fields, case.worker), (EditForm.case_fields, case)):
        for name in names:
            if name != "urgency_suggested":
                value = row.serializable_value(name)
                values[name] = (
                    sorted(value) if isinstance(value, list) else "" if value is None else str(value)
                )
    return values


def typed_value(data: QueryDict, name: str) -> str | list[str]:
    if isinstance(EditForm.base_fields[name], forms.MultipleChoiceField):
        return sorted(set(data.getlist(name)))
    return data.get(name, "")


def put(data: QueryDict, name: str, value: str | list[str]) -> None:
    data.setlist(name, value if isinstance(value, list) else [value])


def plain(value: str | list[str]) -> str:
    text = "\n".join(value) if isinstance(value, list) else value
    return text.replace("\r\n", "\n").strip()


def same(one: str | list[str], other: str | list[str]) -> bool:
    return plain(one) == plain(other)


def digest(value: str | list[str]) -> str:
    return sha256(plain(value).encode()).hexdigest()[:8]


def digests(values: Mapping[str, str | list[str]]) -> str:
    return json.dumps({name: digest(value) for name, value in values.items()})


def digests_in(text: str) -> dict[str, str]:
    """What `digests` wrote; nothing when it was spoiled on the way."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return (
        {name: value for name, value in found.items() if isinstance(value, str)}
        if isinstance(found, dict)
        else {}
    )
