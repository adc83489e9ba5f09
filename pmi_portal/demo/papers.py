"""A partner without accounts: it is written to by letter, and the sender writes down what it answers."""

from datetime import datetime
from uuid import UUID

from cases.choices import EventKind
from referrals.actions.shared import marked
from referrals.choices import LetterKind
from referrals.letters import proof
from referrals.models import Letter

from .lives import Life
from .world import World

ISSUED, ACCEPTED, REPORTED = 20.0, 110.0, 190.0  # hours after the referral


def answered_by_letter(world: World, life: Life) -> None:
    """The letter is printed and sent by post; the answers come the same way, or by telephone."""
    words, zone, sent = world.texts.together["by_letter"], life.filed.partner.time_zone, life.at

    def when(hours: float) -> datetime:
        return world.clock.after(sent, (hours, hours + 4), zone)

    issue(world, life, when(ISSUED))
    life.accept(when(ACCEPTED), words["accepted"])
    register(world, life, life.at, words["number"])
    life.report(when(REPORTED), words["progress"])


def issue(world: World, life: Life, at: datetime) -> Letter:
    """The referral letter, on paper."""
    letter = Letter(
        id=UUID(int=world.rng.getrandbits(128), version=4),
        referral=life.referral,
        kind=LetterKind.LETTER,
        code=proof.new_code(),
        issued_at=at,
        issued_by=life.sender,
    )
    world.letters.append(letter)
    world.log(
        life.filed.case,
        EventKind.LETTER_ISSUED,
        at,
        life.sender,
        referral=life.referral,
        letter=str(letter.pk),
        paper=letter.kind,
        emailed=False,
    )
    return letter


def register(world: World, life: Life, at: datetime, number: str) -> None:
    """Under which number the receiver keeps the referral."""
    life.referral.register_number = number
    world.log(
        life.filed.case,
        EventKind.REGISTERED,
        at,
        life.receiver,
        referral=life.referral,
        text=number,
        **marked(life.recorded),
    )
