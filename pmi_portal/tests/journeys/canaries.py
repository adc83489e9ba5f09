"""Words that are known wherever they turn up, and looking for them in whatever a portal leaves behind.

Every canary begins with the stem of its kind. A place is searched for the stems in each spelling; where one stands, the whole
must be one of those that were planted, so that a number which happens to begin alike is none.
"""

from __future__ import annotations

import base64
import gzip
import json
import mailbox
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote


class Kind(StrEnum):
    NAME = "name"
    NIK = "nik"
    PASSPORT = "passport"
    PHONE = "phone"
    SENTENCE = "sentence"


STEMS = {
    Kind.NAME: "Kenariqz",
    Kind.NIK: "3507014506",
    Kind.PASSPORT: "Q7X",
    Kind.PHONE: "0899417",
    Kind.SENTENCE: "Kalimat burung qzv",
}
DIGITS = {Kind.NAME: 5, Kind.NIK: 5, Kind.PASSPORT: 4, Kind.PHONE: 5, Kind.SENTENCE: 6}  # behind the stem
LETTERS = "abcdefghij"
LAST = "7"  # base64 may mix the last sign with what follows, so it tells nothing

Spelling = Callable[[str], bytes]


def _shifted(shift: int) -> Spelling:
    """Base64 of a text that begins so many bytes after a group of three: the part that nothing around it changes."""

    def spell(text: str) -> bytes:
        whole = base64.b64encode(b"\0" * shift + text.encode())
        first = -(-8 * shift // 6)
        return whole[first : (shift + len(text.encode())) * 8 // 6]

    return spell


SPELLINGS: dict[str, Spelling] = {
    "plain": lambda text: text.encode(),
    "small": lambda text: text.lower().encode(),
    "capital": lambda text: text.upper().encode(),
    "UTF-16": lambda text: text.encode("utf-16-le"),
    "UTF-16 the other way": lambda text: text.encode("utf-16-be"),
    "hex": lambda text: text.encode().hex().encode(),
    "capital hex": lambda text: text.encode().hex().upper().encode(),
    "in an address": lambda text: quote(text, safe="").encode(),
    "in a form": lambda text: quote(text, safe="").replace("%20", "+").encode(),
    "JSON": lambda text: json.dumps(text)[1:-1].encode(),
    "without spaces": lambda text: text.replace(" ", "").encode(),
    **{f"base64, shifted by {shift}": _shifted(shift) for shift in range(3)},
}


@dataclass
class Canaries:
    """Those planted so far. Each is given out once."""

    planted: Counter[Kind] = field(default_factory=Counter)

    def new(self, kind: Kind) -> str:
        self.planted[kind] += 1
        return whole(kind, self.planted[kind])

    def found_in(self, content: bytes) -> set[tuple[str, str]]:
        """The canaries in these bytes, each with how it was spelled."""
        return {
            (text, name)
            for kind in Kind
            for name, spell in SPELLINGS.items()
            for text in self._spelled(content, kind, spell)
        }

    def _spelled(self, content: bytes, kind: Kind, spell: Spelling) -> Iterator[str]:
        stem = spell(STEMS[kind])
        if stem not in content:
            return
        known = {spell(text): text for text in (whole(kind, n) for n in range(1, self.planted[kind] + 1))}
        length = len(next(iter(known), b""))
        for match in re.finditer(re.escape(stem), content):
            if text := known.get(content[match.start() : match.start() + length]):
                yield text


def whole(kind: Kind, number: int) -> str:
    digits = f"{number:0{DIGITS[kind]}d}{LAST}"
    if kind in (Kind.NAME, Kind.SENTENCE):
        digits = "".join(LETTERS[int(digit)] for digit in digits)
    return STEMS[kind] + digits


# Where one may turn up -------------------------------------------------------------------------------------


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, as it is and, where it is compressed, as it was."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            try:
                content = path.read_bytes()
            except FileNotFoundError:  # moved meanwhile, as an e-mail that has arrived
                continue
            yield str(path.relative_to(folder)), content + b"\n" + b"\n".join(unpacked(content))


def unpacked(content: bytes) -> Iterator[bytes]:
    """What lies in gzip or deflated streams within these bytes (PDF, PNG, ZIP)."""
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    for start in (match.end() for match in re.finditer(rb"stream\r?\n", content)):
        try:
            yield zlib.decompressobj().decompress(content[start:], 1_000_000)
        except zlib.error:
            continue


def mails(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every e-mail, raw and with its parts decoded."""
    for key, message in mailbox.Maildir(folder).items():
        parts = [part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart()]
        yield f"mail {key}", message.as_bytes() + b"\n" + b"\n".join(map(bytes, parts))


# Forms ---------------------------------------------------------------------------------------------------


@dataclass
class Form:
    """A form of a page: where it goes, and what it would send as it stands."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # names of the fields that take words


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select = ""
        self.chosen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self.form)
        elif self.form is None:
            return
        elif tag == "input":
            self._input(self.form, given)
        elif tag == "textarea":
            self.form.texts.append(given.get("name", ""))
        elif tag == "select":
            self.select = given.get("name", "")
        elif tag == "option" and given.get("value") and self.select not in self.chosen:
            self.chosen.add(self.select)
            self.form.fields.append((self.select, given["value"]))

    def _input(self, form: Form, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if kind in ("text", "search", "tel"):
            form.texts.append(name)
        elif kind == "radio" and name not in self.chosen:
            self.chosen.add(name)
            form.fields.append((name, given.get("value", "on")))
        elif kind in ("hidden", "checkbox", "date", "datetime-local", "time", "number"):
            form.fields.append((name, given.get("value", "on" if kind == "checkbox" else "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form, self.chosen = None, set()


def forms_of(page: str) -> list[Form]:
    """The forms of a page that change something."""
    reader = _Reader()
    reader.feed(page)
    return [form for form in reader.forms if form.method == "post"]


KINDS_BY_FIELD = {
    "nik": Kind.NIK,
    "passport_number": Kind.PASSPORT,
    **dict.fromkeys(("contact", "reporter_contact", "phone"), Kind.PHONE),
    **dict.fromkeys(("name", "reporter_name", "witness", "given_by", "employer_name", "asker"), Kind.NAME),
}


def filled(form: Form, canaries: Canaries, **known: str) -> list[tuple[str, str]]:
    """What the form sends with a canary in every field that takes words; `known` values win."""
    words = [(name, canaries.new(KINDS_BY_FIELD.get(name, Kind.SENTENCE))) for name in form.texts]
    sent = [(name, value) for name, value in [*form.fields, *words] if name not in known]
    return [*sent, *known.items()]


def says(found: Iterable[tuple[str, set[tuple[str, str]]]]) -> str:
    """The finds as lines."""
    return "\n".join(
        f"{place}: {text} ({spelling})" for place, finds in found for text, spelling in sorted(finds)
    )
