"""How referrals go: what happens next, how long that takes, and that nothing happens after now.

A course is a list of verbs. Whatever has not happened by now leaves the referral where it stands, so that old cases
have ended and new ones are live, as in any real year.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from agencies.choices import PartnerKind
from agencies.models import Partner
from referrals.choices import DeclineReason
from referrals.complaints import GROUNDS

from . import limits
from .lives import Life
from .places import COUNTRIES
from .wording import own_desk
from .world import World

Hours = tuple[float, float]


@dataclass(frozen=True)
class Pace:
    """Hours until a referral is opened, decided on, asked about or answered, and between lines of progress."""

    open: Hours
    decide: Hours
    answer: Hours
    work: Hours
    on_duty: bool = False


PACES = {
    "emergency": Pace(open=(0.2, 5), decide=(0.2, 3), answer=(0.3, 7), work=(5, 22), on_duty=True),
    "urgent": Pace(open=(1, 24), decide=(0.4, 16), answer=(2, 30), work=(14, 66)),
    "normal": Pace(open=(3, 60), decide=(1, 48), answer=(6, 90), work=(48, 280)),
}
WAITS = {
    "receive": "open",
    "accept": "decide",
    "decline": "decide",
    "ask": "decide",
    "answer": "answer",
    "tell": "work",
    "report": "work",
    "complete": "work",
    "hand_over": "work",
    "withdraw": "work",
    "reopen": "work",
}
SENDERS_VERBS = frozenset({"answer", "tell", "withdraw", "reopen"})
LATE: Hours = (30, 120)  # after the deadline, until the sender gives up waiting
ENDINGS = {
    "complete": 66,
    "decline": 8,
    "unopened": 2,
    "undecided": 2,
    "withdraw": 3,
    "hand_over": 3,
    "reopen": 3,
    "long": 5,
}
REASONS = {
    DeclineReason.OUT_OF_MANDATE: 4,
    DeclineReason.WRONG_DISTRICT: 2,
    DeclineReason.INCOMPLETE: 2,
    DeclineReason.NO_CAPACITY: 2,
    DeclineReason.ALREADY_HANDLED: 2,
}
ABOUT_MONEY = frozenset({"upah", "rekrut", "gagal", "klaim", "meninggal", "kesehatan"})
LONGEST = 150 * 24  # hours that a referral may be old and still go on and on
MANY, SLOWER = 10, 6  # after so many steps everything takes so much longer
ASKS_FIRST, ASKS_LATER, SENDER_TELLS = 0.22, 0.15, 0.2


class Course:
    """Leads one referral along, at its own pace, until it ends or it is now."""

    def __init__(self, world: World, life: Life, onward: Callable[[], Partner | None] = lambda: None) -> None:
        """`onward` names another partner that the case may be handed over to, if there is any."""
        self.world, self.life, self.rng, self.onward = world, life, world.rng, onward
        self.pace = PACES[life.referral.urgency]
        receiver = life.referral.receiver
        assert receiver is not None
        self.receiver: Partner = receiver
        self.work = world.texts.work(life.filed.theme, receiver)
        self.lines = iter(self.work["progress"])
        self.reply = ""
        self.outcome, self.closing, *most = world.texts.one(self.work["endings"])
        self.lines_at_most = most[0] if most else len(self.work["progress"])

    def run(self, ending: str = "") -> bool:
        """Whether all of it has happened already; `ending` is one of ENDINGS, else drawn."""
        ending = ending or self.rng.choices(list(ENDINGS), weights=list(ENDINGS.values()))[0]
        if ending == "long" and (self.pace.on_duty or self.life.at < self.world.clock.ago(LONGEST)):
            ending = "complete"
        if self.outcome in GROUNDS and ending == "reopen":
            ending = "complete"
        return all(self.step(verb) for verb in self.verbs(ending))

    def verbs(self, ending: str) -> list[str]:
        """What happens, in this order, up to that ending."""
        if ending == "unopened":
            return ["give_up"]
        first = ["receive", *self._question(ASKS_FIRST)]
        if ending == "undecided":
            return [*first, "give_up"]
        if ending == "decline":
            return [*first, "decline"]
        lines = min(len(self.work["progress"]), self.lines_at_most)
        done = lines if ending in ("long", "complete", "reopen") else self.rng.randint(1, lines)
        middle = ["report"] * done
        if self.rng.random() < SENDER_TELLS:
            middle.insert(self.rng.randint(0, len(middle)), "tell")
        at = self.rng.randint(0, len(middle))
        middle[at:at] = self._question(ASKS_LATER)
        last = {"long": ["report"] * 40, "reopen": ["complete", "reopen", "report", "complete"]}.get(
            ending, [ending]
        )
        return [*first, "accept", *middle, *last]

    def step(self, verb: str) -> bool:
        """Do it at the time it takes; False when that time has not come."""
        at = self.when(verb)
        if at >= self.world.clock.now:
            return False
        self.do(verb, at)
        return True

    def do(self, verb: str, at: datetime) -> None:
        act = getattr(self, verb, None) or getattr(self.life, verb)  # the latter for verbs that need no words
        act(at)

    def when(self, verb: str) -> datetime:
        clock, life = self.world.clock, self.life
        zone = life.filed.partner.time_zone if verb in SENDERS_VERBS else self.receiver.time_zone
        if verb == "give_up":
            life.wind_the_clock()
            return clock.after(life.referral.due_at or life.at, LATE, life.filed.partner.time_zone)
        hours = getattr(self.pace, WAITS[verb])
        if len(life.steps) > MANY:
            hours = (hours[0] * SLOWER, hours[1] * SLOWER)
        since = life.at
        if verb == "complete" and (earliest := limits.earliest_end(self.world, life, self.outcome)):
            life.hopeless, since = self.outcome, max(since, earliest)
        return clock.after(since, hours, zone, on_duty=self.pace.on_duty)

    def ask(self, at: datetime) -> None:
        question, self.reply = self.world.texts.one(self.work["questions"])
        self.life.ask(at, self.fill(question))

    def answer(self, at: datetime) -> None:
        self.life.answer(at, self.fill(self.reply))

    def tell(self, at: datetime) -> None:
        self.life.tell(at, self.line("sender_news"))

    def report(self, at: datetime) -> None:
        line = next(self.lines, "")
        self.life.report(at, self.fill(line) if line else self.line("still_working"))

    def decline(self, at: datetime) -> None:
        full = "shelter" in self.life.referral.services
        reasons = {why: weight for why, weight in REASONS.items() if full or why != DeclineReason.NO_CAPACITY}
        reason = self.rng.choices(list(reasons), weights=list(reasons.values()))[0]
        if own_desk(self.receiver):  # their line of work is the same everywhere
            reason = DeclineReason.NO_CAPACITY if full else DeclineReason.ALREADY_HANDLED
        self.life.decline(at, reason, self.line(f"declined.{reason}"))

    def complete(self, at: datetime) -> None:
        amount, currency = self._amount()
        self.life.complete(at, self.outcome, self.fill(self.closing), amount, currency)

    def withdraw(self, at: datetime) -> None:
        self.life.withdraw(at, self.line("withdrawn"))

    def give_up(self, at: datetime) -> None:
        self.life.gave_up = True
        opened = self.life.referral.received_at is not None
        self.life.withdraw(at, self.line("withdrawn_undecided" if opened else "withdrawn_unopened"))

    def hand_over(self, at: datetime) -> None:
        to = self.onward()
        if to is None:
            self.complete(at)
        else:
            self.life.hand_over(at, self.line("handed_over"), to)

    def lose_consent(self, at: datetime) -> None:
        self.life.lose_consent(at, self.line("consent_withdrawn"))

    def reopen(self, at: datetime) -> None:
        self.life.reopen(at, self.line("reopened"))

    def line(self, name: str) -> str:
        return self.world.texts.line(name, self.life.filed.slots)

    def fill(self, text: str) -> str:
        return text.format_map(self.life.filed.slots)

    def _question(self, chance: float) -> list[str]:
        return ["ask", "answer"] if self.work["questions"] and self.rng.random() < chance else []

    def _amount(self) -> tuple[Decimal | None, str]:
        """What was recovered, where the outcome has a sum and somebody wrote it down."""
        has_sum = "amount" in self.world.outcomes[self.outcome].extra_fields
        if not has_sum or self.life.filed.theme not in ABOUT_MONEY or self.rng.random() < 0.2:
            return None, ""
        if self.receiver.kind != PartnerKind.MISSION:
            return Decimal(self.rng.randrange(5, 60)) * 1_000_000, "IDR"
        part = Decimal(self.life.filed.owed) * self.rng.choice((100, 100, 75, 60)) / 100
        return part.quantize(Decimal(1)), COUNTRIES[self.life.filed.plot.country].currency
