"""docs/asvs.csv: every requirement of OWASP ASVS 5.0.0, levels 1 and 2, with the test that shows it or a dated reason.

The numbers of the requirements (asvs_requirements.csv) are those of the standard's own table, CC BY-SA 4.0, The OWASP Foundation.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings
from django.test import Client, override_settings

from accounts.tests.factories import make_portal_admin

ROOT: Path = settings.BASE_DIR
HERE = Path(__file__).parent
HOW_MANY = {"1": 70, "2": 183}  # requirements of each level
DATED = re.compile(r"20\d\d-\d\d-\d\d: \S")
STATUSES = {
    "shown",  # by the tests named
    "not applicable",  # there is no such thing here
    "operator",  # whoever runs the portal sees to it (docs/security.md)
    "falls short",  # not as the standard wants it, or not shown
}


class Row(NamedTuple):
    requirement: str
    level: str
    status: str
    tests: str
    note: str


def table(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))[1:]


ROWS = [Row(*row) for row in table(ROOT / "docs" / "asvs.csv")]


@cache
def defined_in(path: Path) -> set[str]:
    found = {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}
    return {name for name in found if name.startswith("test_")}


def named(row: Row) -> Iterator[tuple[Path, str]]:
    for test in row.tests.split():
        path, _colons, name = test.partition("::")
        yield ROOT / path, name


def test_every_requirement_has_one_row() -> None:
    wanted = [tuple(row) for row in table(HERE / "asvs_requirements.csv")]
    assert {level: sum(1 for _id, its in wanted if its == level) for level in HOW_MANY} == HOW_MANY
    assert [(row.requirement, row.level) for row in ROWS] == wanted


def test_every_test_that_is_named_is_there() -> None:
    missing = {
        (row.requirement, f"{path}::{name}")
        for row in ROWS
        for path, name in named(row)
        if not path.is_file() or name not in defined_in(path)
    }
    assert not missing


@pytest.mark.parametrize("row", ROWS, ids=[row.requirement for row in ROWS])
def test_a_requirement_is_shown_by_a_test_or_says_why_not_and_when(row: Row) -> None:
    assert row.status in STATUSES
    if row.status == "shown":
        assert row.tests
    else:
        assert DATED.match(row.note)


def test_the_security_document_has_the_section() -> None:
    sections = set(re.findall(r"^## (.+)$", (ROOT / "docs" / "security.md").read_text(), re.MULTILINE))
    wanted = {match[1] for row in ROWS if (match := re.match(r"docs/security\.md, “(.+)”$", row.note))}
    assert len(wanted) > 8
    assert wanted <= sections


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/accounts/login/", "/verify/", "/nowhere/", "/healthz"])
def test_an_answer_says_what_it_is_and_in_which_letters(address: str) -> None:
    answer = Client().get(address, follow=True)
    kind, _semicolon, letters = answer.headers["Content-Type"].partition("; ")
    assert kind in ("text/html", "application/json")
    assert kind == "application/json" or letters == "charset=utf-8"


@pytest.mark.django_db
@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"])
def test_a_password_is_kept_as_its_slow_hash() -> None:
    """The settings of the portal name no hasher of their own, so Django's first one counts."""
    person = make_portal_admin(password="perahu kuning lewat")
    algorithm, rounds, salt, _hash = person.password.split("$")
    assert (algorithm, int(rounds) >= 600_000, len(salt) >= 20) == ("pbkdf2_sha256", True, True)
    assert "PASSWORD_HASHERS" not in (ROOT / "pmi_portal" / "settings.py").read_text()
