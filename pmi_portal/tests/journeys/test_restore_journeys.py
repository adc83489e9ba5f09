"""The drill: a portal that is lost is restored from its backup into nothing, proved, and worked in."""

import random
import re
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect

from pmi_portal.local import folders

from .conftest import CASEWORKER, JOHOR, Visit
from .stack import Stack, connection_arguments, make_database
from .steps import act, expect_state

ERASE = """
from django.utils import timezone
from cases.models import Case
from privacy.acting import as_portal
from rights import erasing
from rights.models import Erasure
with as_portal():
    now = timezone.now()
    for case in Case.objects.filter(closed_at__isnull=False, erased_at=None, erasures=None, documents=None).order_by("?"):
        if Case.objects.filter(worker=case.worker_id).count() > 1:
            continue
        name = case.worker.name
        confirmed = Erasure.objects.create(
            case=case, why="retention", state="confirmed", due_on=now.date(), proposed_at=now, decided_at=now,
            decided_by=case.created_by)
        if erasing.erase(confirmed.pk):
            print("erased", case.reference, name, sep="|")
            break
"""
BACK = """
# What of those whom the ledger names is there again.
from cases.models import Case, Worker
from privacy import blind
from privacy.acting import as_portal
from privacy.index_field import found_by
from privacy.models import DataKey
from rights import ledger
with as_portal():
    lines = list(ledger.lines())
    keys = [key for line in lines for key in line.keys]
    cases = Case.objects.filter(reference__in={references!r})
    workers = Worker.objects.filter(pk__in=cases.values("worker"))
    found = [worker for name in {names!r} for worker in workers.filter(found_by(Worker, blind.search(name)))]
    told = [text for case in cases for text in (case.chronology, case.reporter_name, case.worker.name) if text]
    print(cases.filter(erased_at__isnull=False).count(),
          DataKey.objects.filter(pk__in=keys, destroyed_at=None).count(), len(found), len(told))
"""
FILED = """
from privacy.acting import as_portal
from privacy.log import checkpoints
with as_portal():
    checkpoints.make()
    print(checkpoints.send_off())
"""
OWN = """
    SELECT cases_case.reference FROM cases_case JOIN accounts_user person ON person.id = cases_case.assigned_to_id
    WHERE person.email = %s AND erased_at IS NULL AND restricted_at IS NULL ORDER BY cases_case.id
"""
WITH_FILE = """
    SELECT cases_case.reference, person.email FROM cases_document document JOIN cases_case ON cases_case.id = document.case_id
    JOIN accounts_user person ON person.id = cases_case.assigned_to_id
    WHERE erased_at IS NULL AND restricted_at IS NULL AND document.removed_at IS NULL
"""
IN_HAND = """
    SELECT referral.id FROM referrals_referral referral
    JOIN agencies_partner partner ON partner.id = referral.receiver_id
    JOIN cases_case ON cases_case.id = referral.case_id
    WHERE partner.code = 'KJRI_JOHOR_BAHRU' AND state = 'accepted' AND restricted_at IS NULL AND paused_at IS NULL
    ORDER BY referral.id LIMIT 1
"""


def manage(env: dict[str, str], *arguments: str, fails: bool = False) -> str:
    """What a command says; of one that `fails`, why."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=folders.REPOSITORY,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert bool(done.returncode) is fails, done.stderr[-2000:]
    return done.stderr if fails else done.stdout


def shell(env: dict[str, str], code: str) -> str:
    return manage(env, "shell", "-v", "0", "-c", code)


def kill_in_the_middle(env: dict[str, str], backup: str) -> None:
    """A restore that ends without a word, once the database is there."""
    command = [sys.executable, "manage.py", "restore", backup]
    process = subprocess.Popen(
        command,
        cwd=folders.REPOSITORY,
        env=env | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert any("  the database: " in line for line in process.stdout)
        process.kill()


def erase(env: dict[str, str]) -> tuple[str, str]:
    """Reference and worker's name of a case that is erased now."""
    _erased, reference, name = shell(env, ERASE).strip().splitlines()[-1].split("|")
    return reference, name


