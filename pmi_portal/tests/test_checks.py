"""Settings that would open the portal are told by `manage.py check`."""

from typing import Any

import pytest

from pmi_portal import checks


def told(check: Any) -> list[str]:
    return [message.id for message in check()]


@pytest.fixture(autouse=True)
def _production(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["portal.example"]
    settings.PORTAL_URL, settings.HTTPS, settings.LOG_FORMAT = "https://portal.example", True, "json"
    settings.CLAMAV_SOCKET, settings.MFA_REQUIRED = "/run/clamd", True
    settings.DEMO = settings.DEBUG = False


def test_production_as_it_should_be_is_silent() -> None:
    assert told(checks.only_this_machine_sees_the_demo) == told(checks.the_door_is_as_it_should_be) == []


@pytest.mark.parametrize("name", ["DEMO", "DEBUG"])
def test_a_demo_that_others_reach_is_an_error(settings: Any, name: str) -> None:
    setattr(settings, name, True)
    assert told(checks.only_this_machine_sees_the_demo) == ["portal.E001"]
    settings.ALLOWED_HOSTS, settings.PORTAL_URL = ["localhost", "127.0.0.1"], "http://localhost:8000"
    assert told(checks.only_this_machine_sees_the_demo) == []
    settings.ALLOWED_HOSTS = ["*"]
    assert told(checks.only_this_machine_sees_the_demo) == ["portal.E001"]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MFA_REQUIRED", False, "portal.W001"),
        ("PORTAL_URL", "http://portal.example", "portal.W002"),
        ("LOG_FORMAT", "yaml", "portal.W003"),
        ("HTTPS", False, "portal.W004"),
        ("CLAMAV_SOCKET", "", "portal.I001"),
    ],
)
def test_what_production_lacks_is_told(settings: Any, name: str, value: Any, message: str) -> None:
    setattr(settings, name, value)
    assert told(checks.the_door_is_as_it_should_be) == [message]
