"""Provinces, regencies and consular districts."""

from ..models import District, Province, Regency
from .csvfiles import marked, provenance, read, several
from .merge import Tally, merge

REGENCIES_SOURCE = "npm idn-area-data 4.0.1 (ODbL 1.0), citing Kepmendagri 300.2.2-2138/2025"


def load_provinces() -> Tally:
    source = provenance("provinces.csv", "code+name")
    rows = {row["code"]: {"name": row["name"], **source[row["code"]]} for row in read("provinces.csv")}
    return merge(Province, rows, kind="provinces")


def load_regencies() -> Tally:
    source = marked(f"V: {REGENCIES_SOURCE}")
    rows = {
        row["code"]: {"province_id": row["province_code"], "name": row["name"], **source}
        for row in read("regencies.csv")
    }
    return merge(Regency, rows, kind="regencies and cities")


def load_districts() -> Tally:
    rows = {
        row["code"]: {
            "country": row["country_iso2"],
            "name_id": row["name_id"],
            "name_en": row["name_en"],
            "aliases": several(row["aliases"]),
            **marked(row["source"]),
        }
        for row in read("districts.csv")
    }
    return merge(District, rows, kind="parts of consular districts")
