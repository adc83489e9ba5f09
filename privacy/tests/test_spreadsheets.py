"""Spreadsheets, opened with other readers than what wrote them."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from privacy import spreadsheets
from privacy.spreadsheets import csv_stream, xlsx_file

FORMULAS = [
    "=1+1",
    "+62 812 0000",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "﹦1",
    "−1",
    "  =1",
    '"=1',
    "'=1",
    ' " =1',
    "\u200b=1",
    "\ufeff=1",
    "\u202e=1",
    "\x00=1",
    "{=1+1}",
    "=cmd|' /C calc'!A0",
]
PLAIN = ["Siti", "a=b", "nama-nama", "siti@contoh.example", "Rp 4.500, lunas", "", "3 - 2", 'katanya "=" itu']


def read_csv(*rows: list, delimiter: str = ",") -> list[list[str]]:
    text = b"".join(csv_stream(["kolom"], rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1:]


def read_xlsx(*rows: list) -> list[list]:
    with xlsx_file(["kolom"], rows) as file:
        sheet = openpyxl.load_workbook(file).active
        return [list(row) for row in sheet.iter_rows(min_row=2)]


@pytest.mark.parametrize("text", [text for text in FORMULAS if text[0] != "{"])
def test_in_csv_what_would_be_a_formula_gets_an_apostrophe(text: str) -> None:
    [[cell]] = read_csv([text])
    assert cell.startswith("'")
    assert cell.removeprefix("'").endswith(text.strip("\x00")[-1])


@pytest.mark.parametrize("text", PLAIN)
def test_in_csv_any_other_text_stays_as_it_is(text: str) -> None:
    assert read_csv([text]) == [[text]]


@given(text=st.text(max_size=40), separator=st.sampled_from(",;\t|"))
def test_a_program_with_another_separator_finds_no_formula_either(text: str, separator: str) -> None:
    """Excel in Indonesian parts cells at ";", and so tears a quoted text apart."""
    for row in read_csv(["Siti", text + ";=1+1", "akhir"], delimiter=separator):
        for cell in row:
            assert cell.lstrip(' "\t\r\n\u200b\ufeff')[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def test_csv_says_that_it_is_utf_8_and_ends_its_lines_as_rfc_4180_wants() -> None:
    written = b"".join(csv_stream(["Nama"], [["Nur’aini 😊"]]))
    assert written == '\ufeff"Nama"\r\n"Nur’aini 😊"\r\n'.encode()


def test_csv_writes_numbers_days_and_nothing_plainly() -> None:
    moment = datetime(2026, 3, 4, 17, 30, tzinfo=UTC)
    with timezone.override("Asia/Jakarta"):
        [row] = read_csv([-5, Decimal("-2.50"), date(2026, 3, 4), moment, None])
    assert row == ["-5", "-2.50", "2026-03-04", "2026-03-05 00:30:00+07:00", ""]


def test_csv_comes_in_pieces_before_the_last_row_is_asked_for() -> None:
    asked = 0

    def rows():
        nonlocal asked
        for _ in range(10_000):
            asked += 1
            yield ["x" * 1000]

    pieces = csv_stream(["kolom"], rows())
    assert len(next(pieces)) < 2 * spreadsheets.CHUNK
    assert asked < 100
    assert sum(len(piece) for piece in pieces) > 9_000_000


def test_the_heading_is_guarded_as_well() -> None:
    assert b'"\'=1"' in b"".join(csv_stream(["=1"], []))


def test_in_xlsx_every_text_is_text_also_after_it_is_edited() -> None:
    for [cell] in read_xlsx(*([text] for text in FORMULAS)):
        assert cell.data_type == "s", cell.value
        assert cell.quotePrefix, cell.value
        assert cell.hyperlink is None
    plain = [cell.value for [cell] in read_xlsx(*([text] for text in PLAIN if text))]
    assert plain == [text for text in PLAIN if text]


def test_in_xlsx_links_and_numbers_in_texts_stay_texts() -> None:
    cells = read_xlsx(["http://evil.example", "0812345678", "3507011234567890", 3507011234567890])[0]
    assert [cell.data_type for cell in cells] == ["s"] * 4
    assert [cell.value for cell in cells] == [
        "http://evil.example",
        "0812345678",
        "3507011234567890",
        "3507011234567890",
    ]


def test_in_xlsx_numbers_count_and_days_are_days() -> None:
    moment = datetime(2026, 3, 4, 17, 30, tzinfo=UTC)
    with timezone.override("Asia/Jakarta"):
        [cells] = read_xlsx([-5, Decimal("2.5"), date(2026, 3, 4), moment, None, "akhir"])
    assert [cell.value for cell in cells] == [
        -5,
        2.5,
        datetime(2026, 3, 4),
        datetime(2026, 3, 5, 0, 30),
        None,
        "akhir",
    ]


def test_half_characters_and_control_signs_spoil_no_file() -> None:
    assert read_csv(["a\ud800b\x00c"]) == [["a\ufffdb\ufffdc"]]
    assert read_xlsx(["a\ud800b\x0bc"])[0][0].value == "a\ufffdb\ufffdc"


def test_a_text_too_long_for_excel_ends_with_a_sign_that_it_went_on() -> None:
    value = read_xlsx(["x" * 40_000])[0][0].value
    assert (len(value), value[-1]) == (32_767, "…")


def test_more_rows_than_a_sheet_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "ROWS", 3)
    xlsx_file(["kolom"], [["a"], ["b"]]).close()
    with pytest.raises(ValueError, match="3 rows"):
        xlsx_file(["kolom"], [["a"], ["b"], ["c"]])


def test_nothing_of_a_workbook_is_left_on_the_disk(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def rows():
        yield ["Siti"]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        xlsx_file(["kolom"], rows())
    xlsx_file(["kolom"], [["Siti"]]).close()
    assert list(tmp_path.iterdir()) == []
