"""Which tests are run, and in which order: those that empty tables come behind all that count on what migrations wrote."""

import pytest

READS, EMPTIES = "django_db", "transactional_db"


def empties(item: pytest.Item) -> bool:
    """As pytest-django tells: it then empties every table behind the test."""
    marker = item.get_closest_marker(READS)
    names = getattr(item, "fixturenames", [])
    return bool(marker and marker.kwargs.get("transaction")) or EMPTIES in names or "live_server" in names


def test_what_empties_tables_comes_behind_all_that_reads_them(request: pytest.FixtureRequest) -> None:
    items = [item for item in request.session.items if item.get_closest_marker("journey") is None]
    emptying = [number for number, item in enumerate(items) if empties(item)]
    reading = [
        number
        for number, item in enumerate(items)
        if item.get_closest_marker(READS) is not None and not empties(item)
    ]
    assert not emptying or not reading or max(reading) < min(emptying)


def test_whatever_has_tests_is_run(request: pytest.FixtureRequest) -> None:
    """A new app's tests stand in testpaths (pytest.ini), else `make test` is green without them."""
    found = {folder.parent.name for folder in request.config.rootpath.glob("[!.]*/tests") if folder.is_dir()}
    assert found == set(request.config.getini("testpaths"))