def test_a_lost_portal_is_restored_proved_and_worked_in(
    stack: Stack, visit: Visit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filing = stack.env | {"LOG_CHECKPOINTS_DIR": str(tmp_path / "checkpoints")}
    before = erase(stack.env)
    shell(filing, FILED)
    began = time.monotonic()
    said = manage(stack.env, "backup", str(tmp_path / "backups"))
    backup = said.strip().splitlines()[-1].partition(": ")[2]
    made = time.monotonic() - began
    since = erase(stack.env)
    shell(filing, FILED)
    erased = since[0]
    with stack.connect() as connection:
        own = {reference for (reference,) in connection.execute(OWN, [CASEWORKER]).fetchall()}
        filed = connection.execute(WITH_FILE).fetchone()
        assert filed is not None
        in_hand = connection.execute(IN_HAND).fetchone()
        assert in_hand is not None
    lost = {
        "LOG_CHECKPOINTS_DIR": filing["LOG_CHECKPOINTS_DIR"],
        "DATABASE_URL": make_database(stack.database_url, "restored"),
        "DOCUMENTS_DIR": str(tmp_path / "documents"),
    }
    killed = stack.env | {
        "DATABASE_URL": make_database(stack.database_url, "killed"),
        "DOCUMENTS_DIR": str(tmp_path / "killed"),
    }
    nowhere = {"ERASURE_LEDGER": str(tmp_path / "nowhere")}
    assert "no erasure ledger" in manage(killed | nowhere, "restore", backup, fails=True)
    kill_in_the_middle(killed, backup)
    assert "a restore of it broke off" in manage(killed, "check", "--database", "default", fails=True)

    began = time.monotonic()
    proved = manage(stack.env | lost, "restore", backup)
    restored = time.monotonic() - began
    assert re.search(r"rows and digests: \d+ tables, \d+ rows, all alike", proved)
    assert re.search(r"the access log: All \d+ entries are what was written", proved)
    [told] = [line for line in proved.splitlines() if "access log of then" in line]
    assert re.search(r"\d+ entries .* proved by \d checkpoints .*\. \d checkpoints of", told), told
    assert "1 cases erased again" in proved
    references, names = zip(before, since, strict=True)
    assert shell(stack.env | lost, BACK.format(references=references, names=names)).split() == [*"2000"]
    manage(stack.env | lost, "check", "--database", "default")
    assert "not empty" in manage(stack.env | lost, "restore", backup, fails=True)

    with stack.another_web(**lost) as address:
        caseworker = visit(CASEWORKER, address=address)
        reference = random.Random().choice(sorted(own - {erased}))
        caseworker.goto(f"/cases/{reference}/")
        expect(caseworker.locator("main")).to_contain_text(reference)
        filer = visit(filed[1], address=address)
        filer.goto(f"/cases/{filed[0]}/")
        link = filer.locator("a[href*='/documents/']").first.get_attribute("href")
        assert link
        file = filer.request.get(link)
        assert (file.status, bool(file.body())) == (200, True)
        officer = visit(JOHOR, address=address)
        officer.goto(f"/referrals/{in_hand[0]}/")
        act(
            officer,
            "complete",
            outcome="HAK_TERPENUHI",
            amount="4.500",
            currency="MYR",
            text="Gaji dibayar penuh.",
        )
        expect_state(officer, "completed")
        with psycopg.connect(**connection_arguments(lost["DATABASE_URL"])) as connection:
            gone = connection.execute(
                "SELECT erased_at FROM cases_case WHERE reference = %s", [erased]
            ).fetchone()
            assert gone is not None
            assert gone[0] is not None
    with capsys.disabled():
        print(f"\nbackup in {made:.1f} s; restored and proved in {restored:.1f} s:\n{proved}")
