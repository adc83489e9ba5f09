"""What somebody means who types "penampungan di Johor malam ini" or "shelter in Johor tonight" into one box.

Words are looked up, not guessed: what is known is taken for a kind of service, a place, a time, an audience or a language,
and the rest is searched for as it stands. The page shows what was understood, so that it can be corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache

from babel import Locale

from agencies.choices import ServiceKind
from agencies.matching.placenames import normalise, spot

from . import languages
from .choices import Audience, When
from .places import Atlas, Spot, Words

KINDS: dict[ServiceKind, str] = {
    ServiceKind.SHELTER: "penampungan, rumah aman, rumah singgah, tempat tinggal, selter, shelter, safe shelter, safe house",
    ServiceKind.LEGAL_AID: "bantuan hukum, pengacara, advokat, lbh, legal aid, lawyer, legal help",
    ServiceKind.MEDIATION: "mediasi, perundingan, mediation",
    ServiceKind.REPATRIATION: "pemulangan, repatriasi, pulang, dipulangkan, repatriation, return home",
    ServiceKind.MEDICAL: "medis, kesehatan, pengobatan, berobat, dokter, klinik, rumah sakit, medical, doctor, clinic, hospital",
    ServiceKind.PSYCHOSOCIAL: "psikososial, psikolog, psikologi, konseling, trauma, psychosocial, counselling, counseling",
    ServiceKind.BASIC_NEEDS: "kebutuhan dasar, makanan, sembako, basic needs, food",
    ServiceKind.DOCUMENT: "dokumen, paspor, splp, document, documents, passport",
    ServiceKind.FAMILY_TRACING: "pencarian keluarga, mencari keluarga, family tracing",
    ServiceKind.INSURANCE_CLAIM: "klaim, asuransi, klaim asuransi, bpjs, jaminan sosial, insurance, insurance claim",
}
AUDIENCES: dict[Audience, str] = {
    Audience.WOMEN: "perempuan, wanita, ibu, women, woman",
    Audience.MEN: "laki laki, pria, bapak, men, man",
    Audience.CHILDREN: "anak, anak anak, children, child",
}
MOMENTS: dict[When, str] = {
    When.NOW: "sekarang, saat ini, hari ini, now, right now, today",
    When.TONIGHT: "malam ini, nanti malam, tonight, this evening, this night",
    When.ALWAYS: "24 jam, siang malam, setiap saat, 24 hours, 24 7, day and night, around the clock",
}
DAYS_AHEAD = {"besok": 1, "tomorrow": 1, "lusa": 2, "day after tomorrow": 2}
WEEKDAYS: tuple[str, ...] = (
    *("senin, monday", "selasa, tuesday", "rabu, wednesday", "kamis, thursday", "jumat, jum at, friday"),
    *("sabtu, saturday, akhir pekan, weekend", "minggu, ahad, sunday"),
)
PARTS_OF_DAY = {
    time(8): "pagi, morning",
    time(12): "siang, noon, midday",
    time(16): "sore, afternoon",
    time(21): "malam, evening, night",
}
# Words that say nothing by themselves. "bahasa" stands before a language, "jam" and "pukul" before an hour.
EMPTY = frozenset(
    [
        "di",
        "ke",
        "dari",
        "pada",
        "untuk",
        "bagi",
        "yang",
        "dan",
        "atau",
        "dengan",
        "dekat",
        "sekitar",
        "daerah",
        "ada",
        "cari",
        "mencari",
        "butuh",
        "perlu",
        "buka",
        "layanan",
        "tempat",
        "hari",
        "jam",
        "pukul",
        "bahasa",
        "ini",
        "itu",
        "saya",
        "kami",
        "in",
        "at",
        "on",
        "for",
        "to",
        "of",
        "the",
        "a",
        "an",
        "near",
        "and",
        "or",
        "with",
        "any",
        "open",
        "need",
        "find",
        "service",
        "services",
        "who",
        "speak",
        "speaks",
        "speaking",
    ]
)
_HOUR = re.compile(
    r"\b(?:(?:jam|pukul|at) (?P<h1>\d{1,2})(?: (?P<m1>[0-5]\d))?(?: (?P<p1>am|pm|pagi|siang|sore|malam))?"
    r"|(?P<h2>\d{1,2})(?: (?P<m2>[0-5]\d))? ?(?P<p2>am|pm|wib|wita|wit))\b"
)
_AFTER_NOON = frozenset({"pm", "sore", "malam"})
Meaning = tuple[str, object]


@dataclass(frozen=True)
class Understood:
    """What was understood, as the fields of the filters; `words` is the rest."""

    kind: str = ""
    place: str = ""
    when: str = ""
    day: date | None = None
    hour: time | None = None
    audience: str = ""
    language: str = ""
    words: str = ""


def understand(text: str, *, today: date, atlas: Atlas) -> Understood:
    """What a typed text asks for. Any text at all is fine; nothing in it is an error."""
    plain = normalise(text)
    hour, plain = _hour(plain)
    words = plain.split()
    table: dict[Words, set[Meaning | Spot]] = {key: {*value} for key, value in _table().items()}
    for key, spots in atlas.by_name.items():
        table.setdefault(key, set()).update(spots)
    meant: dict[str, object] = {}
    mentions, named, taken = list[set[Spot]](), list[str](), set[int]()
    for start, length, meanings in spot(words, table):
        known = [one for one in meanings if not isinstance(one, Spot)]
        if known and meant.get(known[0][0], known[0][1]) != known[0][1]:
            continue  # of two kinds, the first one is meant; the other is searched for
        taken |= set(range(start, start + length))
        if known:
            meant[known[0][0]] = known[0][1]
        else:
            mentions.append({one for one in meanings if isinstance(one, Spot)})
            named += words[start : start + length]
    place = atlas.place(mentions, " ".join(named))
    when, day, clock = _moment(meant, hour, today)
    rest = [word for number, word in enumerate(words) if number not in taken and word not in EMPTY]
    return Understood(
        kind=str(meant.get("kind", "")),
        place=place.name if place else "",
        audience=str(meant.get("audience", "")),
        language=str(meant.get("language", "")),
        words=" ".join(rest),
        when=when,
        day=day,
        hour=clock,
    )


def _moment(meant: dict[str, object], hour: time | None, today: date) -> tuple[str, date | None, time | None]:
    """When: one of the words for it, or a day and an hour."""
    day: date | None = None
    if isinstance(ahead := meant.get("ahead"), int):
        day = today + timedelta(days=ahead)
    elif isinstance(weekday := meant.get("weekday"), int):
        day = today + timedelta(days=(weekday - today.weekday()) % 7)
    part = meant.get("part")
    clock = hour or (part if isinstance(part, time) and "when" not in meant else None)
    if day is None and clock is None:
        return str(meant.get("when", "")), None, None
    return When.AT, day or today, clock or (part if isinstance(part, time) else None)


def _hour(plain: str) -> tuple[time | None, str]:
    """The hour in a text, such as "jam 8 malam", "pukul 20 30", "8 pm"; and the text without it."""
    found = _HOUR.search(plain)
    if found is None:
        return None, plain
    number = int(found["h1"] or found["h2"])
    minute = int(found["m1"] or found["m2"] or 0)
    part = found["p1"] or found["p2"]
    if part in _AFTER_NOON and number < 12:
        number += 12
    if part == "am" and number == 12:
        number = 0
    if number > 23:
        return None, plain
    return time(number, minute), f"{plain[: found.start()]} {plain[found.end() :]}"


@cache
def _table() -> dict[Words, tuple[Meaning, ...]]:
    """Every phrase that means something by itself."""
    return {tuple(phrase.split()): (meaning,) for phrase, meaning in _phrases()}


def _phrases() -> Iterator[tuple[str, Meaning]]:
    for kind, phrases in KINDS.items():
        yield from ((normalise(phrase), ("kind", kind)) for phrase in phrases.split(","))
    for audience, phrases in AUDIENCES.items():
        yield from ((normalise(phrase), ("audience", audience)) for phrase in phrases.split(","))
    for moment, phrases in MOMENTS.items():
        yield from ((normalise(phrase), ("when", moment)) for phrase in phrases.split(","))
    for phrase, ahead in DAYS_AHEAD.items():
        yield phrase, ("ahead", ahead)
    for weekday, phrases in enumerate(WEEKDAYS):
        yield from ((normalise(phrase), ("weekday", weekday)) for phrase in phrases.split(","))
    for at, phrases in PARTS_OF_DAY.items():
        yield from ((normalise(phrase), ("part", at)) for phrase in phrases.split(","))
    for code in languages.COMMON:
        for language in ("id", "en"):
            name = normalise(Locale.parse(language).languages[code])
            yield from (
                (f"{before} {name}", ("language", code))
                for before in ("bahasa", "speaks", "speaking", "speak")
            )
            yield f"{name} speaking", ("language", code)
