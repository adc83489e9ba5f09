"""What deploy/ and docs/deploy.md name is there: commands, lanes, settings, files and numbers to watch."""

from __future__ import annotations

import configparser
import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.test import Client

from pmi_portal import schedule, stopping, web
from pmi_portal.local.folders import REPOSITORY

DEPLOY, GUIDE = REPOSITORY / "deploy", (REPOSITORY / "docs" / "deploy.md").read_text()
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path)
    return parser


def services() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"])


COMMANDS = [
    *(pytest.param(shlex.split(unit(path)["Service"]["ExecStart"]), id=path.name) for path in UNITS),
    *(
        pytest.param(service["command"], id=f"compose: {name}")
        for name, service in services().items()
        if name not in ("broker", "migrate") and "command" in service
    ),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_starts_something_that_is_there(command: list[str]) -> None:
    program = Path(command[0]).name
    if program == "gunicorn":
        assert command[command.index("-c") + 1] == f"python:{web.__name__}"
        assert import_module(command[-1]).application
    elif program == "celery":
        assert command[1:3] == ["-A", "pmi_portal"]
        assert command[3] in ("worker", "beat")
    else:
        assert command[1] == "manage.py"
        assert command[2] in get_commands()


def lanes(commands: list[list[str]]) -> list[str]:
    read = [command[command.index("-Q") + 1].split(",") for command in commands if "-Q" in command]
    return sorted(name for names in read for name in names)


def test_the_workers_read_every_lane_once() -> None:
    systemd = [shlex.split(unit(path)["Service"]["ExecStart"]) for path in UNITS]
    compose = [service["command"] for service in services().values() if "command" in service]
    assert lanes(systemd) == lanes(compose) == sorted(schedule.queues())


def test_what_stops_a_part_waits_for_what_it_has_in_hand() -> None:
    longest = max(web.graceful_timeout, stopping.PATIENCE)
    for path in UNITS:
        service = unit(path)["Service"]
        if service.get("Restart") == "always":
            assert longest < int(service["TimeoutStopSec"]), path.name
            assert service["KillMode"] == "mixed", "the children are the parent's to stop"
    for name in ("web", "fast", "slow", "beat"):
        assert int(services()[name]["stop_grace_period"].rstrip("s")) > longest


def test_there_is_one_beat() -> None:
    assert sum("beat" in service.get("command", []) for service in services().values()) == 1


def test_every_service_that_another_waits_for_is_there() -> None:
    known = services()
    for service in known.values():
        assert set(service.get("depends_on", {})) <= set(known)


def test_files_that_are_named_are_there() -> None:
    assert (DEPLOY / "Dockerfile").exists()
    for name in re.findall(r"`(deploy/[\w./]+|[\w]+\.md)`|\]\((\w+\.md)\)", GUIDE):
        path = name[0] or f"docs/{name[1]}"
        assert (REPOSITORY / path).exists(), path
    named = set(re.findall(r"portal-\w+", GUIDE)) - {"portal-owner"}
    assert named <= {path.name.rpartition(".")[0] for path in (DEPLOY / "systemd").iterdir()}


def test_settings_that_are_named_are_explained() -> None:
    example = (REPOSITORY / ".env.example").read_text()
    named = set(re.findall(r"\b[A-Z]+_[A-Z_]+\b", GUIDE))
    assert named
    assert {name for name in named if name not in example} == set()


@pytest.mark.django_db
def test_numbers_to_watch_are_served(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "for this test"
    page = client.get("/metrics", headers={"Authorization": "Bearer for this test"}).content.decode()
    named = set(re.findall(r"`(portal_\w+)", GUIDE))
    assert len(named) >= 5
    missing = {name for name in named if f"# TYPE {name} " not in page}
    assert missing == set()
