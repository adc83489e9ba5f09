"""Two hundred caseworkers at once: nobody reads an error page, nothing is lost, and every referral goes out."""

import statistics
import subprocess
import sys
import threading
import time
from random import Random

import pytest

from pmi_portal.local import folders
from pmi_portal.tests.chaos.browser import Browser
from pmi_portal.tests.chaos.people import Diary, Person

from .stack import Stack, wait_until

pytestmark = pytest.mark.clocked
CROWD = 200
SIGNED_IN = """
from django.test import Client
from accounts.models import User
from accounts.roles import Caseworker
from agencies.models import Partner
from privacy.acting import as_portal
with as_portal():
    partner = Partner.objects.get(code="SP")
    like = User.objects.get(email="pendamping@suaraperempuan.example")
    for number in range(%d):
        person = User.objects.create_user(
            email=f"banyak{number}@suaraperempuan.example", full_name=f"Contoh Banyak {number}", partner=partner,
            role=Caseworker.code, language="id", conduct_version=like.conduct_version)
        client = Client()
        client.force_login(person)
        print("cookie", client.cookies["pmi_session"].value)
"""


class SignedIn(Person):
    """Somebody whose session is there already: two hundred passwords would be what this measures."""

    def __init__(self, address: str, number: int, cookie: str, diary: Diary) -> None:
        self.browser, self.diary, self.email = (
            Browser(address, patience=120, wait=100),
            diary,
            f"number {number}",
        )
        self.browser.carry("pmi_session", cookie)


def cookies(stack: Stack) -> list[str]:
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", SIGNED_IN % CROWD]
    said = subprocess.run(
        command, cwd=folders.REPOSITORY, env=stack.env, check=True, capture_output=True, text=True
    )
    return [line.split()[1] for line in said.stdout.splitlines() if line.startswith("cookie ")]


def test_two_hundred_caseworkers_at_once_all_get_their_referral_out(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    diary = Diary()
    people = [SignedIn(stack.address, number, cookie, diary) for number, cookie in enumerate(cookies(stack))]
    assert len(people) == CROWD
    ready, seconds = threading.Barrier(CROWD), []

    def work(person: Person, number: int) -> None:
        ready.wait(timeout=60)
        started = time.monotonic()
        try:
            person.log_and_refer(Random(number))
            seconds.append(time.monotonic() - started)
        except Exception as error:
            diary.trouble(f"{person.email}: {type(error).__name__} {error}"[:300])

    threads = [threading.Thread(target=work, args=(person, number)) for number, person in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=180)
    assert diary.troubles == []
    referrals = [act.object for act in diary.acts if act.kind == "refer" and act.outcome == "done"]
    assert len(set(referrals)) == CROWD
    last = time.monotonic()
    with stack.connect() as connection:
        unsent = "SELECT count(*) FROM referrals_referral WHERE id = ANY(%s::uuid[]) AND sent_at IS NULL"
        wait_until(
            lambda: connection.execute(unsent, [referrals]).fetchone() == (0,), "every referral is sent"
        )
    errors = sum(person.browser.errors for person in people)
    with capsys.disabled():
        print(
            f"\n{CROWD} caseworkers at once log and refer, four requests each: p50 {statistics.median(seconds):.1f} s, "
            f"slowest {max(seconds):.1f} s, {errors} errors; the last one was sent {time.monotonic() - last:.1f} s later"
        )
    assert errors == 0
