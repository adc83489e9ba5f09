"""What a NIK says beside what else is known of the worker: a help and a warning, never a refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from agencies import nik
from agencies.models import Regency

from .choices import Sex
from .models import Worker


@dataclass(frozen=True)
class NikReading:
    """A decoded NIK for the page. `problem` says why nothing could be read."""

    problem: str = ""
    sex: str = ""
    birth_date: date | None = None
    regency: Regency | None = None
    warnings: tuple[str, ...] = ()

    @property
    def sex_label(self) -> str:
        return str(Sex(self.sex).label) if self.sex else ""

    @property
    def as_fields(self) -> str:
        """The values that the page may take over, by field, as JSON."""
        known = {
            "sex": self.sex,
            "birth_date": self.birth_date.isoformat() if self.birth_date else "",
            "home_province": self.regency.province_id if self.regency else "",
            "home_regency": self.regency.pk if self.regency else "",
        }
        return json.dumps({name: value for name, value in known.items() if value})


def read(
    text: str, *, sex: str = "", birth_date: date | None = None, home_regency: str = ""
) -> NikReading | None:
    """Read a NIK and compare it; None when there is none."""
    if not text:
        return None
    decoded = nik.decode(text)
    if isinstance(decoded, nik.Problem):
        return NikReading(problem=decoded.sentence)
    differing = nik.mismatches(decoded, sex=sex, birth_date=birth_date, home_regency=home_regency)
    return NikReading(
        sex=decoded.sex,
        birth_date=decoded.birth_date,
        regency=Regency.objects.filter(pk=decoded.regency_code).select_related("province").first(),
        warnings=tuple(mismatch.sentence for mismatch in differing),
    )


def warnings(worker: Worker) -> list[str]:
    """What is odd about the NIK of a worker, in sentences; asks the database nothing."""
    if not worker.nik:
        return []
    decoded = nik.decode(worker.nik)
    if isinstance(decoded, nik.Problem):
        return [decoded.sentence]
    found = nik.mismatches(
        decoded, sex=worker.sex, birth_date=worker.birth_date, home_regency=worker.home_regency_id or ""
    )
    return [mismatch.sentence for mismatch in found]
