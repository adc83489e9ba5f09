"""A supervisor brings the cases of the years before the portal, on a phone and at a desk."""

from __future__ import annotations

import io
import re

import pytest
import xlsxwriter
from playwright.sync_api import FilePayload, Page, expect

from .conftest import DESK, PHONE, SUPERVISOR, Visit

HEADER = (
    "No. Kasus",
    "Tgl lahir",
    "Nama PMI",
    "L/P",
    "Provinsi",
    "Negara penempatan",
    "Masalah",
    "Kronologi",
    "Hasil",
)
NAMES = {2018: "Melati", 2019: "Kenanga"}
LONG = 60_000  # milliseconds that the worker may take


def table(year: int) -> bytes:
    """Three old cases, of which the second says a birth date that is none."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["DATA KASUS LAMA"])
        sheet.write_row(2, 0, HEADER)
        for number, born in enumerate(("31 Desember 1990", "kemarin", "12/03/88")):
            name = f"Contoh {NAMES[year]} {('Satu', 'Dua', 'Tiga')[number]}"
            cells = [
                f"{number}/{year}",
                born,
                name,
                "P",
                "Jawa Timur",
                "Hongkong",
                "Gaji tidak dibayar",
                "Gaji ditahan majikan.",
            ]
            sheet.write_row(3 + number, 0, [*cells, "Gaji dibayarkan"])
    return file.getvalue()


def upload(page: Page, year: int) -> None:
    page.goto("/cases/import/")
    content: FilePayload = {
        "name": f"kasus-{year}.xlsx",
        "mimeType": "application/octet-stream",
        "buffer": table(year),
    }
    page.set_input_files("[name=file]", content)
    page.click("main form .submit-bar button")
    page.wait_for_url(re.compile(r"/columns/$"), timeout=LONG)


@pytest.mark.parametrize(("viewport", "year"), [(PHONE, 2018), (DESK, 2019)], ids=["phone", "desk"])
def test_old_cases_are_imported_and_taken_back(visit: Visit, viewport: dict[str, int], year: int) -> None:
    page = visit(SUPERVISOR, viewport=viewport)
    upload(page, year)
    expect(page.locator("[name=column2]")).to_have_value("name")
    expect(page.locator("main")).to_contain_text("Hongkong")
    page.click("main form .submit-bar button")
    expect(page.locator("main")).to_contain_text("2 baris dapat menjadi kasus", timeout=LONG)
    expect(page.locator("main")).to_contain_text("“kemarin” bukan tanggal")
    expect(page.locator("main")).to_contain_text(f"Contoh {NAMES[year]} Satu")
    page.locator("form[action$='/carry-out/'] button").click()
    expect(page.locator("main")).to_contain_text("2 kasus sudah diimpor", timeout=LONG)

    page.goto("/cases/?state=closed")
    page.fill("[name=q]", f"Contoh {NAMES[year]} Tiga")
    page.press("[name=q]", "Enter")
    page.locator("a.row-link").first.click()
    expect(page.locator("main")).to_contain_text("Diimpor dari tabel lama, baris 6")

    upload(page, year)
    page.click("main form .submit-bar button")
    expect(page.locator("main")).to_contain_text("Tidak ada yang dapat diimpor", timeout=LONG)

    page.goto("/cases/import/")
    page.locator("main li a", has_text=f"kasus-{year}.xlsx").last.click()
    page.click("details.confirm:has(form[action$='/undo/']) summary")
    page.click("form[action$='/undo/'] button")
    expect(page.locator("main")).to_contain_text("2 kasus dibatalkan", timeout=LONG)
