"""Mandates of the partners that the files name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..choices import AgencyCode, MissionType, Stage
from ..models import Mandate, Partner
from .csvfiles import marked, provenance, read, several
from .merge import Tally, merge

Row = tuple[str, dict[str, Any]]  # partner code and fields

# Agencies that answer for the topics which name them, and for no other.
BY_TOPIC = ("POLRI", "KEMENSOS", "LPSK", "BPJSTK", "IMIGRASI")


def load_mandates() -> Tally:
    partner_ids = dict(Partner.objects.values_list("code", "pk"))
    rows = {}
    for partner, fields in (*_missions(), *_bp3mi(), *_disnaker(), *_national(), *_by_topic()):
        place = fields["regency_id"] or fields["province_id"] or fields["district_id"] or fields["country"]
        code = ":".join(
            (partner, fields["agency_code"], fields["topic_id"] or "*", fields["stage"] or "*", place or "*")
        )
        rows[code] = {"partner_id": partner_ids[partner], **fields}
    return merge(Mandate, rows, kind="mandates", signature=_said)


def _said(mandate: Mandate) -> tuple[object, ...]:
    """What no two mandates in use may both say (constraint mandate_is_said_once)."""
    return (
        mandate.partner_id,
        mandate.agency_code,
        mandate.topic_id,
        mandate.stage,
        mandate.country,
        mandate.district_id,
        mandate.province_id,
        mandate.regency_id,
    )


def _fields(partner: str, agency: str, source: dict[str, str], **more: Any) -> Row:
    blank = {
        "topic_id": None,
        "stage": "",
        "country": "",
        "district_id": None,
        "province_id": None,
        "regency_id": None,
    }
    return partner, {"agency_code": AgencyCode(agency).value, **blank, **source, **more}


def _missions() -> Iterator[Row]:
    """While the worker is abroad: the country, or the parts of it that make up the mission's consular district."""
    district_source = {row["mission_code"]: marked(row["source"]) for row in read("consular_districts.csv")}
    parts = read("districts.csv")
    for mission in read("missions.csv"):
        if mission["type"] == MissionType.PTRI:
            continue  # no consular role
        code = mission["code"]
        source = district_source.get(code) or marked(mission["source"])
        own = [part for part in parts if part["mission_code"] == code]
        for part in own:
            place = {"country": part["country_iso2"], "district_id": part["code"]}
            yield _fields(code, "PERWAKILAN", source, stage=Stage.DURING.value, **place)
        divided = {part["country_iso2"] for part in own}
        for country in several(mission["accredited_iso2"]):
            if country not in divided:
                yield _fields(code, "PERWAKILAN", source, stage=Stage.DURING.value, country=country)


def _bp3mi() -> Iterator[Row]:
    """At every stage, for workers whose home is in the province. Some provinces have none."""
    source = provenance("provinces.csv", "bp3mi_code")
    for row in read("provinces.csv"):
        if row["bp3mi_code"]:
            yield _fields(f"BP3MI_{row['bp3mi_code']}", "BP3MI", source[row["code"]], province_id=row["code"])


def _disnaker() -> Iterator[Row]:
    agency = _agencies()["DISNAKER_PROV"]
    for row in read("provinces.csv"):
        for stage in several(agency["stages"]):
            yield _fields(
                f"DISNAKER_{row['code']}",
                "DISNAKER_PROV",
                marked(agency["source"]),
                stage=stage,
                province_id=row["code"],
            )


def _national() -> Iterator[Row]:
    """Kemlu's directorate for whoever is abroad; the ministry for whatever nobody else answers for."""
    agencies = _agencies()
    yield _fields(
        "KEMLU_PWNI", "KEMLU_PWNI", marked(agencies["KEMLU_PWNI"]["source"]), stage=Stage.DURING.value
    )
    yield _fields("KP2MI", "KP2MI", marked(agencies["KP2MI"]["source"]))


def _by_topic() -> Iterator[Row]:
    agencies = _agencies()
    for topic in read("complaint_categories.csv"):
        for code in several(topic["typical_agency"]):
            if code not in BY_TOPIC:
                continue
            text = f"I: named for the topic in complaint_categories.csv; {agencies[code]['source']}"
            for stage in several(agencies[code]["stages"]):
                yield _fields(
                    code, code, marked(text), topic_id=topic["code"], stage="" if stage == "any" else stage
                )


def _agencies() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in read("agencies.csv")}
