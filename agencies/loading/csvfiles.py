"""Reads the files of agencies/data, whose README says what they hold and where it comes from."""

import csv
import re
from pathlib import Path

from ..choices import SourceStatus

DATA = Path(__file__).resolve().parent.parent / "data"
_MARK = re.compile(r"(?P<mark>own addition|[VHPIU]\b):?\s*(?P<text>.*)", re.DOTALL)


def read(name: str) -> list[dict[str, str]]:
    """The rows of one file, in its order. Raises OSError when it is missing."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def several(text: str) -> list[str]:
    """The values of a cell that holds several, separated by semicolons."""
    return [value.strip() for value in text.split(";") if value.strip()]


def marked(source: str) -> dict[str, str]:
    """The fields `source` and `source_status` of a cell such as "V: PP 59/2021". Raises ValueError without a mark."""
    match = _MARK.fullmatch(source.strip())
    if not match:
        raise ValueError(f"No status mark: {source!r}")
    own = match["mark"] == "own addition"
    return {
        "source": match["text"],
        "source_status": SourceStatus.OWN.value if own else SourceStatus(match["mark"]).value,
    }


_PROVENANCE_STATUS = {
    "verified": SourceStatus.VERIFIED,
    "verified-dated": SourceStatus.PARTLY,  # a source said so once, and things were about to change
    "partly": SourceStatus.PARTLY,
    "inferred": SourceStatus.INFERRED,
    "unverified": SourceStatus.UNCONFIRMED,
    "unknown": SourceStatus.UNCONFIRMED,
}


def provenance(file: str, field: str) -> dict[str, dict[str, str]]:
    """Per key of the file, `source` and `source_status` of one of its fields, as provenance.csv tells."""
    return {
        row["key"]: {"source": row["source"], "source_status": _PROVENANCE_STATUS[row["status"]].value}
        for row in read("provenance.csv")
        if row["file"] == file and row["field"] == field
    }
