"""The log: one line for each record, as JSON or to read, told by `scrub` and with the trace of its request."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from . import scrub, tracing

OURS = (
    "pmi_portal",
    "referrals",
    "cases",
    "agencies",
    "notifications",
    "accounts",
    "privacy",
    "security",
    "access",
)
HIDDEN = (
    "args",
    "kwargs",
    "exc",
    "traceback",
    "return_value",
    "kwargsrepr",
    "argsrepr",
)  # what Celery tells of a task
STANDARD = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}
FIELDS = (str, int, float, bool)


def message_of(record: logging.LogRecord) -> str:
    """The message, in which every value is plain and nothing looks like personal data."""
    if isinstance(record.msg, BaseException):
        return scrub.kind(record.msg)
    ours = record.name.partition(".")[0] in OURS
    try:
        said = str(record.msg) % _arguments(record.args) if record.args else str(record.msg)
    except (TypeError, ValueError, KeyError):  # %d of something that is no number, and the like
        said = str(record.msg)
    if record.name.startswith("django.security.") and not record.args:
        return record.name.rpartition(".")[2]  # what was suspicious is told in the words of whoever did it
    if record.name.startswith("gunicorn") and said.startswith("Invalid request"):
        said = said.partition("ip=")[0].strip()  # it repeats the request
    return scrub.text(said) if ours else scrub.foreign(said)


def _arguments(given: Any) -> Any:
    if isinstance(given, dict):
        return {key: "…" if key in HIDDEN else scrub.value(found) for key, found in given.items()}
    return tuple(scrub.value(found) for found in given)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Who and what it is about: the trace, then what the record itself brings (`extra`), which counts for more."""
    found = {name: known for name, known in vars(tracing.current()).items() if known}
    for name, given in vars(record).items():
        if name not in STANDARD and type(given) in FIELDS:
            found[name] = scrub.text(given) if isinstance(given, str) and name not in found else given
    return found


def error_of(record: logging.LogRecord) -> list[str]:
    """The exception of a record and what led to it; empty without one."""
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return scrub.story(error) if error is not None else []


class Handler(logging.StreamHandler[Any]):
    """Writes to stderr. A record that cannot be written is named, and nothing of it printed."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging names it so
        error = sys.exc_info()[1]
        with suppress(Exception):
            self.stream.write(f"a line of {record.name} could not be written: {type(error).__name__}\n")


class Json(JsonFormatter):
    """One JSON object a line: time, level, logger, message, the trace, extra fields, error."""

    def __init__(self) -> None:
        super().__init__(json_ensure_ascii=False)

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            **fields_of(record),
        }
        if told := error_of(record):
            said["error"] = told
        return self.serialize_log_record(said)


class Readable(logging.Formatter):
    """One line to read: time, level, logger, message, then fields as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={known}" for name, known in fields_of(record).items())
        told = " <- ".join(error_of(record))
        head = f"{self.formatTime(record)} {record.levelname} {record.name}: {message_of(record)}"
        return " | ".join(part for part in (head, fields, told) if part)
