"""What is known of a case, as the component `definition_list` shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import formats
from django.utils.text import capfirst

from . import nik_check
from .models import Case, Worker

Row = dict[str, Any]


def worker(person: Worker) -> list[Row]:
    rows = _rows(person, "name", "sex", "birth_date", "nik", "passport_number", "disability")
    rows += _rows(
        person, "home_province", "home_regency", "home_village", "contact", "safe_channel", "safe_time"
    )
    next(row for row in rows if row["field"] == "nik")["note"] = " ".join(nik_check.warnings(person))
    return rows


def reporter(case: Case) -> list[Row]:
    return _rows(case, "reporter_type", "reporter_relation", "reporter_name", "reporter_contact", "channel")


def placement(case: Case) -> list[Row]:
    rows = _rows(
        case, "stage", "country", "place", "procedural_status", "scheme", "sector", "recruiter", "broker"
    )
    rows += _rows(
        case, "foreign_agency", "employer_name", "employer_address", "contract_start", "contract_end"
    )
    rows += _rows(case, "departure_date", "work_start_date", "social_security_number")
    next(row for row in rows if row["field"] == "country")["value"] = case.country_name
    return rows


def complaint(case: Case) -> list[Row]:
    return _rows(case, "chronology", "demands", "incident_date", "accused_party")


def screening(case: Case) -> list[Row]:
    """Signs of trafficking; none while nobody has looked for any."""
    if not case.trafficking_status and not case.means_of_control:
        return []
    return _rows(case, "trafficking_status", "trafficking_asserted_by", "means_of_control")


def _rows(row: models.Model, *names: str) -> list[Row]:
    return list(_facts(row, names))


def _facts(row: models.Model, names: Iterable[str]) -> Iterable[Row]:
    for name in names:
        field = row._meta.get_field(name)
        assert isinstance(field, models.Field)
        value = getattr(row, name)
        if isinstance(field, ArrayField):
            names = dict(field.base_field.flatchoices)
            value = ", ".join(str(names.get(code, code)) for code in value)
        elif field.choices:
            value = dict(field.flatchoices).get(value, value)
        elif isinstance(field, models.DateField):
            value = formats.date_format(value, "DATE_FORMAT") if value else ""
        yield {
            "field": name,
            "label": capfirst(field.verbose_name),
            "value": value if value is not None else "",
        }
