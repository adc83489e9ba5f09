"""Cases made up one by one, so that today there is something of everything on the first page of each role."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from agencies.choices import PartnerKind
from agencies.models import Partner

from . import papers
from .courses import Course
from .dossiers import Dossier
from .people import BY_LETTER, KJRI_JB, RUMAH_MIGRAN, SUARA_PEREMPUAN, UPTD_PPA
from .plots import Plot
from .world import World

Acts = tuple[tuple[str, float], ...]  # a verb of Course, and how many hours ago


@dataclass(frozen=True)
class Scene:
    """When it was logged (hours ago), how pressing its topic is, and what has happened since."""

    logged: float
    pressing: int  # index into Stage.topics
    acts: Acts = ()


@dataclass(frozen=True)
class Scenery:
    """Where a receiver's scenes play: `topics` from emergencies to the normal."""

    stage: str
    topics: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    country: str = ""
    places: tuple[str, ...] = ()
    province: str = ""
    sender: str = SUARA_PEREMPUAN


SCENES = (
    Scene(0.7, 0),
    Scene(27, 2, (("receive", 4),)),
    Scene(112, 1),  # nobody has opened it, and its 72 hours are over
    Scene(190, 1, (("receive", 186), ("accept", 185), ("report", 120), ("report", 60), ("report", 22))),
    Scene(53, 2, (("receive", 30), ("ask", 5))),
    Scene(70, 2, (("receive", 47), ("ask", 46), ("answer", 1.5))),
    Scene(420, 2, (("receive", 400), ("accept", 395), ("report", 220), ("report", 90), ("complete", 2.5))),
)
DECLINED = Scene(31, 2, (("receive", 24), ("decline", 3)))
SLOW = Scene(  # long enough with its agency for a time limit of its own
    780,
    2,
    (("receive", 760), ("accept", 750), ("report", 700), ("report", 480), ("report", 260), ("report", 75)),
)
WITHDRAWN = Scene(330, 2, (("receive", 310), ("accept", 300), ("report", 170), ("lose_consent", 20)))
HANDED_OVER = Scene(310, 2, (("receive", 290), ("accept", 280), ("report", 190), ("hand_over", 96)))

_ABROAD = (
    ("KEKERASAN_MAJIKAN", "KECELAKAAN", "TAHANAN"),
    ("PULANG", "PENAHANAN_DOKUMEN", "SAKIT", "HILANG_KONTAK"),
    ("GAJI_TIDAK_DIBAYAR", "PHK_SEPIHAK", "TIDAK_SESUAI_PK", "OVERSTAY"),
)
_RETURN = (("KEKERASAN_SEKSUAL",), ("DEPORTASI", "SAKIT"), ("GAJI_TIDAK_DIBAYAR", "JAMINAN_SOSIAL"))
_DEPARTURE = (
    ("REKRUT_ILEGAL",),
    ("REKRUT_ILEGAL",),
    ("GAGAL_BERANGKAT", "BIAYA_BERLEBIH", "PENIPUAN_PELUANG_KERJA"),
)
_SHELTER = (("KEKERASAN_SEKSUAL",), ("KABUR_DARI_MAJIKAN",), ("GAJI_TIDAK_DIBAYAR", "TIDAK_BERDOKUMEN"))

SCENERY: dict[str, Scenery] = {
    KJRI_JB: Scenery(
        "during", _ABROAD, "MY", ("Batu Pahat, Johor", "Pasir Gudang, Johor", "Johor Bahru, Johor")
    ),
    "KBRI_KUALA_LUMPUR": Scenery(
        "during", _ABROAD, "MY", ("Kuala Lumpur", "Shah Alam, Selangor", "Klang, Selangor")
    ),
    "KDEI_TAIPEI": Scenery("during", _ABROAD, "TW", ("Taipei", "Taoyuan", "Taichung")),
    "BP3MI_JATIM": Scenery(
        "after", (("DEPORTASI",), *_RETURN[1:]), "MY", ("Johor Bahru, Johor", "Kuala Lumpur"), "35"
    ),
    "BP3MI_NTB": Scenery("before", _DEPARTURE, "MY", province="52"),
    "DISNAKER_35": Scenery("before", _DEPARTURE, "TW", province="35"),
    "KEMLU_PWNI": Scenery(
        "during",
        (
            ("ANCAMAN_HUKUMAN_MATI", "ONLINE_SCAM", "KEDARURATAN"),
            ("HILANG_KONTAK", "PULANG"),
            ("OVERSTAY", "GAJI_TIDAK_DIBAYAR"),
        ),
        "SA",
        ("Riyadh", "Dammam"),
    ),
    UPTD_PPA: Scenery(
        "after", (_RETURN[0], ("GANGGUAN_JIWA",), ("GAJI_TIDAK_DIBAYAR",)), "MY", ("Kuala Lumpur",), "35"
    ),
    RUMAH_MIGRAN: Scenery(
        "during", _SHELTER, "MY", ("Kuala Lumpur", "Klang, Selangor"), "35", "KBRI_KUALA_LUMPUR"
    ),
    SUARA_PEREMPUAN: Scenery("during", _SHELTER, "HK", ("Sha Tin", "Yuen Long"), "33", "KJRI_HONG_KONG"),
}
# What else has happened at single receivers.
BESIDES: dict[str, tuple[Scene, ...]] = {
    KJRI_JB: (DECLINED, SLOW),
    "BP3MI_NTB": (DECLINED,),
    "KDEI_TAIPEI": (DECLINED,),
    RUMAH_MIGRAN: (DECLINED,),
    "KBRI_KUALA_LUMPUR": (WITHDRAWN,),
    "DISNAKER_35": (HANDED_OVER,),
}
ON_PAPER = Scenery("after", (("TPPO",),) * 3, "MY", ("Kuala Lumpur", "Johor Bahru, Johor"), "35")
ANSWERED_BY_LETTER = Scene(340, 0)
# Cases of Suara Perempuan that wait for a person: no single answer, or not referred yet.
UNCLEAR = (
    ("MY", "Sabah", "GAJI_TIDAK_DIBAYAR", 2.0),
    ("SA", "", "HILANG_KONTAK", 21.0),
    ("MY", "Sabah", "PULANG", 30.0),
)
JUST_LOGGED = (("TW", "Tainan", "POTONGAN_GAJI", 0.3), ("MY", "Ipoh, Perak", "KONTRAK_SELESAI", 1.1))

