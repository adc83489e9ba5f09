"""Plain functions that make rows for tests; whatever is not given is plausible."""

from __future__ import annotations

from itertools import count
from typing import Any

from agencies.choices import AgencyCode, OutcomeClass, PartnerKind
from agencies.models import District, Mandate, Office, Outcome, Partner, Province, Regency, Topic

_number = count(1)


def make_partner(**fields: Any) -> Partner:
    number = next(_number)
    fields.setdefault("code", f"PARTNER_{number}")
    fields.setdefault("name_id", f"Mitra {number}")
    fields.setdefault("kind", PartnerKind.NGO)
    fields.setdefault("reference_prefix", f"P{number}")
    if fields["kind"] == PartnerKind.MISSION:
        fields.setdefault("mission_type", "KBRI")
    return Partner.objects.create(**fields)


def make_province(**fields: Any) -> Province:
    fields.setdefault("code", "35")
    fields.setdefault("name", f"Provinsi {fields['code']}")
    return Province.objects.get_or_create(code=fields.pop("code"), defaults=fields)[0]


def make_regency(**fields: Any) -> Regency:
    fields.setdefault("code", "3573")
    fields.setdefault("name", f"Kota {fields['code']}")
    fields.setdefault("province", make_province(code=fields["code"][:2]))
    return Regency.objects.get_or_create(code=fields.pop("code"), defaults=fields)[0]


def make_district(**fields: Any) -> District:
    fields.setdefault("code", f"MY-PART-{next(_number)}")
    fields.setdefault("country", fields["code"][:2])
    fields.setdefault("name_id", fields["code"])
    return District.objects.create(**fields)


def make_topic(**fields: Any) -> Topic:
    fields.setdefault("code", f"TOPIK_{next(_number)}")
    fields.setdefault("name_id", fields["code"].title())
    return Topic.objects.create(**fields)


def make_outcome(**fields: Any) -> Outcome:
    fields.setdefault("code", f"HASIL_{next(_number)}")
    fields.setdefault("name_id", fields["code"].title())
    fields.setdefault("outcome_class", OutcomeClass.RESOLVED)
    return Outcome.objects.create(**fields)


def make_mandate(**fields: Any) -> Mandate:
    fields.setdefault("agency_code", AgencyCode.PERWAKILAN)
    if "partner" not in fields:
        fields["partner"] = make_partner()
    return Mandate.objects.create(**fields)


def make_office(**fields: Any) -> Office:
    fields.setdefault("name", f"Pos {next(_number)}")
    if "partner" not in fields:
        fields["partner"] = make_partner()
    return Office.objects.create(**fields)
