"""What of a case may stand in an export: for each column how it is called, what is read for it, and what its cell says.

A personal one is read only when somebody asks for it. Cells are texts, days and amounts; codes are told in the words of whoever
asked, from lists that are read once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from agencies import countries
from agencies.models import Outcome, Province, Regency
from cases.models import Case, Worker
from privacy.spreadsheets import Cell

Words = Mapping[Any, str]
Model = type[Case] | type[Worker]


@dataclass(frozen=True)
class Column:
    """`read` is what the query asks for; `words` are what the codes in it mean, where there are any. `sealed` says whose key
    seals it."""

    code: str
    title: Any
    read: Callable[[], Any]
    words: Callable[[User], Words] | None = None
    several: bool = False  # codes, of which a case may have more than one
    personal: bool = False
    sealed: Model | None = None

    @property
    def name(self) -> str:
        """In the reader's language."""
        return str(capfirst(self.title))

    def teller(self, user: User) -> Callable[[Any], Cell] | None:
        """What a value says to this person; None where it says itself."""
        if self.words is None:
            return None
        words = self.words(user)
        if self.several:
            return lambda codes: "; ".join([words.get(code, str(code)) for code in codes])
        return lambda code: words.get(code, "" if code is None else str(code))


def _field(model: Model, name: str) -> Any:
    return model._meta.get_field(name)


def _path(model: Model, name: str) -> Callable[[], Any]:
    return partial(F, name if model is Case else f"worker__{name}")


def _plain(model: Model, name: str, *, personal: bool = False) -> Column:
    return Column(name, _field(model, name).verbose_name, _path(model, name), personal=personal)


def _coded(model: Model, name: str, words: Callable[[User], Words] | None = None) -> Column:
    told = words or partial(_choices, model, name)
    return Column(name, _field(model, name).verbose_name, _path(model, name), told)


def _day(name: str, title: Any) -> Column:
    """The day of a moment, where whoever asks is."""
    return Column(name, title, lambda: TruncDate(name, tzinfo=timezone.get_current_timezone()))


def _sealed(model: Model, name: str) -> Column:
    title = _field(model, name).verbose_name
    return Column(name, title, _path(model, name), personal=True, sealed=model)


def _topics() -> Any:
    rows = Case.topics.through.objects.filter(case=OuterRef("pk")).order_by("topic")
    return ArraySubquery(rows.values("topic"))


def _choices(model: Model, name: str, _user: User) -> Words:
    return {code: str(label) for code, label in _field(model, name).flatchoices}


def _named(model: Any, _user: User) -> Words:
    return {row.pk: row.name for row in model.objects.all()}


def _people(user: User) -> Words:
    return dict(User.objects.filter(partner=user.partner).values_list("pk", "full_name"))


def _countries(_user: User) -> Words:
    return dict(countries.choices())


COLUMNS = {
    column.code: column
    for column in (
        _plain(Case, "reference"),
        _coded(Case, "urgency"),
        Column(
            "topics", gettext_lazy("topics"), _topics, partial(_named, Case.topics.rel.model), several=True
        ),
        _coded(Case, "country", _countries),
        _coded(Case, "stage"),
        _coded(Case, "sector"),
        _coded(Case, "procedural_status"),
        _coded(Case, "scheme"),
        _coded(Case, "channel"),
        _plain(Case, "incident_date"),
        _coded(Worker, "sex"),
        _coded(Worker, "home_province", partial(_named, Province)),
        _coded(Worker, "home_regency", partial(_named, Regency)),
        _coded(Case, "assigned_to", _people),
        _day("created_at", gettext_lazy("logged")),
        _day("changed_at", gettext_lazy("last change")),
        _day("closed_at", pgettext_lazy("column", "closed")),
        _coded(Case, "outcome", partial(_named, Outcome)),
        _plain(Case, "amount_claimed"),
        _plain(Case, "amount_recovered"),
        _plain(Case, "currency"),
        _coded(Case, "settlement_state"),
        _day("restricted_at", pgettext_lazy("column", "restricted since")),
        _sealed(Worker, "name"),
        _plain(Worker, "birth_date", personal=True),
        _sealed(Worker, "nik"),
        _sealed(Worker, "passport_number"),
        _sealed(Worker, "contact"),
        _sealed(Worker, "home_village"),
        _sealed(Case, "reporter_name"),
        _sealed(Case, "reporter_contact"),
        _sealed(Case, "place"),
        _sealed(Case, "recruiter"),
        _sealed(Case, "broker"),
        _sealed(Case, "foreign_agency"),
        _sealed(Case, "employer_name"),
        _sealed(Case, "chronology"),
        _sealed(Case, "demands"),
    )
}
FIRST = ("reference", "urgency", "topics", "country", "assigned_to", "created_at", "closed_at", "outcome")


def chosen(codes: Iterable[str]) -> list[Column]:
    """These columns, in their own order; the reference is always the first."""
    wanted = {"reference", *codes}
    return [column for code, column in COLUMNS.items() if code in wanted]


def are_personal(codes: Iterable[str]) -> bool:
    """Whether an export of these columns holds what tells who somebody is."""
    return any(column.personal for column in chosen(codes))
