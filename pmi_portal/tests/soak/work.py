"""What a mixed day is made of: people log and refer, read, search, write, issue letters, take on and complete; an admin looks after it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from random import Random
from urllib.parse import quote

from pmi_portal.demo.people import PORTAL_ADMIN
from pmi_portal.tests.chaos.browser import Unanswered
from pmi_portal.tests.chaos.people import CASEWORKERS, OFFICER, Diary, Person

PAUSE = (0.4, 2.0)  # seconds between what somebody does and the next
KEPT = 50  # referrals that somebody still reads
STEPS: dict[
    str, dict[str, str]
] = {  # what an officer does after having taken a referral on, and with which words
    "report": {"text": "Majikan sudah dihubungi."},
    "paper": {},
    "complete": {"outcome": "KELUARGA_TERHUBUNG", "text": "Sudah ditangani."},
}


class Hands:
    """Referrals on their way from those who send them to those who take them on.

    Nobody writes the same twice: what is doubled then is the portal's doing.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []  # case, referral
        self.unasked: list[str] = []  # those whose sender has not asked for news
        self.waiting: list[str] = []
        self.taken: list[tuple[str, list[str]]] = []  # and what is still to be done with it

    def add(self, case: str, referral: str) -> None:
        self.sent = [*self.sent, (case, referral)][-KEPT:]
        self.unasked = [*self.unasked, referral][-KEPT:]
        self.waiting.append(referral)


def caseworker(person: Person, hands: Hands, random: Random) -> None:
    """One thing that a caseworker does."""
    what = random.random()
    if what < 0.4 or not hands.sent:
        referral = person.log_and_refer(random)
        case = next(act.object for act in reversed(person.diary.acts) if act.kind == "log")
        hands.add(case, referral)
        return
    case, _referral = random.choice(hands.sent)
    if what < 0.6:
        person.browser.get(random.choice(["/cases/", "/referrals/", "/notifications/", "/", "/partners/"]))
    elif what < 0.75:
        person.browser.get(f"/cases/search/?q={quote(random.choice(['Kenanga', case, 'gaji', 'Mawar']))}")
    elif what < 0.9:
        person.browser.get(f"/cases/{case}/")
    elif hands.unasked:
        referral = hands.unasked.pop(random.randrange(len(hands.unasked)))
        write(person, referral, "message", text="Mohon kabar terbaru.")


def officer(person: Person, hands: Hands, random: Random) -> None:
    """One thing that an officer does; whoever has nothing to take on looks at the inbox."""
    what = random.random()
    if hands.waiting and what < 0.4:
        referral = hands.waiting.pop(0)
        try:
            person.take_on(referral)
        except LookupError:  # it has not come yet
            hands.waiting.append(referral)
        else:
            hands.taken.append((referral, [*STEPS]))
    elif hands.taken and what < 0.85:
        carry_on(person, hands)
    else:
        person.browser.get(random.choice(["/inbox/", "/notifications/", "/referrals/overdue/"]))


def carry_on(person: Person, hands: Hands) -> None:
    """The next step with the referral that was left alone for longest."""
    referral, steps = hands.taken.pop(0)
    step = steps.pop(0)
    if step == "paper":
        paper(person, referral)
    else:
        write(person, referral, step, **STEPS[step])
    if steps:
        hands.taken.append((referral, steps))


def write(person: Person, referral: str, kind: str, **values: str) -> None:
    """Fill in and send one of a referral's forms."""
    path = f"/referrals/{referral}/"
    form = person.browser.form(path, f"/{kind}/")
    person.do(kind, form, lambda to: to.startswith(path), **values)


def paper(person: Person, referral: str) -> None:
    """Issue the receipt, if nobody has, and open it as PDF."""
    path = f"/referrals/{referral}/"
    page = person.browser.get(path)
    if f"{path}letters/receipt/" in page:
        form = person.browser.form(path, "/letters/receipt/")
        person.do("paper", form, lambda to: to.startswith(path))
        page = person.browser.get(path)
    if found := re.search(rf"{path}letters/[0-9a-f-]{{36}}/", page):
        person.browser.get(found[0])


def admin(person: Person, _hands: Hands, random: Random) -> None:
    """One look of somebody who looks after the portal."""
    person.browser.get(random.choice(["/machinery/", "/", "/partners/", "/mandates/", "/services/"]))


ROLES: Sequence[tuple[str, Callable[[Person, Hands, Random], None]]] = (
    *((email, caseworker) for email in CASEWORKERS),
    (OFFICER, officer),
    (OFFICER.replace("petugas", "petugas2"), officer),
    (PORTAL_ADMIN, admin),
)


def at_work(address: str, diary: Diary, seed: int, stop: threading.Event) -> list[threading.Thread]:
    """Threads of people who work until `stop`."""
    hands, random = Hands(), Random(seed)

    def work(person: Person, do: Callable[[Person, Hands, Random], None], own: Random) -> None:
        person.diary = diary
        while not stop.wait(own.uniform(*PAUSE)):
            try:
                do(person, hands, own)
            except (Unanswered, LookupError, OSError) as error:
                diary.trouble(f"{person.email}: {type(error).__name__} {error}"[:400])

    people = [(Person(address, email), do) for email, do in ROLES]
    threads = [
        threading.Thread(target=work, args=(person, do, Random(random.random()))) for person, do in people
    ]
    for thread in threads:
        thread.start()
    return threads
