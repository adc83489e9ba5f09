"""The texts of the demo (texts/*.toml), filled in with the places, sums and times of one case."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from agencies.choices import AgencyCode, PartnerKind
from agencies.models import Partner

TEXTS = Path(__file__).parent / "texts"
OWN_DESKS = {
    AgencyCode.POLRI: "police",
    AgencyCode.LPSK: "protection",
    AgencyCode.KEMENSOS: "protection",
    AgencyCode.BPJSTK: "insurance",
}
NUMBERS = (
    "",
    "satu",
    "dua",
    "tiga",
    "empat",
    "lima",
    "enam",
    "tujuh",
    "delapan",
    "sembilan",
    "sepuluh",
    "sebelas",
)


def load(name: str) -> dict[str, Any]:
    """One of the files of texts."""
    return tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8"))


class Texts:
    """All that is written in the demo; `rng` decides which of several wordings."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.topics, self.themes, self.desks = load("topics"), load("themes"), load("desks")
        self.together = load("together")

    def one(self, texts: Sequence[Any]) -> Any:
        return texts[self.rng.randrange(len(texts))]

    def line(self, name: str, slots: dict[str, str]) -> str:
        """A line that any partner may write, or an opening (`opening.family`)."""
        group, _, key = name.rpartition(".")
        texts = self.desks[group or "any"][key]
        return (texts if isinstance(texts, str) else self.one(texts)).format_map(slots)

    def work(self, name: str, partner: Partner | None) -> dict[str, Any]:
        """What this partner (None: somebody at home) is asked, does and reports about a case of that theme."""
        theme = self.themes[name]
        if partner and (own := own_desk(partner)):
            work = {name: theme[name] for name in ("services", "questions")}
            return {**work, "requests": theme["requests"].get("abroad", []), **self.desks[own]}
        desk = "abroad" if partner and partner.kind in (PartnerKind.MISSION, PartnerKind.KEMLU) else "home"
        progress = theme["progress"]
        place = desk if desk in progress else next(iter(progress))
        return {
            "services": theme["services"],
            "requests": theme["requests"].get(desk) or theme["requests"]["any"],
            "progress": progress[place],
            "endings": theme["endings"][place],
            "questions": theme["questions"],
        }


def own_desk(partner: Partner) -> str:
    """The desk of a partner that has one line of work only; empty for the others."""
    if partner.kind in (PartnerKind.NGO, PartnerKind.KEMLU):
        return partner.kind
    if partner.kind != PartnerKind.OTHER or partner.code == AgencyCode.KP2MI:
        return ""
    return OWN_DESKS.get(AgencyCode(partner.code), "") if partner.code in AgencyCode.values else "protection"


def with_capitals(slots: dict[str, str]) -> dict[str, str]:
    """The same words also under their capitalised names, for the beginning of a sentence."""
    return {**slots, **{name.capitalize(): text[:1].upper() + text[1:] for name, text in slots.items()}}


def months(number: int) -> str:
    """A stretch of time as one would say it: "empat bulan", "dua tahun", "satu setengah tahun"."""
    years, rest = divmod(number, 12)
    if not years:
        return "sebulan" if number == 1 else f"{NUMBERS[number]} bulan"
    said = "setahun" if years == 1 else f"{NUMBERS[years]} tahun"
    if rest >= 4:
        return f"{said} lebih"
    return said
