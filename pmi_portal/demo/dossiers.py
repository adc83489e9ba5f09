"""A whole case from the day it is logged: what its own partner does with it, and to whom it is referred in turn."""

from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.roles import Supervisor
from agencies import matching
from agencies.choices import AgencyCode, PartnerKind, Stage
from agencies.models import Partner
from cases.choices import EventKind
from notifications.choices import Kind
from referrals.choices import DeclineReason, State
from referrals.models import Referral

from . import restricted
from .courses import Course
from .lives import Life
from .people import RUMAH_MIGRAN, SUARA_PEREMPUAN, UPTD_PPA
from .plots import Plot
from .world import World

BP3MI, DISNAKER = "the BP3MI of the home province", "the Disnakertrans of the home province"
# Whom a second referral goes to, first one that reads and was not asked yet; by theme.
BESIDES: dict[str, tuple[str, ...]] = {
    "upah": (BP3MI, "KEMLU_PWNI"),
    "pulang": (BP3MI, "KEMLU_PWNI"),
    "dokumen": (BP3MI, "KEMLU_PWNI"),
    "kekerasan": (UPTD_PPA, RUMAH_MIGRAN, "KEMLU_PWNI", "LPSK"),
    "tppo": ("KEMLU_PWNI", "LPSK", "POLRI"),
    "tahanan": ("KEMLU_PWNI", BP3MI),
    "meninggal": ("BPJSTK", BP3MI),
    "kesehatan": (BP3MI, "BPJSTK"),
    "hilang": (BP3MI, "KEMLU_PWNI"),
    "rekrut": (DISNAKER, "POLRI", BP3MI),
    "gagal": (DISNAKER, BP3MI),
    "klaim": ("BPJSTK", BP3MI),
    "deportasi": (DISNAKER, "KEMENSOS"),
    "lain": (BP3MI, DISNAKER),
}
NEVER_REFERRED = 0.08
OLD = 30 * 24  # hours after which hardly any case is without a referral
SECOND = 0.38
GIVEN_AWAY = 0.12
TO_NGO = (SUARA_PEREMPUAN, RUMAH_MIGRAN)
FOLLOW_UPS = 2  # after a refusal or silence, so many further partners are asked
HOURS_TO_REFER = (0.1, 20.0)
HOURS_TO_CHOOSE = (0.3, 26.0)
HOURS_TO_ASK_THE_WORKER = (1.0, 40.0)


