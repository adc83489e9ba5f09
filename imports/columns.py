"""Which of the portal's fields the columns of a table are: by their names, by what was said of the last table, or by hand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from agencies.tables import folded

from .targets import NOTE, TARGETS

NAMES = 100  # characters of a column's name

_LONG = {
    "tgl": "tanggal",
    "tgg": "tanggal",
    "no": "nomor",
    "nmr": "nomor",
    "nomer": "nomor",
    "num": "nomor",
    "kab": "kabupaten",
    "prov": "provinsi",
    "prop": "provinsi",
    "jml": "jumlah",
    "almt": "alamat",
    "ket": "keterangan",
    "tlp": "telepon",
    "telp": "telepon",
    "telpon": "telepon",
    "hubs": "hubungan",
    "pasport": "paspor",
    "pmi": "",
    "cpmi": "",
    "tki": "",
    "tkw": "",
    "bmi": "",
    "dan": "",
    "the": "",
    "of": "",
    "s": "",
}


def plain(name: str) -> str:
    """A column's name as it is compared: small, without what stands in brackets, abbreviations written out, "PMI" left out."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"\(.*?\)", " ", _ascii(name[:NAMES])))
    long = [_LONG.get(word, word) for word in words]
    return "".join(word for word in long if word)


def _ascii(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


@cache
def _known() -> tuple[dict[str, str], dict[str, str]]:
    exact: dict[str, str] = {}
    loose: dict[str, str] = {}
    for target in TARGETS.values():
        for name in (target.code, *target.names):
            exact.setdefault(folded(name), target.code)
            loose.setdefault(plain(name), target.code)
    return exact, loose


def target_of(name: str) -> str:
    """The code of what a column with this name most likely is; nothing for one that nobody knows."""
    exact, loose = _known()
    return exact.get(folded(name[:NAMES]), "") or loose.get(plain(name), "")


def guess(header: Sequence[str], memory: Mapping[str, str]) -> list[str]:
    """For each column what it is: as it was matched the last time, else by its name; each target once, notes aside."""
    found: list[str] = []
    for name in header:
        known = folded(name[:NAMES])
        code = memory[known] if known in memory else target_of(name)
        taken = code in found and code != NOTE
        found.append("" if taken or code not in TARGETS else code)
    return found


def remembered(header: Sequence[str], matched: Sequence[str]) -> dict[str, str]:
    """What is kept for the next table of this match."""
    return {
        folded(name[:NAMES]): code for name, code in zip(header, matched, strict=True) if folded(name[:NAMES])
    }


def mapping_of(matched: Sequence[str]) -> dict[str, Any]:
    """By the code of each target its place in a row; of notes all their places."""
    mapping: dict[str, Any] = {code: place for place, code in enumerate(matched) if code and code != NOTE}
    if notes := [place for place, code in enumerate(matched) if code == NOTE]:
        mapping[NOTE] = notes
    return mapping


def matched_of(mapping: Mapping[str, Any], width: int) -> list[str]:
    """The same the other way round: for each column its target, or nothing."""
    matched = [""] * width
    for code, place in mapping.items():
        for one in place if code == NOTE else [place]:
            matched[one] = code
    return matched
