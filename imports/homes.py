"""Where the worker comes from, and what the NIK says of them, put together out of several cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agencies import nik
from agencies.models import Province

from .drafts import Draft
from .places import Homes

VILLAGE = 200  # characters


def fill(draft: Draft, homes: Homes, choices: Mapping[str, Any]) -> None:
    """Province and regency by their names; what is not said by the regency, the NIK, or what was chosen for such rows."""
    said = nik.decode(draft.worker["nik"]) if draft.worker["nik"] else None
    province = _province(draft, homes)
    regency_code = _regency(draft, homes, province)
    known = said.province_code if isinstance(said, nik.Nik) else ""
    code = province.pk if province else regency_code or known
    chosen = homes.provinces.get(code) or homes.provinces.get(choices.get("home_province", ""))
    draft.worker["home_province"] = chosen
    _by_nik(draft, said, choices)


def _province(draft: Draft, homes: Homes) -> Province | None:
    text = draft.cells.get("home_province", "")
    found = homes.province_of(text) if text else None
    if text and found is None:
        draft.tell("unknown_province", column="home_province", value=text)
    return found


def _regency(draft: Draft, homes: Homes, province: Province | None) -> str:
    """Writes the regency down; the code of the province in which it lies."""
    text = draft.cells.get("home_regency", "")
    draft.worker["home_regency"] = None
    if not text:
        return ""
    found = homes.regency_of(text, province)
    if found.regency is None and province is None and (named := homes.province_of(text)):
        return str(named.pk)  # "Asal: NTB"
    if found.regency is not None and province is not None and found.regency.province_id != province.pk:
        draft.tell("other_province", column="home_regency", value=text, province=province.name)
    draft.worker["home_regency"] = found.regency
    if found.regency is None:
        draft.tell("regency_or_city" if found.both else "unknown_regency", column="home_regency", value=text)
        address = ", ".join(part for part in (draft.worker["home_village"], text) if part)
        draft.worker["home_village"] = address[:VILLAGE]
    return found.province_code


def _by_nik(draft: Draft, said: nik.Nik | nik.Problem | None, choices: Mapping[str, Any]) -> None:
    """Sex and birth date that no cell says; a warning where cell and NIK differ."""
    worker = draft.worker
    if isinstance(said, nik.Problem):
        draft.tell("nik_says", column="nik", why=said.code)
    elif said is not None:
        differing = nik.mismatches(said, sex=worker["sex"], birth_date=worker["birth_date"])
        for one in differing:
            draft.tell("nik_says", column="nik", why=one.code)
        worker["sex"] = worker["sex"] or ("" if draft.cells.get("sex") else said.sex)
        worker["birth_date"] = worker["birth_date"] or (
            None if draft.cells.get("birth_date") else said.birth_date
        )
    if not draft.cells.get("sex"):
        worker["sex"] = worker["sex"] or choices.get("sex", "")
