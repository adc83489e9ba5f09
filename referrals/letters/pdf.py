"""How a paper looks: A4, with letterhead, the code as QR and as text, and page numbers."""

import unicodedata
from pathlib import Path

import segno
from django.conf import settings
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from ..disclosure import Row
from .content import LANGUAGE, Paper

FONTS = Path(__file__).with_name("fonts")
FAMILY = "DejaVu"
SIDE, TOP, BOTTOM = 22, 16, 20  # margins in mm
LINE = 5.2  # mm from one line to the next
LABEL = 52  # mm, the column of labels
LONG = 150  # characters; a longer value stands below its label, over the whole width
BLOCK = 58  # mm that signature and code take; they stay on one page
FOOTING = 28  # mm that the legal footing takes, which stands with them
QR = 28  # mm
DARK, GREY = 20, 95
LACKING = "\ufffd"  # stands for a letter that the font does not have


class Sheet(FPDF):
    """The pages of one paper."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self.paper = paper
        self.lacks = False
        for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.add_font(FAMILY, style, FONTS / name)
        font = self.fonts[FAMILY.lower()]
        assert isinstance(font, TTFFont)
        self.known = frozenset(font.cmap)
        self.set_margins(SIDE, TOP, SIDE)
        self.set_auto_page_break(True, margin=BOTTOM)
        self.set_creation_date(paper.issued_at)
        self.set_lang(LANGUAGE)
        self.set_title(f"{paper.title} {paper.reference}")
        self.set_author(self.printable(paper.issuer))
        self.set_creator(settings.SITE_NAME)
        self.add_page()

    def footer(self) -> None:
        """The reference and the number of the page, so that no sheet of a longer paper gets lost."""
        self.set_y(-14)
        self.style(8, colour=GREY)
        words = self.paper.page_words % {"page": self.page_no(), "pages": self.str_alias_nb_pages}
        self.cell(0, 5, f"{self.paper.title} {self.paper.reference} · {words}", align="C")

    def style(self, size: float, *, bold: bool = False, colour: int = DARK) -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(colour)

    def write_lines(self, text: str, *, width: float = 0, line: float = LINE, align: str = "L") -> None:
        """A text from here on, over as many lines and pages as it takes; then back to the left margin."""
        self.multi_cell(width, line, self.printable(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def room_for(self, height: float) -> None:
        """Go on to the next page unless this much of the present one is left."""
        if self.will_page_break(height):
            self.add_page()

    def printable(self, text: str) -> str:
        """The text in letters that the font has; of the others every visible one becomes a mark."""
        composed = unicodedata.normalize("NFC", text).expandtabs(4)
        return "".join(filter(None, map(self._letter, composed)))

    def _letter(self, letter: str) -> str:
        if letter == "\n" or (ord(letter) in self.known and letter.isprintable()):
            return letter
        visible = unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Mn")
        if not visible or letter.isspace():
            return " " if visible else ""
        self.lacks = True
        return LACKING


def render(paper: Paper) -> bytes:
    """The paper as PDF; the same bytes for the same words. One without a code ends with its footing."""
    sheet = Sheet(paper)
    _head(sheet)
    _title(sheet)
    _opening(sheet)
    if paper.request:
        _heading(sheet, paper.request_title)
        sheet.write_lines(paper.request)
    for section in paper.sections:
        _heading(sheet, str(section.title))
        for row in section.rows:
            _row(sheet, row)
    _footing(sheet)
    if paper.code:
        _ending(sheet)
    return bytes(sheet.output())


def _head(sheet: Sheet) -> None:
    first, *others = sheet.paper.head
    sheet.style(14, bold=True)
    sheet.write_lines(first, line=7)
    sheet.style(9, colour=GREY)
    for line in others:
        sheet.write_lines(line, line=4.6)
    sheet.ln(2)
    sheet.set_draw_color(DARK)
    sheet.set_line_width(0.6)
    sheet.line(SIDE, sheet.get_y(), sheet.w - SIDE, sheet.get_y())
    sheet.ln(5)


def _title(sheet: Sheet) -> None:
    paper = sheet.paper
    sheet.style(10)
    sheet.write_lines(paper.place_and_date, align="R")
    sheet.ln(2)
    sheet.style(14, bold=True)
    sheet.write_lines(paper.title.upper(), line=8, align="C")
    sheet.ln(3)
    for row in paper.facts:
        _row(sheet, row)
    sheet.ln(3)


def _opening(sheet: Sheet) -> None:
    sheet.style(10)
    for number, line in enumerate(sheet.paper.to):
        sheet.style(10, bold=number == 1)
        sheet.write_lines(line)
    sheet.ln(3 if sheet.paper.to else 0)
    sheet.style(10)
    for line in sheet.paper.opening:
        sheet.write_lines(line)
        sheet.ln(1.5)


def _heading(sheet: Sheet, words: str) -> None:
    sheet.room_for(22)
    sheet.ln(3)
    sheet.style(11, bold=True)
    sheet.write_lines(words, line=6.5)
    sheet.set_draw_color(190)
    sheet.set_line_width(0.2)
    sheet.line(SIDE, sheet.get_y(), sheet.w - SIDE, sheet.get_y())
    sheet.ln(1.5)
    sheet.style(10)


def _row(sheet: Sheet, row: Row) -> None:
    """A value beside its label, or below it when it is long."""
    long = len(row.value) > LONG or "\n" in row.value
    sheet.room_for(3 * LINE)
    top, page = sheet.get_y(), sheet.page_no()
    sheet.style(10, colour=GREY)
    sheet.write_lines(row.label, width=0 if long else LABEL - 3)
    below = sheet.get_y()
    sheet.style(10)
    if not long:
        sheet.set_xy(SIDE + LABEL, top)
    sheet.write_lines(row.value)
    if sheet.page_no() == page:
        sheet.set_y(max(below, sheet.get_y()))
    sheet.ln(0.8)


def _footing(sheet: Sheet) -> None:
    lines = list(sheet.paper.footing)
    if sheet.lacks:
        lines.append(sheet.paper.lacking_words % {"sign": LACKING})
    if not lines:
        return
    sheet.room_for(FOOTING + BLOCK)
    sheet.ln(4)
    sheet.style(8.5, colour=GREY)
    for line in lines:
        sheet.write_lines(line, line=4.4)
        sheet.ln(1)


def _ending(sheet: Sheet) -> None:
    """Who signs, at the right; at the left the code that proves the paper."""
    sheet.room_for(BLOCK)
    sheet.ln(6)
    top = sheet.get_y()
    half = sheet.w / 2 + 8
    sheet.set_left_margin(half)
    sheet.set_xy(half, top)
    sheet.style(10)
    sheet.write_lines(sheet.paper.greeting or " ")
    sheet.write_lines(sheet.paper.signed[0])
    sheet.set_y(top + 34)
    sheet.style(10, bold=True)
    sheet.write_lines(sheet.paper.signed[-1])
    sheet.set_left_margin(SIDE)
    _code(sheet, top)


def _code(sheet: Sheet, top: float) -> None:
    _qr(sheet, SIDE, top)
    right = SIDE + QR + 3
    sheet.set_xy(right, top)
    sheet.style(7.5, colour=GREY)
    sheet.multi_cell(sheet.w / 2 - right, 3.8, "\n".join(sheet.paper.proof), align="L")
    sheet.set_xy(SIDE, top + QR + 1.5)
    sheet.style(8, bold=True)
    sheet.write_lines(sheet.paper.code, width=sheet.w / 2 - SIDE, line=4)


def _qr(sheet: Sheet, left: float, top: float) -> None:
    """The code in squares; each run of dark ones in a row is one rectangle."""
    rows = [bytes(row) for row in segno.make(sheet.paper.address, error="m", micro=False).matrix]
    side = QR / len(rows)
    sheet.set_fill_color(0)
    for down, row in enumerate(rows):
        start = 0
        while (start := row.find(1, start)) >= 0:
            end = row.find(0, start)
            end = len(row) if end < 0 else end
            sheet.rect(left + start * side, top + down * side, (end - start) * side, side, style="F")
            start = end
    sheet.link(left, top, QR, QR, link=sheet.paper.address)