TODAY = 30.0  # hours
REFERRED_AFTER, A_WHILE = timedelta(minutes=25), timedelta(minutes=7)


@dataclass(frozen=True)
class Staged:
    """A plot with what is to happen in it. `pace` makes no two scenes happen at the same minute."""

    plot: Plot
    sender: str
    scene: Scene
    pace: float = 1.0
    receiver: str = ""
    refer: bool = True

    def play(self, world: World) -> None:
        sender = world.partners[self.sender]
        dossier = Dossier(world, self.plot, world.somebody_at(sender), sender)
        if self.refer:
            self._refer(world, dossier)
        dossier.number()

    def _refer(self, world: World, dossier: Dossier) -> None:
        at = self.plot.at + min(REFERRED_AFTER, (world.clock.now - self.plot.at) / 3)
        life = dossier.refer(at, to=self._to(world, dossier), wait_for_choice=False)
        if not life.referral.receiver:
            return
        if not world.staff[life.referral.receiver.pk]:
            papers.answered_by_letter(world, life)
            return
        course = Course(world, life, dossier.besides)
        for verb, hours in self.scene.acts:
            at = max(at + A_WHILE, _moment(world, hours * self.pace, course.receiver.time_zone))
            course.do(verb, at)
        dossier.go_on(life)

    def _to(self, world: World, dossier: Dossier) -> Partner | None:
        """The receiver, unless the portal finds it by itself."""
        clear = world.routes.ask(dossier.question()).clear
        if not self.receiver or (clear and clear.partner_code == self.receiver):
            return None
        return world.partners[self.receiver]


def staged(world: World) -> Iterator[Staged]:
    """All scenes, each with a plot of its own."""
    for code, scenery in SCENERY.items():
        for scene in (*SCENES, *BESIDES.get(code, ())):
            pace = world.rng.uniform(0.85, 1.1)
            yield Staged(_plot(world, scenery, scene, pace), scenery.sender, scene, pace, receiver=code)
    plot = _plot(world, ON_PAPER, ANSWERED_BY_LETTER, 1.0)
    yield Staged(plot, SUARA_PEREMPUAN, ANSWERED_BY_LETTER, receiver=BY_LETTER)
    for country, place, topic, hours in (*UNCLEAR, *JUST_LOGGED):
        plot = world.plots.draw(
            world.clock.ago(hours), topic=topic, country=country, place=place, stage="during"
        )
        refer = (country, place, topic, hours) in UNCLEAR
        yield Staged(plot, SUARA_PEREMPUAN, Scene(hours, 2), refer=refer)


def _plot(world: World, scenery: Scenery, scene: Scene, pace: float) -> Plot:
    fixed = {"topic": world.rng.choice(scenery.topics[scene.pressing]), "stage": scenery.stage}
    if scenery.country:
        fixed["country"] = scenery.country
    if scenery.places:
        fixed["place"] = world.rng.choice(scenery.places)
    if scenery.province:
        fixed["province"] = scenery.province
    sender = world.partners[scenery.sender]
    if sender.kind == PartnerKind.MISSION:
        fixed["reporter"] = "worker"
    return world.plots.draw(_moment(world, scene.logged * pace, sender.time_zone), **fixed)


def _moment(world: World, hours_ago: float, zone: str) -> datetime:
    """What was long ago happened by day; what has just happened, whenever that is."""
    at = world.clock.ago(hours_ago)
    return world.clock.by_day(at, zone) if hours_ago > TODAY else at
