"""A restore that was killed in the middle leaves a mark, and nothing starts or is said to be ready where it stands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from pmi_portal import starting, web
from pmi_portal.backup import making, mark, postgres, restoring
from pmi_portal.backup.trouble import Trouble
from pmi_portal.local import folders
from pmi_portal.tests.test_stopping import url

pytestmark = pytest.mark.django_db(transaction=True)
PROGRAMS = {
    "web": ("gunicorn", "-c", "python:pmi_portal.web", "-b", "127.0.0.1:0", "pmi_portal.wsgi"),
    "worker": ("celery", "-A", "pmi_portal", "worker", "--pool", "solo"),
    "beat": ("celery", "-A", "pmi_portal", "beat"),
}


@pytest.fixture
def half() -> Iterator[None]:
    mark.put()
    yield
    mark.take_away()


def stands() -> bool:
    with postgres.owner() as database:
        return mark.stands(database)


def test_a_portal_that_is_restored_in_part_is_not_ready(client: Client, half: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "database": "ok",
        "migrations": "ok",
        "restore": "a restore has not come to its end",
    }
    mark.take_away()
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_starts_there_and_says_why(half: None, name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *PROGRAMS[name]],
        cwd=folders.REPOSITORY,
        env=os.environ | {"DATABASE_URL": url(), "DJANGO_SETTINGS_MODULE": "pmi_portal.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode not in (0, None), done.stderr
    assert "a restore of it broke off" in done.stderr + done.stdout


def test_where_none_broke_off_or_the_database_is_away_they_start(monkeypatch: pytest.MonkeyPatch) -> None:
    starting.refuse_half_restored()
    web.on_starting(None)
    monkeypatch.setattr(postgres, "parameters", lambda: {"host": "/nonexistent", "dbname": "portal"})
    starting.refuse_half_restored()


def test_neither_a_migration_nor_a_backup_is_made_of_it(half: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"portal\.E002"):
        call_command("check", databases=["default"])
    with pytest.raises(Trouble, match="This database is being restored"):
        making.make(tmp_path / "backups", lambda _line: None)


def test_the_mark_is_there_before_the_database_and_goes_with_the_last_step(tmp_path: Path) -> None:
    names = [name for name, _act in restoring.steps(tmp_path)]
    assert names.index("the mark of a restore") == names.index("the database") - 1
    steps = dict(restoring.steps(tmp_path))
    steps["the mark of a restore"]()
    assert stands()
    assert names[-1] == "the end of the restore"
    steps[names[-1]]()
    assert not stands()


def test_it_stays_where_a_database_came_back_and_goes_where_none_did(
    half: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_path: Path) -> None:
        raise Trouble("pg_restore failed")

    monkeypatch.setattr(postgres, "restore", refused)
    for tables, there in ((["cases_case"], True), ([], False)):
        monkeypatch.setattr(postgres, "tables", lambda _database, tables=tables: tables)
        with pytest.raises(Trouble, match="pg_restore failed"):
            restoring._database(tmp_path)
        assert stands() is there


def test_every_login_can_see_it(half: None) -> None:
    """Web and worker may have a login that is a member of their role and of nothing else."""
    with psycopg.connect(**postgres.parameters()) as database:
        database.execute("SET ROLE pg_read_all_settings")
        assert mark.stands(database)
