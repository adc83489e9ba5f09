"""Countries, provinces, regencies and cities by what people call them, today and before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from django.utils import translation

from agencies import countries
from agencies.matching import normalise
from agencies.models import Province, Regency

COUNTRIES = {
    "SA": "saudi|ksa|arab|saudi arabia|kerajaan arab saudi|jeddah|riyadh",
    "MY": "malaysia barat|malaysia timur|sabah|sarawak|kuala lumpur|johor",
    "HK": "hongkong|hong kong|hk",
    "TW": "taiwan|taipei",
    "SG": "singapore|singapur|spore",
    "AE": "uea|uae|uni emirat arab|emirat arab|emirat|dubai|abu dhabi|emirates",
    "KR": "korea|korea selatan|korsel|south korea",
    "BN": "brunei|brunei darussalam",
    "JO": "jordania|yordan",
    "SY": "syria|suriah",
    "MO": "macao|makao",
    "TR": "turkey|turkiye|turki",
    "US": "usa|amerika|amerika serikat|as",
    "GB": "inggris|uk|england|britania raya",
    "KH": "cambodia|kamboja",
    "MM": "burma|birma|myanmar",
    "VN": "vietnam|viet nam",
    "CN": "china|cina|tiongkok|rrt",
    "NL": "belanda|holland",
    "EG": "mesir|egypt",
    "TL": "timor leste|timor timur",
    "IQ": "irak|iraq|kurdistan",
}
PROVINCES = {
    "11": "nad|nanggroe aceh darussalam|daerah istimewa aceh|di aceh",
    "12": "sumut",
    "13": "sumbar",
    "16": "sumsel",
    "19": "babel|bangka belitung",
    "21": "kepri|kep riau",
    "31": "jakarta|dki|daerah khusus ibukota jakarta|daerah khusus jakarta",
    "32": "jabar",
    "33": "jateng",
    "34": "diy|di yogyakarta|yogyakarta|jogja|jogjakarta|yogya|d i yogyakarta",
    "35": "jatim",
    "52": "ntb",
    "53": "ntt",
    "61": "kalbar",
    "62": "kalteng",
    "63": "kalsel",
    "64": "kaltim",
    "65": "kaltara",
    "71": "sulut",
    "72": "sulteng",
    "73": "sulsel|ujung pandang",
    "74": "sultra",
    "76": "sulbar",
    "82": "malut",
    "91": "irian jaya|irian barat",
    "92": "irian jaya barat|pabar",
}
# Names that were changed by law, as people go on writing them; those of today are in the reference data.
FORMER_REGENCIES = {
    "kota ujung pandang": "Kota Makassar",
    "ujung pandang": "Kota Makassar",
    "kabupaten toba samosir": "Kabupaten Toba",
    "kabupaten polewali mamasa": "Kabupaten Polewali Mandar",
    "kabupaten maluku tenggara barat": "Kabupaten Kepulauan Tanimbar",
    "kabupaten pontianak": "Kabupaten Mempawah",
    "kabupaten lampung utara timur": "Kabupaten Lampung Timur",
    "kabupaten mamuju utara": "Kabupaten Pasangkayu",
    "kabupaten yapen waropen": "Kabupaten Kepulauan Yapen",
    "kabupaten kepulauan sangihe talaud": "Kabupaten Kepulauan Sangihe",
}
_PROVINCE = re.compile(r"^(?:provinsi|propinsi|prov|prop|province of)\s+|\s+province$")
_REGENCY = re.compile(r"^(?:kabupaten|kab)\s+|\s+regency$")
_CITY = re.compile(r"^(?:kota madya|kotamadya|kodya|kota adm|kota administrasi|kota)\s+|\s+city$")


@cache
def _countries() -> dict[str, str]:
    known: dict[str, str] = {}
    for language in ("id", "en"):
        with translation.override(language):
            known |= {normalise(name): code for code, name in countries.choices()}
    for code, names in COUNTRIES.items():
        known |= dict.fromkeys(names.split("|"), code)
    return known


def country_of(text: str) -> str:
    """The two letters of a country, or nothing."""
    if len(text.strip()) == 2 and countries.is_country(text.strip().upper()) and text.strip().upper() != "ID":
        return text.strip().upper()
    return _countries().get(normalise(text), "")


@dataclass(frozen=True)
class Found:
    """What a name of a regency or city led to. `both`: one of each is called so."""

    regency: Regency | None = None
    province_code: str = ""
    both: bool = False


class Homes:
    """The provinces and regencies of Indonesia by name."""

    def __init__(self) -> None:
        self.provinces = {row.code: row for row in Province.objects.filter(retired_at=None)}
        self.by_province = {normalise(row.name): row for row in self.provinces.values()}
        for code, names in PROVINCES.items():
            if code in self.provinces:
                self.by_province |= dict.fromkeys(names.split("|"), self.provinces[code])
        self.regencies = {row.code: row for row in Regency.objects.filter(retired_at=None)}
        self.by_name: dict[str, list[Regency]] = {}
        for row in self.regencies.values():
            self.by_name.setdefault(_bare(normalise(row.name))[1], []).append(row)
        self._add_former({normalise(row.name): row for row in self.regencies.values()})

    def _add_former(self, by_whole_name: Mapping[str, Regency]) -> None:
        for former, today in FORMER_REGENCIES.items():
            row = by_whole_name.get(normalise(today))
            name = _bare(former)[1]
            if row is not None and name not in self.by_name:
                self.by_name[name] = [row]

    def province_of(self, text: str) -> Province | None:
        plain = normalise(text)
        return self.by_province.get(plain) or self.by_province.get(_PROVINCE.sub("", plain))

    def regency_of(self, text: str, province: Province | None) -> Found:
        """ "Kab. Indramayu", "Indramayu" or "Indramayu, Jawa Barat"; within the province where one is known."""
        kind, name = _bare(normalise(text.partition(",")[0]))
        rows = self.by_name.get(name, [])
        if kind:
            rows = [row for row in rows if _bare(normalise(row.name))[0] == kind] or rows
        here = [row for row in rows if province is not None and row.province_id == province.pk]
        rows = here or rows
        if len(rows) == 1:
            return Found(rows[0], rows[0].province_id)
        return Found(None, _one(row.province_id for row in rows), both=bool(rows))


def _bare(name: str) -> tuple[str, str]:
    """Whether it says to be a regency or a city ("kabupaten", "kota"), and the name without that."""
    if _REGENCY.search(name):
        return "kabupaten", _REGENCY.sub("", name)
    return ("kota", _CITY.sub("", name)) if _CITY.search(name) else ("", name)


def _one(codes: Iterable[str]) -> str:
    """The code, where all are the same."""
    found = set(codes)
    return found.pop() if len(found) == 1 else ""
