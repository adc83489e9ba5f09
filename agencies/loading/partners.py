"""Partners: BP3MI, Disnakertrans, missions, the national agencies and Suara Perempuan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..choices import MissionType, PartnerKind, SourceStatus
from ..models import Partner
from .csvfiles import marked, provenance, read, several
from .merge import Tally, merge

SUARA_PEREMPUAN = "SP"
PREFIX_LENGTH = 20

# Their operations were disrupted; until somebody confirms that they work again and switches them on, Kemlu's
# directorate answers instead (missions.csv).
DISRUPTED_MISSIONS = frozenset({"KBRI_KABUL", "KBRI_KHARTOUM"})

Row = tuple[str, dict[str, Any]]


def load_partners() -> Tally:
    rows = dict([*_bp3mi(), *_disnaker(), *_missions(), *_national(), *_ngos()])
    used_by = dict(Partner.objects.exclude(reference_prefix="").values_list("reference_prefix", "code"))
    for code, fields in rows.items():
        if used_by.get(fields["reference_prefix"], code) != code:  # an admin gave it to another partner
            fields["reference_prefix"] = ""
    return merge(Partner, rows, kind="partners")


def prefix_of(code: str) -> str:
    """The case-reference prefix of a partner code: its words with hyphens, whole words up to 20 characters."""
    words = code.split("_")
    while len("-".join(words)) > PREFIX_LENGTH and len(words) > 1:
        words.pop()
    return "-".join(words)


def _fields(code: str, kind: PartnerKind, name_id: str, **more: Any) -> Row:
    return code, {
        "kind": kind.value,
        "mission_type": "",
        "name_id": name_id,
        "name_en": "",
        "reference_prefix": prefix_of(code),
        "city": "",
        "country": "ID",
        "province_id": None,
        "time_zone": "Asia/Jakarta",
        "is_active": True,
        **more,
    }


def _bp3mi() -> Iterator[Row]:
    source = provenance("bp3mi.csv", "name+city")
    zones = {row["province_code"]: row["time_zone"] for row in read("provincial_offices.csv")}
    names = {row["code"]: row["name"] for row in read("provinces.csv")}
    for row in read("bp3mi.csv"):
        served = several(row["provinces"])
        seat = next((code for code in served if row["name"] == f"BP3MI {names[code]}"), served[0])
        yield _fields(
            f"BP3MI_{row['code']}",
            PartnerKind.BP3MI,
            row["name"],
            city=row["city"],
            province_id=seat,
            time_zone=zones[seat],
            **source[row["code"]],
        )


def _disnaker() -> Iterator[Row]:
    for row in read("provincial_offices.csv"):
        yield _fields(
            f"DISNAKER_{row['province_code']}",
            PartnerKind.DISNAKER,
            row["name_id"],
            name_en=row["name_en"],
            city=row["city"],
            province_id=row["province_code"],
            time_zone=row["time_zone"],
            **marked(row["source"]),
        )


def _missions() -> Iterator[Row]:
    zones = {(row["country_iso2"], row["city"]): row["time_zone"] for row in read("time_zones.csv")}
    for row in read("missions.csv"):
        source = marked(row["source"])
        if (
            source["source_status"] == SourceStatus.OFFICE_ONLY
        ):  # the office exists, and that is all this row says
            source["source_status"] = SourceStatus.VERIFIED.value
        place = (row["country_iso2"], row["city"])
        yield _fields(
            row["code"],
            PartnerKind.MISSION,
            row["name_id"],
            mission_type=MissionType(row["type"]).value,
            city=row["city"],
            country=row["country_iso2"],
            time_zone=zones.get(place) or zones[place[0], ""],
            is_active=row["code"] not in DISRUPTED_MISSIONS,
            **source,
        )


def _national() -> Iterator[Row]:
    """Agencies that serve the whole country: Kemlu's directorate, the ministry, the police…"""
    for row in read("agencies.csv"):
        if row["level"] == "national":
            kind = PartnerKind.KEMLU if row["code"] == "KEMLU_PWNI" else PartnerKind.OTHER
            source = marked(row["source"])
            yield _fields(
                row["code"],
                kind,
                row["name_id"],
                name_en=row["name_en"],
                city="Jakarta",
                province_id="31",
                **source,
            )


def _ngos() -> Iterator[Row]:
    yield _fields(SUARA_PEREMPUAN, PartnerKind.NGO, "Suara Perempuan", **marked("own addition"))