class Dossier:
    """One case being made up."""

    def __init__(self, world: World, plot: Plot, by: User, partner: Partner) -> None:
        self.world, self.rng, self.clock = world, world.rng, world.clock
        self.filed = world.registry.file(plot, by, partner)
        world.filed.append(self.filed)
        world.dossiers.append(self)
        self.lives: list[Life] = []
        self.zone = partner.time_zone
        self.on_duty = self.filed.case.urgency == "emergency"
        self.log(EventKind.LOGGED, plot.at, by)
        restricted.mark(self.filed, world)

    def lead(self) -> None:
        """Everything up to now."""
        self.assign()
        old = self.clock.ago(OLD) > self.filed.case.created_at
        if self.rng.random() > (NEVER_REFERRED / 4 if old else NEVER_REFERRED):
            at = self.later(self.filed.case.changed_at, HOURS_TO_REFER)
            if at is not None:
                self._refer_somewhere(at)
        self.keep_the_file()
        self.number()

    def number(self) -> None:
        """Number the referrals in the order of time; a second one may have been made up after a third."""
        for number, life in enumerate(sorted(self.lives, key=lambda life: life.referral.created_at), start=1):
            life.referral.number = number

    def later(self, at: datetime, hours: tuple[float, float]) -> datetime | None:
        moment = self.clock.after(at, hours, self.zone, on_duty=self.on_duty)
        return moment if moment < self.clock.now else None

    def log(self, kind: EventKind, at: datetime, by: User, text: str = "", **data: Any) -> None:
        """An event that stays with the case's own partner."""
        self.world.log(self.filed.case, kind, at, by, text=text, **data)

    def assign(self) -> None:
        """Now and then the supervisor gives the case to a colleague of whoever logged it."""
        case = self.filed.case
        team = self.world.staff[self.filed.partner.pk]
        supervisor = next((person for person in team if person.role == Supervisor.code), None)
        others = [person for person in team if person not in (supervisor, case.created_by)]
        if supervisor is None or not others or self.rng.random() > GIVEN_AWAY:
            return
        at = self.later(case.created_at, (0.5, 12))
        if at is not None:
            case.assigned_to = self.rng.choice(others)
            self.log(EventKind.ASSIGNED, at, supervisor, to=case.assigned_to.full_name)
            self.world.tell([case.assigned_to], Kind.CASE_ASSIGNED, case, at)

    def keep_the_file(self) -> None:
        """Notes, and fields filled in later."""
        case = self.filed.case
        by = case.assigned_to
        if self.rng.random() < 0.4 and (at := self.later(case.created_at, (1, 40))):
            self.log(EventKind.NOTED, at, by, text=self.world.texts.line("notes", self.filed.slots))
        optional = ["recruiter", "broker", "employer_name", "employer_address", "departure_date", "scheme"]
        filled = [name for name in optional if getattr(case, name)]
        if filled and self.rng.random() < 0.6 and (at := self.later(case.created_at, (1, 90))):
            case.version += 1
            self.log(EventKind.EDITED, at, by, fields=filled)

    def refer(
        self,
        at: datetime,
        *,
        to: Partner | None = None,
        previous: Referral | None = None,
        wait_for_choice: bool = True,
    ) -> Life:
        """A referral to this partner, or to whom the portal finds, or whom a person has chosen by now."""
        answer = None if to else self.world.routes.ask(self.question())
        likely = to or self._likely(answer)
        work = self.world.texts.work(self.filed.theme, likely)
        life = Life(
            self.world,
            self.filed,
            at=at,
            by=self.filed.case.assigned_to,
            services=previous.services if previous else self.world.texts.one(work["services"]),
            request=self.world.texts.one(work["requests"]).format_map(self.filed.slots),
            previous=previous,
        )
        self.lives.append(life)
        if to is not None:
            life.choose(at, to)
        elif answer is not None:
            life.route(answer)
        if life.state == State.UNROUTED and wait_for_choice:
            self._choose(life, answer)
        return life

    def question(self) -> matching.Question:
        """As referrals.routing asks, for this case."""
        plot, case = self.filed.plot, self.filed.case
        declined = {
            life.referral.receiver_id
            for life in self.lives
            if life.state == State.DECLINED and life.referral.decline_reason != DeclineReason.INCOMPLETE
        }
        return matching.Question(
            topics=tuple(topic.code for topic in self.filed.topics),
            stage=plot.stage,
            country=plot.country,
            place=plot.place,
            home_province=plot.province,
            home_regency=plot.regency,
            exclude=frozenset({case.partner_id, *(pk for pk in declined if pk)}),
        )

    def _refer_somewhere(self, at: datetime) -> None:
        if self.filed.partner.kind != PartnerKind.NGO:
            self._follow(self.refer(at, to=self.world.partners[self.rng.choice(TO_NGO)]))
        else:
            self._follow(self.refer(at))
        second = self.later(at, (6, 200)) if self.rng.random() < SECOND else None
        to = self.besides()
        if second is not None and to is not None:
            self._follow(self.refer(second, to=to))

    def _follow(self, life: Life, turns: int = FOLLOW_UPS) -> None:
        """Lead it along, once it is sent; where it was refused or nobody answered, refer again."""
        if life.state == State.UNROUTED:
            return
        Course(self.world, life, self.besides).run()
        self.go_on(life, max(turns - 1, 0))
        if not turns or not (life.gave_up or life.state == State.DECLINED):
            return
        # The portal may look again only where it will not find the one who is already at work, or who did not answer.
        again = len(self.lives) == 1 and life.referral.decline_reason not in ("", DeclineReason.INCOMPLETE)
        at = self.later(life.at, (0.3, 30))
        to = None if again and self.rng.random() < 0.5 else self.besides()
        if at is not None and (again or to is not None):
            self._follow(self.refer(at, to=to, previous=life.referral), turns - 1)

    def go_on(self, life: Life, turns: int = 0) -> None:
        """Lead along what it was handed over to, once the worker agrees where that has to be asked first."""
        after = life.handed_to
        if after is None:
            return
        self.lives.append(after)
        if after.state == State.UNROUTED:
            at = self.later(after.at, HOURS_TO_ASK_THE_WORKER)
            if at is None:
                return
            after.agree(at)
        self._follow(after, turns)

    def besides(self) -> Partner | None:
        """Another partner that fits the theme, reads, and was not asked for this case yet."""
        plot, routes = self.filed.plot, self.world.routes
        asked = self.world.receivers[self.filed.case.reference] | {self.filed.partner.pk}
        home = {
            BP3MI: routes.home_office(AgencyCode.BP3MI, plot.province),
            DISNAKER: routes.home_office(AgencyCode.DISNAKER_PROV, plot.province),
        }
        for code in BESIDES[self.filed.theme]:
            partner = self.world.partners.get(home.get(code, code))
            if code == "KEMLU_PWNI" and plot.stage != Stage.DURING:
                continue
            if partner and partner.pk in routes.readers and partner.pk not in asked:
                return partner
        return None

    def _likely(self, answer: matching.Answer | None) -> Partner | None:
        """Whom the request is worded for: the first in the ranking who reads."""
        if answer is None:
            return None
        return next((self.world.by_pk[c.partner_id] for c in answer.ranking if c.reachable), None)

    def _choose(self, life: Life, answer: matching.Answer | None) -> None:
        """A person picks somebody from the ranking, if there has been time for it."""
        at = self.later(life.at, HOURS_TO_CHOOSE)
        to = self._likely(answer)
        if at is not None and to is not None:
            life.choose(at, to)
