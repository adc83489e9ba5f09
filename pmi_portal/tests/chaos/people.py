"""Who works while things break: caseworkers log and refer, officers take on and complete. Each act is noted with its key."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from string import ascii_lowercase
from typing import Any

from pmi_portal.bench.complaint import COMPLAINT
from pmi_portal.demo.people import PASSWORD

from .browser import Browser, Form, Unanswered

CASEWORKERS = ("pendamping@suaraperempuan.example", "koordinator@suaraperempuan.example")
OFFICER = "petugas@kdei.example"


@dataclass
class Act:
    """One form that somebody sent: its key, and what came of it ("done", "refused" with why, or nobody answered: "unknown")."""

    kind: str
    key: str
    outcome: str = "unknown"
    object: str = ""  # the case's reference or the referral's id
    why: str = ""


class Diary:
    """What everybody knows of what they did."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.troubles: list[str] = []
        self._lock = threading.Lock()

    @contextmanager
    def act(self, kind: str, form: list[tuple[str, str]]) -> Iterator[Act]:
        act = Act(kind, next(value for name, value in form if name == "key"))
        with self._lock:
            self.acts.append(act)
        yield act

    def has_done(self, kind: str) -> bool:
        return any(act.kind == kind and act.outcome == "done" for act in list(self.acts))

    def trouble(self, what: str) -> None:
        with self._lock:
            self.troubles.append(what)


class Person:
    """Somebody who has signed in, and notes in `diary` what they do."""

    def __init__(self, address: str, email: str) -> None:
        self.browser, self.email, self.diary = Browser(address), email, Diary()
        self.case = ""  # the one they logged last
        self.sign_in()

    def sign_in(self) -> None:
        form = self.browser.form("/accounts/login/", "/accounts/login/")
        filled = form.filled(login=self.email, password=PASSWORD)
        answer = self.browser.send(form.action, filled)
        if answer.status != 302:
            raise LookupError(f"{self.email} could not sign in: {answer.status}")

    def do(self, kind: str, form: Form, done: Callable[[str], bool], **values: Any) -> Act:
        """Send a form; it is done when the answer leads where `done` says."""
        fields = form.filled(**values)
        with self.diary.act(kind, fields) as act:
            answer = self.browser.send(form.action, fields)
            act.outcome = "done" if answer.status == 302 and done(answer.location) else "refused"
            act.object = answer.location.rstrip("/").rpartition("/")[2]
            if act.outcome == "refused":
                act.why = f"{answer.status} {answer.location} {_said(answer.text)}"
        return act

    def log_and_refer(self, random: Random) -> str:
        """The referral's id."""
        form = self.browser.form("/cases/new/")
        place = random.choice(["Taipei", "Taoyuan", "Kaohsiung"])
        name = "Contoh " + "".join(random.choices(ascii_lowercase, k=9))  # each complaint is of somebody else
        said = COMPLAINT | {"place": place, "name": name}
        logged = self.do("log", form, lambda to: to.startswith("/cases/"), **said)
        if logged.outcome != "done":
            raise LookupError(logged.why)
        self.case = logged.object
        form = self.browser.form(f"/cases/{self.case}/refer/")
        referred = self.do(
            "refer",
            form,
            lambda to: to.startswith("/referrals/"),
            services="mediation",
            request="Mohon dampingi pekerja.",
            given_by="Contoh Kenanga",
            method="spoken",
            witness="Contoh Saksi",
            groups=["case", "identity", "contact"],
            to="",
        )
        if referred.outcome != "done":
            raise LookupError(referred.why)
        return referred.object

    def take_on(self, referral: str) -> None:
        path = f"/referrals/{referral}/"
        self.do("accept", self.browser.form(path, "/accept/"), lambda to: to.startswith(path))


def _said(page: str) -> str:
    found = page.split('class="invalid-feedback"')[1:3] or page.split('class="notice-body"')[1:2]
    return " / ".join(part[:160] for part in found)


def everybody(address: str) -> list[Person]:
    return [Person(address, email) for email in (*CASEWORKERS, OFFICER)]


def at_work(
    people: list[Person], diary: Diary, random: Random, stop: threading.Event
) -> list[threading.Thread]:
    """Threads of people who work until `stop`; each ends what it has begun."""
    waiting: list[str] = []

    def caseworker(person: Person, seed: float) -> None:
        own = Random(seed)
        while not stop.is_set():
            waiting.append(person.log_and_refer(own))
            stop.wait(own.uniform(0, 0.5))

    def officer(person: Person, seed: float) -> None:
        own, last = Random(seed), time.monotonic()
        while not stop.is_set():
            if waiting and time.monotonic() - last > own.uniform(0.3, 1):
                referral = waiting.pop(0)
                last = time.monotonic()
                try:
                    person.take_on(referral)
                except LookupError:  # it has not come yet
                    waiting.append(referral)
            stop.wait(0.1)

    def safely(person: Person, seed: float) -> None:
        person.diary = diary
        try:
            (officer if person.email == OFFICER else caseworker)(person, seed)
        except (Unanswered, LookupError, OSError) as error:
            diary.trouble(f"{person.email}: {type(error).__name__} {error}"[:400])

    threads = [threading.Thread(target=safely, args=(person, random.random())) for person in people]
    for thread in threads:
        thread.start()
    return threads
