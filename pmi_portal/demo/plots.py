"""What a case is about, before it is written down: drawn so that all of them together look like the figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from agencies.choices import Stage, TopicStage
from agencies.models import Topic

from .figures import HOMES, Figures, Weights, draw
from .places import COUNTRIES, REGENCIES, SCAM_COUNTRIES

# What else goes wrong when the first thing did, besides the deceit and the debts of those sent without procedure.
OFTEN_TOGETHER: dict[str, tuple[str, ...]] = {
    "PULANG": ("GAJI_TIDAK_DIBAYAR", "PENAHANAN_DOKUMEN", "TIDAK_SESUAI_PK", "TANPA_ONGKOS_PULANG", "SAKIT"),
    "GAJI_TIDAK_DIBAYAR": ("PENAHANAN_DOKUMEN", "PULANG", "TIDAK_SESUAI_PK", "POTONGAN_GAJI"),
    "POTONGAN_GAJI": ("BIAYA_BERLEBIH", "JERATAN_UTANG"),
    "KEKERASAN_MAJIKAN": ("GAJI_TIDAK_DIBAYAR", "PENAHANAN_DOKUMEN", "PULANG"),
    "KABUR_DARI_MAJIKAN": ("GAJI_TIDAK_DIBAYAR", "PENAHANAN_DOKUMEN", "TIDAK_BERDOKUMEN"),
    "ONLINE_SCAM": ("TPPO", "PENAHANAN_DOKUMEN", "KEKERASAN_MAJIKAN"),
    "TPPO": ("PALSU_DOKUMEN", "JERATAN_UTANG", "GAJI_TIDAK_DIBAYAR"),
    "GAGAL_BERANGKAT": ("BIAYA_BERLEBIH", "PENIPUAN_PELUANG_KERJA"),
    "PENIPUAN_PELUANG_KERJA": ("PALSU_DOKUMEN",),
    "REKRUT_ILEGAL": ("PALSU_DOKUMEN", "BIAYA_BERLEBIH"),
    "MENINGGAL": ("JAMINAN_SOSIAL", "GAJI_TIDAK_DIBAYAR"),
    "KECELAKAAN": ("JAMINAN_SOSIAL", "GAJI_TIDAK_DIBAYAR"),
    "SAKIT": ("PULANG", "JAMINAN_SOSIAL"),
    "DEPORTASI": ("SAKIT", "GAJI_TIDAK_DIBAYAR"),
    "HILANG_KONTAK": ("GAJI_TIDAK_DIBAYAR",),
    "TIDAK_SESUAI_PK": ("GAJI_TIDAK_DIBAYAR", "POTONGAN_GAJI"),
    "PHK_SEPIHAK": ("GAJI_TIDAK_DIBAYAR", "TANPA_ONGKOS_PULANG"),
    "TAHANAN": ("TIDAK_BERDOKUMEN",),
}
HAS_ANOTHER, HAS_A_THIRD = 0.5, 0.3
NOT_ANY_TOPIC = frozenset({"ANCAMAN_HUKUMAN_MATI", "KEDARURATAN"})  # so few that scenes.py has them
FAMILY_ONLY = frozenset({"MENINGGAL", "HILANG_KONTAK", "ANCAMAN_HUKUMAN_MATI"})
NOT_SELF = frozenset({"KEKERASAN_MAJIKAN", "ONLINE_SCAM", "TAHANAN", "GANGGUAN_JIWA", "KECELAKAAN"})
NOT_FAMILY = frozenset({"DEPORTASI", "KEKERASAN_SEKSUAL", "TELUSUR_KELUARGA"})
WITHOUT_PROCEDURE = frozenset({"ONLINE_SCAM", "TPPO", "REKRUT_ILEGAL", "TIDAK_BERDOKUMEN", "DEPORTASI"})
REPORTERS: Weights = {"worker": 36, "family": 44, "organisation": 9, "officer": 6, "lawyer": 3}


@dataclass(frozen=True)
class Plot:
    """`topics` are codes, the weightiest first."""

    at: datetime
    topics: tuple[str, ...]
    stage: str
    country: str
    place: str
    sex: str
    sector: str
    procedure: str
    province: str
    regency: str
    reporter: str


class Plots:
    """Draws plots."""

    def __init__(
        self, figures: Figures, topics: dict[str, Topic], stages: Mapping[str, Sequence[str]], rng: Random
    ) -> None:
        """`stages`: at which stages there is a story of each topic."""
        self.figures, self.topics, self.stages, self.rng = figures, topics, stages, rng
        self.likely = {code: value for code, value in figures.topics.items() if code not in NOT_ANY_TOPIC}

    def draw(self, at: datetime, **fixed: str) -> Plot:
        """A plot; `fixed` sets single parts: topic, stage, country, place, province, regency, reporter."""
        topic = fixed.pop("topic", "") or draw(self.likely, self.rng)
        stage = fixed.get("stage") or self._stage(topic)
        country = fixed.get("country") or self._country(topic)
        sex = draw(self.figures.sexes, self.rng)
        province = fixed.get("province") or draw(HOMES, self.rng)
        plot = Plot(
            at=at,
            topics=self._topics(topic, stage),
            stage=stage,
            country=country,
            place=self.rng.choice(COUNTRIES[country].cities) if stage != Stage.BEFORE else "",
            sex=sex,
            sector="online_scam"
            if topic == "ONLINE_SCAM"
            else draw(self.figures.sectors_for(sex, country), self.rng),
            procedure="nonprocedural"
            if topic in WITHOUT_PROCEDURE
            else draw(self.figures.procedure, self.rng),
            province=province,
            regency=self.rng.choice(REGENCIES[province]),
            reporter=self._reporter(topic, stage),
        )
        parts: dict[str, Any] = dict(fixed)
        return replace(plot, **parts)

    def _stage(self, topic: str) -> str:
        """Where the topic's stories play; when several, most are of workers abroad."""
        possible = self.stages[topic]
        return self.rng.choices(possible, weights=[3 if stage == Stage.DURING else 1 for stage in possible])[
            0
        ]

    def _country(self, topic: str) -> str:
        if topic == "ONLINE_SCAM":
            return draw(SCAM_COUNTRIES, self.rng)
        return draw(
            {
                code: weight / 4 if code in SCAM_COUNTRIES else weight
                for code, weight in self.figures.countries.items()
            },
            self.rng,
        )

    def _topics(self, first: str, stage: str) -> tuple[str, ...]:
        possible = [code for code in OFTEN_TOGETHER.get(first, ()) if self._fits(code, stage)]
        self.rng.shuffle(possible)
        wanted = 1 + (self.rng.random() < HAS_ANOTHER) + (self.rng.random() < HAS_A_THIRD)
        return (first, *possible[: wanted - 1])

    def _fits(self, topic: str, stage: str) -> bool:
        usual = self.topics[topic].stage
        return usual in (TopicStage.ANY, stage) or stage in self.stages[topic]

    def _reporter(self, topic: str, stage: str) -> str:
        if stage == Stage.BEFORE:
            return "prospective_worker" if self.rng.random() < 0.6 else "family"
        if topic in FAMILY_ONLY:
            return "family"
        left_out = {"worker": topic in NOT_SELF, "family": topic in NOT_FAMILY}
        return draw({who: weight for who, weight in REPORTERS.items() if not left_out.get(who)}, self.rng)
