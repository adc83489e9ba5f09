"""How often what happens: the published figures in agencies/data/complaint_stats.csv, and our guesses between them.

A table of weights maps what may be drawn to how often, whatever the sum.
"""

import csv
from collections.abc import Iterable, Mapping
from random import Random

from django.conf import settings

STATISTICS = settings.BASE_DIR / "agencies" / "data" / "complaint_stats.csv"
Weights = dict[str, float]

# Guesses, in complaints of 764 (BP2MI, first half of 2024), for the topics and countries that the figures leave out.
OTHER_TOPICS: Weights = {
    "POTONGAN_GAJI": 16,
    "BIAYA_BERLEBIH": 24,
    "REKRUT_ILEGAL": 14,
    "PALSU_DOKUMEN": 8,
    "JERATAN_UTANG": 8,
    "TIDAK_SESUAI_PK": 24,
    "PHK_SEPIHAK": 22,
    "KONTRAK_SELESAI": 14,
    "PENAHANAN_DOKUMEN": 20,
    "HILANG_KONTAK": 30,
    "TELUSUR_KELUARGA": 8,
    "KABUR_DARI_MAJIKAN": 18,
    "KEKERASAN_MAJIKAN": 24,
    "KEKERASAN_SEKSUAL": 8,
    "TPPO": 18,
    "ONLINE_SCAM": 26,
    "TAHANAN": 16,
    "ANCAMAN_HUKUMAN_MATI": 3,
    "TIDAK_BERDOKUMEN": 14,
    "OVERSTAY": 14,
    "TANPA_ONGKOS_PULANG": 8,
    "KECELAKAAN": 16,
    "GANGGUAN_JIWA": 8,
    "KEDARURATAN": 5,
    "LAINNYA": 6,
}
OTHER_COUNTRIES: Weights = {"HK": 14, "BN": 4, "KR": 5, "QA": 3, "KW": 3, "JO": 2, "OM": 2, "JP": 3}
HOMES: Weights = {
    "35": 22, "33": 17, "32": 17, "52": 18, "18": 7, "53": 5, "12": 4, "36": 4, "73": 3, "51": 1, "21": 1, "61": 2, "31": 1
}  # fmt: skip
UNKNOWN_PROCEDURE = 0.08  # of all cases; the figures know only the others
# SBMI's sectors, by our codes; the rest are guesses on the same scale.
SBMI_SECTORS = {
    "fishing_crew": "migrant fishing crew",
    "domestic_work": "domestic work",
    "online_scam": "online scam",
    "construction": "construction",
    "plantation": "plantation",
}
OTHER_SECTORS: Weights = {"manufacturing": 40, "care": 30, "merchant_crew": 12, "other": 12}
FITS_WOMEN: Weights = {
    "domestic_work": 6, "care": 3, "fishing_crew": 0, "merchant_crew": 0, "construction": 0.02, "plantation": 0.4
}  # fmt: skip
FITS_MEN: Weights = {"domestic_work": 0.06, "care": 0.15}
# Where a sector is common; elsewhere it counts the number under "".
FITS_COUNTRY: dict[str, Weights] = {
    "plantation": {"MY": 4, "": 0},
    "fishing_crew": {"TW": 0.8, "KR": 0.6, "JP": 0.2, "": 0.02},
    "merchant_crew": {"SG": 2, "TW": 1, "AE": 1, "": 0.1},
    "care": {"TW": 3, "HK": 2, "JP": 3, "SG": 1, "": 0},
    "manufacturing": {"MY": 2, "TW": 2, "KR": 4, "JP": 2, "": 0},
    "construction": {"MY": 2, "BN": 2, "SA": 0.5, "QA": 2, "SG": 1, "": 0.1},
    "domestic_work": {"KR": 0, "JP": 0, "KH": 0, "": 1},
    "online_scam": {"": 0},  # its topics decide
}


class Figures:
    """The tables to draw from."""

    def __init__(self) -> None:
        with STATISTICS.open(encoding="utf-8") as file:
            self._rows = list(csv.DictReader(file))
        self.topics = self._topics()
        self.countries = self._countries()
        self.sectors = self._sectors()
        self.sexes = self._values("2024 to 5 Dec", "KP2MI", "sex ")
        self.procedure = self._values("2024 to 5 Dec", "KP2MI", "", only=("procedural", "nonprocedural"))
        self.procedure["unknown"] = UNKNOWN_PROCEDURE / (1 - UNKNOWN_PROCEDURE) * sum(self.procedure.values())

    def sectors_for(self, sex: str, country: str) -> Weights:
        """How common each kind of work is for a woman or a man in that country."""
        by_sex = FITS_WOMEN if sex == "female" else FITS_MEN
        return {
            sector: weight * by_sex.get(sector, 1) * _here(sector, country)
            for sector, weight in self.sectors.items()
        }

    def _topics(self) -> Weights:
        half_year = self._values("2024-H1", "BP2MI", "category ")
        month = self._values("2024-12", "BP2MI", "category ")
        scale = half_year["PULANG"] / month["PULANG"]
        late = {code: scale * value for code, value in month.items() if code not in half_year}
        return {**OTHER_TOPICS, **late, **half_year}

    def _countries(self) -> Weights:
        months = [self._values(period, "BP2MI", "country ") for period in ("2024-09", "2024-12")]
        counted = {code: sum(month.get(code, 0) for month in months) for month in months for code in month}
        kemlu = self._values("2024", "Kemlu", "country ")
        rest = {
            code: counted["MY"] * value / kemlu["MY"] for code, value in kemlu.items() if code not in counted
        }
        return {**OTHER_COUNTRIES, **rest, **counted}

    def _sectors(self) -> Weights:
        counted = self._values("2024", "SBMI", "sector ")
        return {**OTHER_SECTORS, **{code: counted[label] for code, label in SBMI_SECTORS.items()}}

    def _values(self, period: str, organisation: str, prefix: str, only: Iterable[str] = ()) -> Weights:
        chosen = tuple(only)
        return {
            row["metric"].removeprefix(prefix): float(row["value"])
            for row in self._rows
            if (row["period"], row["organisation"]) == (period, organisation)
            and row["metric"].startswith(prefix)
            and (not chosen or row["metric"] in chosen)
        }


def draw(weights: Mapping[str, float], rng: Random) -> str:
    """One key, as often as its weight says."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def _here(sector: str, country: str) -> float:
    fits = FITS_COUNTRY.get(sector, {"": 1.0})
    return fits.get(country, fits[""])
