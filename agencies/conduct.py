"""The code of conduct: its versions lie beside the reference data, one file each, in both languages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

FOLDER = Path(__file__).resolve().parent / "data" / "conduct"
CURRENT = max(path.stem for path in FOLDER.glob("*.toml"))


@dataclass(frozen=True)
class Point:
    title: str
    text: str


def points(version: str = CURRENT) -> list[Point]:
    """What one version says, in the reader's language. Raises KeyError for a version that there is not."""
    language = "en" if get_language() == "en" else "id"
    return [Point(point[f"title_{language}"], point[f"text_{language}"]) for point in _read(version)]


@cache
def _read(version: str) -> list[dict[str, str]]:
    if version not in {path.stem for path in FOLDER.glob("*.toml")}:
        raise KeyError(version)
    with (FOLDER / f"{version}.toml").open("rb") as file:
        return list(tomllib.load(file)["points"])
