"""Places by the names people type: parts of countries, provinces, regencies and countries, in Indonesian and English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale
from django.utils.translation import gettext as _

from agencies import countries
from agencies.choices import PartnerKind
from agencies.matching.placenames import normalise, spot
from agencies.models import District, Partner, Province, Regency

HOME = "ID"
Words = tuple[str, ...]
# How provinces are called besides by their name (agencies/data/provinces.csv).
SHORT_PROVINCES = {
    "12": ("sumut",),
    "13": ("sumbar",),
    "16": ("sumsel",),
    "19": ("babel", "bangka belitung"),
    "21": ("kepri",),
    "31": ("jakarta", "dki"),
    "32": ("jabar",),
    "33": ("jateng",),
    "34": ("yogyakarta", "jogja", "jogjakarta", "diy", "yogya"),
    "35": ("jatim",),
    "52": ("ntb",),
    "53": ("ntt",),
    "61": ("kalbar",),
    "62": ("kalteng",),
    "63": ("kalsel",),
    "64": ("kaltim",),
    "65": ("kaltara",),
    "71": ("sulut",),
    "72": ("sulteng",),
    "73": ("sulsel",),
    "74": ("sultra",),
    "76": ("sulbar",),
}
# The same of countries (names: Unicode CLDR).
SHORT_COUNTRIES = {
    "AE": ("uea", "uae", "emirat", "emirates"),
    "BN": ("brunei darussalam",),
    "CN": ("cina", "china", "tiongkok"),
    "GB": ("inggris", "uk", "england"),
    "HK": ("hong kong", "hongkong"),
    "KR": ("korea", "korsel", "south korea"),
    "MM": ("myanmar", "burma"),
    "MO": ("makau", "macau", "macao"),
    "SA": ("saudi", "saudi arabia", "arab saudi", "ksa"),
    "TW": ("taiwan",),
    "US": ("amerika", "usa"),
}
REGENCY_PREFIXES = ("kabupaten administrasi ", "kota administrasi ", "kabupaten ", "kota ")


@dataclass(frozen=True, order=True)
class Spot:
    """One place that a name may mean: its kind (country, district, province or regency) and its code."""

    kind: str
    code: str

    def lies_in(self, other: Spot) -> bool:
        if self == other:
            return True
        if other.kind == "country":
            return self.kind != "country" and self.country == other.code
        return self.kind == "regency" and other.kind == "province" and self.code[:2] == other.code

    @property
    def country(self) -> str:
        if self.kind == "country":
            return self.code
        return self.code[:2] if self.kind == "district" else HOME


@dataclass(frozen=True)
class Place:
    """Where somebody looks: everything that the words they typed may mean."""

    name: str
    spots: frozenset[Spot]
    districts: tuple[str, ...] = ()  # every part of a country that lies in it

    @property
    def provinces(self) -> list[str]:
        return sorted({spot.code[:2] for spot in self.spots if spot.kind in ("province", "regency")})

    @property
    def has_home(self) -> bool:
        """Whether all of Indonesia is in it."""
        return Spot("country", HOME) in self.spots

    @property
    def countries(self) -> list[str]:
        """The countries in which all of it lies."""
        return sorted({spot.country for spot in self.spots})


class Atlas:
    """Every place by its names, read once (four queries)."""

    def __init__(self) -> None:
        self.by_name: dict[Words, set[Spot]] = {}
        self._names: dict[Spot, str] = {}
        for code, names in _country_names().items():
            self._add(Spot("country", code), names)
        missions = Partner.objects.current().of_kind(PartnerKind.MISSION)
        for city, code in missions.values_list("city", "country").distinct().order_by():
            self._add(Spot("country", code), [city])
        for district in District.objects.current():
            spot_ = Spot("district", district.code)
            self._names[spot_] = district.name
            self._take(spot_, [district.name_id, district.name_en, *district.aliases])
        for code, name in Province.objects.current().values_list("code", "name"):
            self._names[Spot("province", code)] = name
            self._add(Spot("province", code), [name, *SHORT_PROVINCES.get(code, ())])
        for code, name in Regency.objects.current().values_list("code", "name"):
            self._names[Spot("regency", code)] = name
            self._add(Spot("regency", code), _without_prefix(name))

    def resolve(self, text: str) -> Place | None:
        """The place that a text names; None when it names none."""
        return self.place(
            [spots for _start, _length, spots in spot(normalise(text).split(), self.by_name)], text
        )

    def place(self, mentions: Sequence[Iterable[Spot]], text: str) -> Place | None:
        """What places that were named together mean: "Johor, Malaysia" is Johor, "Tawau, Sabah" Tawau's part of it."""
        sets = [frozenset(mention) for mention in mentions]
        for place in sets:
            sets = [_narrowed(one, place) for one in sets]
        kept = [one for one in sets if not any(_is_finer(other, one) for other in sets)]
        spots = frozenset().union(*kept)
        if not spots:
            return None
        parts = [one for one in self._names if one.kind == "district"]
        inside = sorted(part.code for part in parts if any(part.lies_in(one) for one in spots))
        return Place(self.name(spots, text), spots, tuple(inside))

    def name(self, spots: frozenset[Spot], text: str) -> str:
        """What the place is called: by its own name where it is but one, else as it was typed."""
        if len(spots) != 1:
            return text.strip()
        [one] = spots
        return countries.name(one.code) if one.kind == "country" else self._names[one]

    def suggestions(self) -> list[str]:
        """Names to offer while somebody types one."""
        abroad = {countries.name(code) for code in countries.COMMON}
        near = {name for spot_, name in self._names.items() if spot_.kind != "regency"}
        return sorted(abroad | near)

    def _add(self, spot_: Spot, names: Iterable[str]) -> None:
        """Put the place under its names, beside whatever else is called so."""
        for name in names:
            if words := tuple(normalise(name).split()):
                self.by_name.setdefault(words, set()).add(spot_)

    def _take(self, spot_: Spot, names: Iterable[str]) -> None:
        """Put a part of a country under its names, in the place of its country where a mission's city gave it one."""
        for name in names:
            if words := tuple(normalise(name).split()):
                there = self.by_name.setdefault(words, set())
                there.discard(Spot("country", spot_.country))
                there.add(spot_)


def no_such(text: str) -> str:
    return _("No place called “%(place)s” is known here. Type a province, a city, a state or a country.") % {
        "place": text[:60]
    }


@cache
def _country_names() -> dict[str, list[str]]:
    """All countries by their names in both languages."""
    both = [Locale.parse(language).territories for language in ("id", "en")]
    return {
        code: [*(names[code] for names in both if code in names), *SHORT_COUNTRIES.get(code, ())]
        for code in (HOME, *(code for code, _name in countries.choices()))
    }


def _without_prefix(name: str) -> Iterator[str]:
    """The name as it stands, and without its "Kabupaten" or "Kota"."""
    yield name
    low = name.casefold()
    for prefix in REGENCY_PREFIXES:
        if low.startswith(prefix):
            yield name[len(prefix) :]
            return


def _narrowed(spots: frozenset[Spot], within: frozenset[Spot]) -> frozenset[Spot]:
    """Those that lie in one of the others, if any do."""
    return frozenset(one for one in spots if any(one.lies_in(other) for other in within)) or spots


def _is_finer(spots: frozenset[Spot], than: frozenset[Spot]) -> bool:
    def inside(some: frozenset[Spot], others: frozenset[Spot]) -> bool:
        return all(any(one.lies_in(other) for other in others) for one in some)

    return inside(spots, than) and not inside(than, spots)
