"""What makes a mutant's tests quick: one database for all mutants of an area, and the quickest test first."""

from __future__ import annotations

import functools
import gc
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None) -> None:
    """In the place of pytest-django's fixture: the database that a run with --reuse-db has left."""
    name = str(connection.settings_dict["NAME"]).removeprefix(
        "test_"
    )  # mutmut asks more than once in one process
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = f"test_{name}"


def pytest_sessionstart() -> None:
    """What a mutant's process inherits was computed by the sources as they are."""
    gc.unfreeze()  # what a run before it in this process had put aside (conftest.py) is not told of otherwise
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper):
            one.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only tests that leave the kept database as they found it. mutmut names them in no order; the first that fails ends the run."""
    items[:] = [item for item in items if not _commits(item)]
    notes = Path("mutmut-stats.json")
    took = json.loads(notes.read_text())["duration_by_test"] if notes.exists() else {}
    items.sort(key=lambda item: took.get(item.nodeid, 0))


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return marker is not None and bool(marker.kwargs.get("transaction"))
