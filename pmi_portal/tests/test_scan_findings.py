"""A finding of the scan is set aside only with its day and its reason."""

from __future__ import annotations

import pytest

from pmi_portal.tests.scan.findings import explained

GOOD = {
    "tool": '"wapiti"',
    "what": '"HttpOnly Flag cookie: GET /: not set in the cookie"',
    "since": "2026-11-25",
    "why": '"It opens nothing without the cookie of the session."',
}


def table(**fields: str | None) -> str:
    rows = [f"{name} = {value}" for name, value in (GOOD | fields).items() if value is not None]
    return "\n".join(["[[finding]]", *rows])


def test_every_finding_that_was_set_aside_has_its_day_and_its_reason() -> None:
    assert explained()


def test_a_finding_with_all_of_it_is_taken() -> None:
    assert explained(table()) == [("wapiti", "HttpOnly Flag cookie: GET /: not set in the cookie")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tool", None),
        ("tool", '"zap"'),
        ("what", None),
        ("what", '""'),
        ("why", None),
        ("why", '""'),
        ("why", '"later"'),
        ("since", None),
        ("since", '"2026-11-25"'),
        ("since", "2199-01-01"),
    ],
)
def test_a_finding_without_one_of_them_is_refused(name: str, value: str | None) -> None:
    with pytest.raises(ValueError, match=r"needs|is of no tool"):
        explained(table(**{name: value}))
