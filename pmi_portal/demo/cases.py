"""Writing a plot down as a worker and a case, the way a caseworker would have typed it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.utils import formats, timezone
from django.utils.translation import override

from accounts.models import User
from agencies import countries
from agencies.choices import PartnerKind, Stage, Urgency
from agencies.models import Partner, Topic
from cases.choices import ProceduralStatus, Relation, ReporterType, SafeChannel, Scheme
from cases.forms.complaint import suggested_urgency
from cases.models import Case, Worker
from privacy import keys

from . import names, screening
from .places import COUNTRIES
from .plots import FAMILY_ONLY, Plot
from .wording import Texts, months, with_capitals

# Per kind of work: what it is called, who gives the orders, where the worker lives.
SECTORS: dict[str, tuple[str, str, str]] = {
    "domestic_work": ("pekerja rumah tangga", "majikan", "rumah majikan"),
    "care": ("perawat lansia", "majikan", "rumah majikan"),
    "manufacturing": ("operator pabrik", "perusahaan", "asrama pabrik"),
    "construction": ("pekerja bangunan", "mandor", "bedeng proyek"),
    "plantation": ("pekerja kebun sawit", "mandor kebun", "barak perkebunan"),
    "fishing_crew": ("awak kapal ikan", "kapten kapal", "kapal"),
    "merchant_crew": ("awak kapal niaga", "perusahaan kapal", "kapal"),
    "online_scam": ("petugas layanan pelanggan", "perusahaan", "kompleks"),
    "other": ("karyawan rumah makan", "pemilik usaha", "mes karyawan"),
}
KIN: tuple[tuple[str, str, str], ...] = (  # relation, what they are called, their sex
    (Relation.SPOUSE, "istri", "female"),
    (Relation.SPOUSE, "suami", "male"),
    (Relation.CHILD, "anak perempuan", "female"),
    (Relation.CHILD, "anak laki-laki", "male"),
    (Relation.PARENT, "ibu", "female"),
    (Relation.PARENT, "ayah", "male"),
    (Relation.OTHER_FAMILY, "kakak perempuan", "female"),
    (Relation.OTHER_FAMILY, "adik laki-laki", "male"),
)
SHORT_NAMES = {"HK": "Hong Kong"}  # as one says it
SAFE_TIMES = (
    "Setelah pukul 21.00 waktu setempat",
    "Hari Minggu siang",
    "Pukul 12.00–13.00 saat istirahat",
    "Kapan saja",
    "Hanya pada hari libur",
)
RAISED, LOWERED = 0.07, 0.04  # of all cases: a person decides otherwise than the topics suggest
GENERATION = 38  # years: whose children are old enough to report
UNKNOWN_ETC = 0.35  # of the fields that intake does not ask for


@dataclass
class Filed:
    """A case that is being made up: its rows, and the words for what is written about it later."""

    plot: Plot
    partner: Partner
    worker: Worker
    case: Case
    topics: list[Topic]
    slots: dict[str, str]
    owed: int  # in the money of the country
    theme: str


class Registry:
    """Makes cases, so that no name, number or reference comes twice."""

    def __init__(
        self, texts: Texts, topics: dict[str, Topic], regencies: dict[str, str], rng: Random
    ) -> None:
        """`regencies`: their names by code."""
        self.texts, self.topics, self.regencies, self.rng = texts, topics, regencies, rng
        self.numbers: Counter[tuple[int, int]] = Counter()  # the last by partner and year
        self._names: dict[str, Iterator[str]] = {sex: names.workers(sex, rng) for sex in names.BY_SEX}
        self._serial = 0

    def file(self, plot: Plot, by: User, partner: Partner) -> Filed:
        """The case and its worker, not saved. Call it in the order of time: it numbers the references."""
        self._serial += 1
        topics = sorted(
            (self.topics[code] for code in plot.topics), key=lambda topic: (topic.position, topic.code)
        )
        slots, owed, left = self._slots(plot)
        worker = self._worker(plot, partner)
        worker.data_key = keys.unsaved()
        relation, kin, sex = self._relation(plot, worker)
        slots = with_capitals({**slots, "kerabat": kin})
        case = Case(
            data_key=keys.unsaved(),
            partner=partner,
            reference=self._reference(partner, plot.at),
            worker=worker,
            created_by=by,
            assigned_to=by,
            created_at=plot.at,
            changed_at=plot.at,
            stage=plot.stage,
            country=plot.country,
            place=plot.place,
            procedural_status=plot.procedure,
            sector=plot.sector,
            **self._reporter(worker, relation, sex),
            **self._urgency(topics),
            **self._placement(plot, left),
            **self._story(plot, slots, partner),
            **screening.signs(plot, partner, self.rng),
        )
        theme = self.texts.topics[plot.topics[0]]["theme"]
        return Filed(plot, partner, worker, case, topics, slots, owed, theme)

    def _reference(self, partner: Partner, at: datetime) -> str:
        year = timezone.localdate(at).year
        self.numbers[partner.pk, year] += 1
        return f"{partner.reference_prefix}-{year}-{self.numbers[partner.pk, year]:06d}"

    def _slots(self, plot: Plot) -> tuple[dict[str, str], int, date]:
        country, rng = COUNTRIES[plot.country], self.rng
        unpaid, served, wage = rng.randint(2, 8), rng.randint(4, 34), country.wage(rng)
        left = timezone.localdate(plot.at) - timedelta(days=30 * served + rng.randrange(30))
        work, boss, home = SECTORS[plot.sector]
        with override("id"):
            name = SHORT_NAMES.get(plot.country) or countries.name(plot.country)
            slots = {
                "kota": plot.place or name,
                "negara": name,
                "kerja": work,
                "majikan": boss,
                "tempat": home,
                "asal": self.regencies[plot.regency],
                "pmi": "calon PMI" if plot.stage == Stage.BEFORE else "PMI",
                "lama": months(served),
                "bulan": months(unpaid),
                "sejak": formats.date_format(left, "F Y"),
                "kejadian": formats.date_format(
                    timezone.localdate(plot.at) - timedelta(days=rng.randint(1, 6)), "j F"
                ),
                "gaji": country.money(wage),
                "tunggakan": country.money(wage * unpaid),
                "juta": f"Rp {rng.choice((8, 12, 15, 18, 22, 25, 30, 35, 40, 45, 60))} juta",
            }
        return slots, wage * unpaid, left

    def _worker(self, plot: Plot, partner: Partner) -> Worker:
        rng, number = self.rng, self._serial
        born = timezone.localdate(plot.at) - timedelta(days=rng.randint(22 * 365, 48 * 365))
        reachable = plot.topics[0] not in FAMILY_ONLY
        day = born.day + (40 if plot.sex == "female" else 0)
        known = rng.random() > UNKNOWN_ETC
        return Worker(
            partner=partner,
            name=next(self._names[plot.sex]),
            sex=plot.sex,
            birth_date=born if known or rng.random() < 0.5 else None,
            # There is no district 99: a number that fits the form and nobody.
            nik=f"{plot.regency}99{day:02d}{born:%m%y}{9000 + number:04d}" if known else "",
            passport_number=f"X{number:07d}" if plot.stage != Stage.BEFORE and rng.random() < 0.5 else "",
            home_province_id=plot.province,
            home_regency_id=plot.regency,
            home_village=f"Dusun Contoh RT 0{rng.randint(1, 9)}" if rng.random() < 0.4 else "",
            contact=self._phone() if reachable and rng.random() < 0.85 else "",
            safe_channel=rng.choice(
                (SafeChannel.CHAT, SafeChannel.CHAT, SafeChannel.CALL, SafeChannel.VIA_REPORTER)
            )
            if reachable
            else SafeChannel.VIA_REPORTER,
            safe_time=rng.choice(SAFE_TIMES) if reachable else "",
        )

    def _phone(self) -> str:
        """A number that nobody has: 0800 is followed by a subscriber number that does not exist."""
        return f"0800-0000-{self.rng.randrange(10000):04d}"

    def _relation(self, plot: Plot, worker: Worker) -> tuple[str, str, str]:
        """How the reporter is related to the worker, what that is called, and the reporter's sex."""
        if plot.reporter in (ReporterType.WORKER, ReporterType.PROSPECTIVE):
            return Relation.SELF, "keluarga", plot.sex
        if plot.reporter != ReporterType.FAMILY:
            return Relation.ATTORNEY, "keluarga", self.rng.choice(("female", "male"))
        grown_child = worker.birth_date is not None and worker.birth_date.year < plot.at.year - GENERATION
        possible = [
            (relation, kin, sex)
            for relation, kin, sex in KIN
            if (relation != Relation.SPOUSE or sex != plot.sex)
            and (relation != Relation.CHILD or grown_child)
        ]
        return self.rng.choice(possible)

    def _reporter(self, worker: Worker, relation: str, sex: str) -> dict[str, str]:
        if relation != Relation.SELF:
            name = names.relative(sex, self.rng)
            return {"reporter_relation": relation, "reporter_name": name, "reporter_contact": self._phone()}
        worker.contact = worker.contact or self._phone()
        if worker.safe_channel == SafeChannel.VIA_REPORTER:
            worker.safe_channel = SafeChannel.CHAT
        return {
            "reporter_relation": relation,
            "reporter_name": worker.name,
            "reporter_contact": worker.contact,
        }

    def _urgency(self, topics: list[Topic]) -> dict[str, str]:
        suggested, chance = Urgency(suggested_urgency(topics)), self.rng.random()
        more, less = list(Urgency), list(Urgency)[::-1]
        if chance < RAISED and suggested != Urgency.EMERGENCY:
            decided = more[more.index(suggested) - 1]
            reason = self.texts.line("urgency.raised", {})
        elif chance > 1 - LOWERED and suggested != Urgency.NORMAL:
            decided = less[less.index(suggested) - 1]
            reason = self.texts.line("urgency.lowered", {})
        else:
            decided, reason = suggested, ""
        return {"urgency": decided, "urgency_suggested": suggested, "urgency_reason": reason}

    def _placement(self, plot: Plot, left: date) -> dict[str, object]:
        """What intake does not ask for, where somebody has filled it in later."""
        rng, fields = self.rng, dict[str, object]()
        procedural = plot.procedure == ProceduralStatus.PROCEDURAL
        if procedural or rng.random() > UNKNOWN_ETC:
            fields["recruiter" if procedural else "broker"] = (
                f"PT {rng.choice(names.SAYS_EXAMPLE)} Karya Migran"
                if procedural
                else f"Sponsor {rng.choice(names.SAYS_EXAMPLE)}"
            )
            fields["accused_party"] = fields.get("recruiter") or fields["broker"]
        if procedural:
            fields["scheme"] = Scheme.G_TO_G if plot.country in ("KR", "JP") else Scheme.P_TO_P
        if plot.stage == Stage.BEFORE or rng.random() < UNKNOWN_ETC:
            return fields
        fields |= {
            "departure_date": left,
            "work_start_date": left + timedelta(days=rng.randint(3, 20)),
            "employer_name": f"{SECTORS[plot.sector][1].capitalize()} {rng.choice(names.SAYS_EXAMPLE)}",
            "employer_address": f"Jalan Contoh {rng.randint(1, 99)}, {plot.place}".removesuffix(", "),
        }
        if procedural:
            fields |= {
                "contract_start": left,
                "contract_end": left.replace(day=min(left.day, 28), year=left.year + 2),
                "social_security_number": f"00-CONTOH-{self._serial:04d}",
                "foreign_agency": f"Agensi {rng.choice(names.SAYS_EXAMPLE)}",
            }
        return fields

    def _story(self, plot: Plot, slots: dict[str, str], partner: Partner) -> dict[str, object]:
        first, *others = (self.texts.topics[code] for code in plot.topics)
        channel, opening = self.texts.one(self.texts.desks["opening"][self._opening(plot, partner)])
        told = [opening, self.texts.one(first["stories"][plot.stage]), *(other["also"] for other in others)]
        asked = self.texts.one(first["demands"])
        return {
            "reporter_type": plot.reporter,
            "channel": channel,
            "chronology": " ".join(told).format_map(slots),
            "demands": asked.format_map(slots),
            "incident_date": timezone.localdate(plot.at) - timedelta(days=self.rng.randint(1, 60))
            if self.rng.random() < 0.6
            else None,
        }

    def _opening(self, plot: Plot, partner: Partner) -> str:
        if partner.kind == PartnerKind.MISSION:
            return "mission"
        if partner.kind == PartnerKind.BP3MI:
            return "counter"
        if plot.reporter == ReporterType.WORKER:
            return "worker_abroad" if plot.stage == Stage.DURING else "worker_home"
        return plot.reporter
