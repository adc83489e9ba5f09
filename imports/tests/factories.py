"""Tables of old cases for tests, and an import that has come as far as a test needs."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import xlsxwriter

from accounts.models import User
from accounts.roles import Supervisor
from accounts.tests.factories import make_user
from agencies.models import Outcome, Partner
from agencies.tests.factories import make_partner, make_province, make_regency, make_topic
from imports import actions, working
from imports.columns import matched_of
from imports.models import CaseImport
from imports.trouble import sentence

HEADER = (
    "No. Kasus",
    "Tgl Pengaduan",
    "Nama PMI",
    "JK",
    "NIK",
    "Provinsi",
    "Kab/Kota",
    "Negara penempatan",
    "Jenis Masalah",
    "Kronologi",
    "Status",
)


def make_reference() -> None:
    """The rows of reference data that the tables of these tests name."""
    make_province()
    make_regency()
    make_topic(code="GAJI_TIDAK_DIBAYAR", name_id="Gaji tidak dibayar", name_en="Unpaid wages")
    make_topic(
        code="KEKERASAN_SEKSUAL", name_id="Kekerasan seksual", name_en="Sexual violence", restricted=True
    )
    Outcome.objects.get_or_create(
        code="HAK_TERPENUHI",
        defaults={
            "name_id": "Hak atau gaji dibayarkan",
            "name_en": "Wages paid",
            "outcome_class": "resolved",
        },
    )


def make_supervisor(partner: Partner | None = None) -> User:
    return make_user(partner=partner or make_partner(), role=Supervisor.code)


def row(number: int, **cells: str) -> list[str]:
    """One row under HEADER; each has a number and a person of its own."""
    usual = {
        "No. Kasus": f"{number:04}/2021",
        "Tgl Pengaduan": "12/03/2021",
        "Nama PMI": f"Contoh Nomor {number}",
        "JK": "P",
        "Provinsi": make_province().name,
        "Negara penempatan": "Malaysia",
        "Jenis Masalah": "Gaji tidak dibayar",
        "Kronologi": "Gaji tiga bulan belum dibayar.",
        "Status": "Proses",
    }
    return [(usual | cells).get(name, "") for name in HEADER]


def csv(*rows: list[str], header: tuple[str, ...] = HEADER) -> bytes:
    return "\r\n".join(";".join(cells) for cells in (header, *rows)).encode()


def xlsx(rows: list[list[Any]], merged: tuple[str, ...] = ()) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": False}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            for place, value in enumerate(cells):
                sheet.write(number, place, value)
        for where in merged:
            sheet.merge_range(where, "Contoh")
    return file.getvalue()


def read(content: bytes, by: User) -> CaseImport:
    """The table, read by the worker; its columns are guessed."""
    table = actions.upload(by=by, content=content, file_name="kasus.xlsx", key=uuid4())
    assert working.work(table.pk)
    table.refresh_from_db()
    return table


def check(table: CaseImport, by: User, **choices: Any) -> CaseImport:
    """The table, with its columns as they were guessed, checked by the worker."""
    matched = matched_of(table.mapping, len(table.head["header"]))
    usual = {"stage": "during", "caseworker": by.pk}
    actions.check(by=by, table=table, matched=matched, choices=usual | choices)
    while working.work(table.pk):
        pass
    table.refresh_from_db()
    return table


def checked(content: bytes, by: User, **choices: Any) -> CaseImport:
    return check(read(content, by), by, **choices)


def imported(content: bytes, by: User, **choices: Any) -> CaseImport:
    """The table, with cases made of all rows that can be."""
    table = checked(content, by, **choices)
    actions.carry_out(by=by, table=table)
    while working.work(table.pk):
        pass
    table.refresh_from_db()
    return table


def said(table: CaseImport) -> dict[int, list[str]]:
    """The sentences about each row of which there are any, by its number."""
    rows = [row for piece in table.pieces.all() for row in _rows(piece, table)]
    return {row["n"]: [sentence(one) for one in row["f"]] for row in rows if row.get("f")}


def _rows(piece: Any, table: CaseImport) -> list[dict[str, Any]]:
    piece.table = table
    found: list[dict[str, Any]] = piece.rows()
    return found
