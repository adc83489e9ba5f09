"""Fills an empty portal with the demo: made up in memory first, then written in a few large inserts."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import PortalAdmin
from agencies.models import Outcome, Partner, Regency, Topic
from cases.models import Case

from . import (
    closing,
    limits,
    mandates,
    people,
    reference,
    reminders,
    restricted,
    rights,
    scenes,
    services,
    standing,
    together,
    writing,
)
from .cases import Registry
from .clock import Clock
from .dossiers import Dossier
from .figures import Figures
from .plots import Plots
from .routes import Routes
from .wording import Texts
from .world import World

SEED = 170845  # the same demo every time, but for its dates
CASES = 300
YEAR = 365  # days
DENSER_LATELY = 1.6  # exponent: 1 would spread the cases evenly over the year
# Whose the cases besides those of the scenes are: how often, and what their cases have in common.
OWNERS: dict[str, tuple[int, list[dict[str, str]]]] = {
    people.SUARA_PEREMPUAN: (76, [{}]),
    people.RUMAH_MIGRAN: (12, [{"province": "35"}, {"province": "33"}, {}]),
    "BP3MI_NTB": (
        4,
        [{"province": "52", "topic": topic} for topic in ("DEPORTASI", "GAGAL_BERANGKAT", "REKRUT_ILEGAL")],
    ),
    "BP3MI_JATIM": (3, [{"province": "35", "topic": topic} for topic in ("DEPORTASI", "BIAYA_BERLEBIH")]),
    "KBRI_KUALA_LUMPUR": (
        3,
        [
            {
                "country": "MY",
                "place": "Kuala Lumpur",
                "stage": "during",
                "topic": topic,
                "reporter": "worker",
            }
            for topic in ("KABUR_DARI_MAJIKAN", "GAJI_TIDAK_DIBAYAR", "TIDAK_BERDOKUMEN")
        ],
    ),
    "KJRI_HONG_KONG": (
        2,
        [
            {
                "country": "HK",
                "place": "Causeway Bay",
                "stage": "during",
                "topic": topic,
                "reporter": "worker",
            }
            for topic in ("POTONGAN_GAJI", "PHK_SEPIHAK", "JERATAN_UTANG")
        ],
    ),
}


class Unfit(Exception):
    """The demo cannot be added here; the text says why and what to do."""


def is_seeded() -> bool:
    """Whether the demo's people are there."""
    return User.objects.filter(email__in=people.every_email()).exists()


@transaction.atomic
def seed(now: datetime | None = None) -> World | None:
    """Add the demo, wholly or not at all; None when it is there already. Raises Unfit beside real cases."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('pmi_portal.demo'))")
    if is_seeded():
        return None
    if Case.objects.exists():
        raise Unfit(
            "This database holds cases that are not the demo's. Set DEMO=false, or use an empty database."
        )
    if not Topic.objects.exists():
        raise Unfit("The demo needs the reference data: run `manage.py load_reference` first.")
    people.add_partners()
    mandates.add()
    world = _world(now or timezone.now())
    try:
        _make_up(world)
        writing.write(world)
        rights.write(world)
        services.add_services(world.partners)
        people.add_log()
        standing.write()
    except BaseException:
        world.files.drop()
        raise
    return world


def _world(now: datetime) -> World:
    rng = Random(SEED)
    partners = {partner.code: partner for partner in Partner.objects.defer("loaded")}
    staff: dict[int, list[User]] = defaultdict(list)
    everybody = people.add_people(partners)
    for person in everybody:
        if person.works_cases and person.partner:
            staff[person.partner.pk].append(person)
    texts, topics = Texts(rng), {topic.code: topic for topic in Topic.objects.all()}
    stages = {code: list(text["stories"]) for code, text in texts.topics.items()}
    return World(
        rng=rng,
        clock=Clock(now, rng),
        texts=texts,
        plots=Plots(Figures(), topics, stages, rng),
        registry=Registry(texts, topics, dict(Regency.objects.values_list("code", "name")), rng),
        routes=Routes(staff),
        partners=partners,
        staff=staff,
        admins=[person for person in everybody if person.role == PortalAdmin.code],
        outcomes={outcome.code: outcome for outcome in Outcome.objects.all()},
    )


def _make_up(world: World) -> None:
    """All cases in the order in which they were logged, which is that of their references."""
    acts: list[tuple[datetime, Callable[[World], None]]] = [
        (one.plot.at, one.play) for one in scenes.staged(world)
    ]
    owners, weights = list(OWNERS), [share for share, _kinds in OWNERS.values()]
    for _number in range(CASES - len(acts)):
        acts.append(_usual(world, world.rng.choices(owners, weights=weights)[0]))
    for _at, act in sorted(acts, key=lambda pair: pair[0]):
        act(world)
    for life in world.lives:
        life.wind_the_clock()
        reminders.remind(world, life.referral)
    limits.lead(world)
    _work_together(world)
    closing.close_what_is_done(world)
    restricted.lead(world)
    rights.lead(world)
    reference.lead(world)


def _work_together(world: World) -> None:
    try:
        together.work(world)
    except OSError as error:
        raise Unfit(
            f"The demo's documents cannot be kept in {settings.DOCUMENTS_DIR}: {error.strerror}."
        ) from error


def _usual(world: World, owner: str) -> tuple[datetime, Callable[[World], None]]:
    """A case as they come, logged some time in the last year; and when."""
    partner, clock = world.partners[owner], world.clock
    days = YEAR * world.rng.random() ** DENSER_LATELY
    at = clock.now
    while at >= clock.now:  # put off until after now: it was some days earlier
        at = clock.working(clock.now - timedelta(days=days), partner.time_zone)
        days += 1
    plot = world.plots.draw(at, **world.rng.choice(OWNERS[owner][1]))

    def act(world: World) -> None:
        Dossier(world, plot, world.somebody_at(partner), partner).lead()

    return at, act
