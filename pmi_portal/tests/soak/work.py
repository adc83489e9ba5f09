"""What a mixed day is made of: people log and refer, read, search, write, issue letters, take on and complete; an admin looks after it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from random import Random

from pmi_portal.demo.people import PORTAL_ADMIN
from pmi_portal.tests.chaos.people import CASEWORKERS, OFFICER, Diary, Person

PAUSE = (0.4, 2.0)  # seconds between what somebody does and the next
SILENT = 90  # seconds after which somebody has stopped working
KEPT = 50  # referrals that somebody still reads
READ = {  # pages that somebody of this role opens just to look
    "caseworker": ["/cases/", "/referrals/", "/notifications/", "/services/", "/cases/new/"],
    "officer": ["/inbox/", "/notifications/", "/services/"],
    "portal_admin": [
        "/machinery/",
        "/today/",
        "/partners/",
        "/partners/mandates/",
        "/services/",
        "/referrals/overdue/",
    ],
}
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
        hands.add(person.case, referral)
        return
    case, _referral = random.choice(hands.sent)
    if what < 0.6:
        person.browser.get(random.choice(READ["caseworker"]))
    elif what < 0.75:
        search(person, random.choice(["Kenanga", case, "3507014107900001", "Mawar"]))
    elif what < 0.9:
        person.browser.get(f"/cases/{case}/")
    elif hands.unasked:
        referral = hands.unasked.pop(random.randrange(len(hands.unasked)))
        try:
            write(person, referral, "message", text="Mohon kabar terbaru.")
        except LookupError:  # it has not gone out yet
            hands.unasked.append(referral)


def search(person: Person, words: str) -> None:
    """Look somebody or something up in the list of cases."""
    form = person.browser.form("/cases/", "/search/")
    answer = person.browser.send(form.action, form.filled(q=words))
    if answer.status != 302:
        raise LookupError(f"searching answers {answer.status}")
    person.browser.get(answer.location)


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
        person.browser.get(random.choice(READ["officer"]))


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
    person.browser.get(random.choice(READ["portal_admin"]))


ROLES: Sequence[tuple[str, Callable[[Person, Hands, Random], None]]] = (
    *((email, caseworker) for email in CASEWORKERS),
    (OFFICER, officer),
    (OFFICER.replace("petugas", "petugas2"), officer),
    (PORTAL_ADMIN, admin),
)


class Crew:
    """Threads of people who work until `stop`; each that fell silent is named."""

    def __init__(self, address: str, diary: Diary, seed: int) -> None:
        self.diary, self.hands, self.stopping = diary, Hands(), threading.Event()
        self.seen: dict[str, float] = {}  # when each last began something
        random = Random(seed)
        people = [(Person(address, email), do) for email, do in ROLES]
        self._threads = [
            threading.Thread(target=self._work, args=(person, do, Random(random.random())), name=person.email)
            for person, do in people
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.look()
        self.stopping.set()
        for thread in self._threads:
            thread.join(timeout=2 * SILENT)
            if thread.is_alive():
                self.diary.trouble(f"{thread.name} does not come to an end")

    def look(self) -> None:
        """Name whoever has stopped working by themselves."""
        for thread in self._threads:
            silent = time.monotonic() - self.seen.get(thread.name, 0)
            if not thread.is_alive() or silent > SILENT:
                self.diary.trouble(f"{thread.name} has not done anything for {silent:.0f} s")

    def _work(self, person: Person, do: Callable[[Person, Hands, Random], None], own: Random) -> None:
        person.diary = self.diary
        self.seen[person.email] = time.monotonic()
        while not self.stopping.wait(own.uniform(*PAUSE)):
            self.seen[person.email] = time.monotonic()
            try:
                do(person, self.hands, own)
            except Exception as error:  # whatever it is, it is told, and the others go on
                self.diary.trouble(f"{person.email}: {type(error).__name__} {error}"[:400])
