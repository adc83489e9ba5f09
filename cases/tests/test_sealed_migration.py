"""A portal that was at work before there were seals: its rows and files are sealed, and nothing of them is lost."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from .rows_of_before import CASES, FILE


@pytest.fixture
def database(django_db_setup: None) -> Iterator[str]:
    """The address of an empty database beside the one of the tests."""
    name, server = f"before_{uuid.uuid4().hex}", {**connection.settings_dict}
    where = {"host": server["HOST"], "user": server["USER"], "password": server["PASSWORD"]}
    admin = psycopg.connect(dbname="postgres", port=server["PORT"] or 5432, autocommit=True, **where)
    with admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_rows_and_files_of_before_are_sealed_and_nothing_is_lost(database: str, tmp_path: Path) -> None:
    env = os.environ | {
        "DATABASE_URL": database,
        "DOCUMENTS_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "pmi_portal.tests.settings",
    }
    command = [sys.executable, "-W", "ignore", "-m", "cases.tests.rows_of_before"]
    ran = subprocess.run(command, env=env, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    told, plainly = map(json.loads, ran.stdout.splitlines())
    assert plainly == []
    assert len(told) == CASES
    for number, case in enumerate(told):
        assert case["worker"] == {
            "name": f"Contoh Melati {number}",
            "nik": "3507014708900001",
            "passport_number": "X0000001",
            "disability": "Contoh Lemah",
            "home_village": "Contoh Desa",
            "contact": "0812-0000-0001 / 0813 0000 0002",
            "safe_time": "Contoh Malam",
        }
        assert case["case"] == {
            "reporter_name": "Contoh Pelapor",
            "reporter_contact": "0800-1",
            "place": "Contoh Kota",
            "chronology": "Contoh cerita.\nBaris kedua.",
            "demands": "Contoh tuntutan",
        }
        assert case["others"] == [
            {"given_by": "Contoh Melati", "witness": "Contoh Saksi"},
            {"register_number": "Contoh-1", "request": "Contoh permintaan"},
            {"text": "Contoh catatan"},
            {"text": "Contoh-1"},
            {"note": "Contoh alasan", "stop_note": "Contoh henti"},
            {"file_name": "Contoh surat.pdf", "note": "Contoh nota", "scope": "Contoh lingkup"},
            {"what": "Contoh langkah"},
            {"why": "Contoh sebab", "note": "Contoh tanggapan"},
        ]
        assert case["data"] == [{}, {}]
        assert case["files"] == [FILE.decode()]
        assert case["found"] == [True] * 5
        assert (
            case["drafts"]
            == [["Contoh Draf", "SG", {"name": "Contoh Draf", "country": "SG", "topics": ["A"]}]] * CASES
        )
    assert len({case["fingerprints"][0] for case in told}) == CASES  # equal bytes, told apart between cases
