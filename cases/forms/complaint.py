"""The complaint as both intake and editing ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import prepared
from accounts.keyed import KeyedForm
from accounts.text import Line
from agencies import countries, nik
from agencies.choices import Urgency
from agencies.models import Province, Regency, Topic

from ..choices import Relation, ReporterType
from ..models import Case, Worker
from .fields import CHOOSE, ProvinceField, RegencyField, TopicsField, coded, day, said
from .widgets import LongSelect, Offered

SELF_REPORTERS = frozenset({ReporterType.WORKER, ReporterType.PROSPECTIVE})
PLACES = ("home_province", "home_regency")


class NikField(Line):
    """A NIK, typed with or without spaces; what it says is compared elsewhere and never refused."""

    def to_python(self, value: Any) -> str:
        return nik.clean(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not (len(value) == nik.LENGTH and value.isascii() and value.isdecimal()):
            raise ValidationError(
                _("A NIK has 16 digits; this has %(n)s characters. Leave it empty if it is not at hand.")
                % {"n": len(value)}
            )


def suggested_urgency(topics: Iterable[Topic]) -> str:
    """The most urgent of what the topics suggest; normal when none does."""
    suggestions = {topic.default_urgency for topic in topics}
    return next((code for code in Urgency.values if code in suggestions), Urgency.NORMAL.value)


def _topics() -> Any:
    return Topic.objects.filter(retired_at=None)


def _provinces(carried: str) -> Any:
    return Province.objects.filter(Q(retired_at=None) | Q(pk=carried)).only("code", "name")


def _regencies(carried: str) -> Any:
    return Regency.objects.filter(Q(retired_at=None) | Q(pk=carried)).values_list(*RegencyField.COLUMNS)


class ComplaintForm(KeyedForm):
    """What intake asks for. Fields are named as the fields of Worker and Case, and their words come from there."""

    whole: ClassVar[bool] = False  # whether everything that is kept of a case is asked for
    worker_fields: ClassVar[tuple[str, ...]] = (
        *("name", "sex", "nik", "birth_date", "home_province", "home_regency"),
        *("contact", "safe_channel", "safe_time"),
    )
    case_fields: ClassVar[tuple[str, ...]] = (
        *("reporter_type", "reporter_relation", "reporter_name", "reporter_contact", "channel"),
        *("country", "place", "stage", "procedural_status", "sector"),
        *("urgency", "urgency_suggested", "urgency_reason", "chronology", "demands"),
    )

    reporter_type = coded(Case, "reporter_type")
    reporter_relation = coded(
        Case, "reporter_relation", required=False, help_text=gettext_lazy("Needed when family reports.")
    )
    reporter_name = said(
        Case,
        "reporter_name",
        required=False,
        help_text=gettext_lazy("Leave empty when the worker reports."),
    )
    reporter_contact = said(Case, "reporter_contact", required=False)
    channel = coded(Case, "channel")

    name = said(Worker, "name")
    sex = coded(Worker, "sex", radio=True)
    nik = NikField(
        label="NIK",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    birth_date = day(Worker, "birth_date", past=True)
    home_province = ProvinceField(label=gettext_lazy("Home province"))
    home_regency = RegencyField(label=gettext_lazy("Home regency or city"), required=False)
    contact = said(Worker, "contact")
    safe_channel = coded(Worker, "safe_channel", required=True)
    safe_time = said(
        Worker,
        "safe_time",
        help_text=gettext_lazy("For example: Sunday after 20:00, when the employer is out."),
    )

    stage = coded(Case, "stage", radio=True)
    country = forms.ChoiceField(label=gettext_lazy("Destination country"), widget=LongSelect)
    place = said(
        Case,
        "place",
        widget=forms.TextInput(attrs={"list": "places", "autocomplete": "off"}),
        help_text=gettext_lazy("As exactly as it is known: it decides which mission is asked."),
    )
    procedural_status = coded(Case, "procedural_status", radio=True)
    sector = coded(Case, "sector")

    topics = TopicsField(
        label=gettext_lazy("Topics"),
        error_messages={"required": gettext_lazy("Please choose at least one topic.")},
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("Urgency"),
        choices=[("", gettext_lazy("As the topics suggest")), *Urgency.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    urgency_reason = said(Case, "urgency_reason", label=gettext_lazy("Why another urgency than suggested"))
    chronology = said(Case, "chronology")
    demands = said(Case, "demands", widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, case: Case | None = None, **kwargs: Any) -> None:
        """With `case`, codes that it carries stay on offer even when they were retired since."""
        super().__init__(*args, **kwargs)
        self.case = case
        self._offer_places()
        carried = [topic.pk for topic in case.topics.all()] if case is not None else []
        self.topics_field.offer(
            Topic.objects.filter(Q(retired_at=None) | Q(pk__in=carried))
            if carried
            else prepared.rows("topics on offer", None, _topics)
        )
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = Offered([CHOOSE, *countries.choices()])

    def _offer_places(self) -> None:
        worker = self.case.worker if self.case is not None else None
        home = {"carried": (worker and worker.home_province_id) or ""}
        offered = prepared.rows("provinces on offer", None, _provinces, **home)
        province, regency = self.fields["home_province"], self.fields["home_regency"]
        assert isinstance(province, ProvinceField)
        assert isinstance(regency, RegencyField)
        province.offer(offered)
        home = {"carried": (worker and worker.home_regency_id) or ""}
        regency.offer(prepared.rows("regencies on offer", None, _regencies, **home), offered)

    @property
    def topics_field(self) -> TopicsField:
        field = self.fields["topics"]
        assert isinstance(field, TopicsField)
        return field

    def topic_groups(self) -> list[dict[str, Any]]:
        """The topics as the page lists them, by stage."""
        return self.topics_field.by_stage(self["topics"].value() or [])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self._clean_reporter(values)
        self._clean_home(values)
        self._clean_urgency(values)
        return values

    def _clean_reporter(self, values: dict[str, Any]) -> None:
        """The relation follows from who reports, unless family does; the worker's own name is not asked for twice."""
        who, relation = values.get("reporter_type"), values.get("reporter_relation")
        if who in SELF_REPORTERS:
            if relation not in ("", None, Relation.SELF):
                self.add_error(
                    "reporter_relation", _("Here the worker reports: choose “The worker themself”.")
                )
            values["reporter_relation"] = Relation.SELF.value
            values["reporter_name"] = values.get("reporter_name") or values.get("name", "")
            values["reporter_contact"] = values.get("reporter_contact") or values.get("contact", "")
            if not values["reporter_contact"] and not self.has_error("contact"):
                self.add_error(
                    "contact", _("Please say how the worker can be reached: a phone number or an e-mail.")
                )
            return
        if who == ReporterType.FAMILY and relation in ("", None, Relation.SELF):
            self.add_error("reporter_relation", _("Please choose how the reporter is related to the worker."))
        elif not relation:
            values["reporter_relation"] = Relation.ATTORNEY.value
        if not values.get("reporter_name") and not self.has_error("reporter_name"):
            self.add_error("reporter_name", _("Please enter the reporter's name."))
        if not values.get("reporter_contact") and not self.has_error("reporter_contact"):
            self.add_error("reporter_contact", _("Please say how the reporter can be reached."))

    def _clean_home(self, values: dict[str, Any]) -> None:
        province, regency = values.get("home_province"), values.get("home_regency")
        if province and regency and regency.province_id != province.pk:
            self.add_error(
                "home_regency",
                _("%(regency)s does not lie in %(province)s. Please choose again.")
                % {"regency": regency.name, "province": province.name},
            )

    def _clean_urgency(self, values: dict[str, Any]) -> None:
        if "topics" not in values or "urgency" not in values:
            return
        suggested = suggested_urgency(values["topics"])
        values["urgency_suggested"] = suggested
        values["urgency"] = values["urgency"] or suggested
        if (
            values["urgency"] != suggested
            and not values.get("urgency_reason")
            and not self.has_error("urgency_reason")
        ):
            self.add_error(
                "urgency_reason",
                _("The topics suggest “%(suggested)s”. Please say in a few words why you chose another.")
                % {"suggested": Urgency(suggested).label},
            )

    def worker_values(self) -> Mapping[str, Any]:
        """Values for the fields of Worker."""
        return {name: self.cleaned_data[name] for name in self.worker_fields}

    def case_values(self) -> Mapping[str, Any]:
        """Values for the fields of Case, but for its topics."""
        return {name: self.cleaned_data[name] for name in self.case_fields}

    def topic_rows(self) -> list[Topic]:
        return list(self.cleaned_data["topics"])
