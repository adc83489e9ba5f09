"""Taking personal data out of what is said to a log: by what a text looks like, and by what it is made of.

A name looks like any other word. So texts that anybody else may have filled are not searched but left out: what an exception
says, an object's own description, what stands in quotation marks, the rest of an address of ours.
"""

from __future__ import annotations

import datetime
import errno
import re
import traceback
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.apps import apps
from django.urls import Resolver404, resolve
from django.utils.safestring import SafeString

PLAIN = (
    *(str, SafeString, int, float, bool, type(None), uuid.UUID),
    *(datetime.datetime, datetime.date, datetime.time, datetime.timedelta),
)
FRAMES = 12  # of a traceback, the innermost
LENGTH = 2_000  # characters of a message
HERE = Path(__file__).resolve().parent.parent

_LOOKS = (
    (re.compile(r"[^\s@<>\"',;:()\[\]]+@[^\s@<>\"',;:()\[\]]+"), "[e-mail]"),
    (re.compile(r"(?<![\w-])\d(?:[ .\-]?\d){15}(?![\w-])"), "[NIK]"),
    (re.compile(r"(?<![\w.-])(?:\+|00)\d[\d \-.()]{6,16}\d"), "[phone]"),
    (re.compile(r"(?<![\w.-])0[2-9]\d(?:[ \-.]?\d){6,10}(?![\w-])"), "[phone]"),
    (re.compile(r"(?<![\w-])(?:[A-Z]{1,2} ?|[a-z]{1,2})\d{6,8}(?![\w-])"), "[passport]"),
    (re.compile(r"(?<![\w-])\d{9,}(?![\w-])"), "[number]"),
)
_URL = re.compile(
    r"(?<![\w/.<])(?P<host>[a-z][a-z+]*://[^\s/?#\"']*)?(?P<path>/[^\s\"'?#,;)\]]*)(?P<query>[?#][^\s\"']*)?"
)
_QUOTED = re.compile(r"(?<!\w)(['\"])(?!\1).*?\1(?!\w)|“[^”]*”|[‘`][^’`]*[’`]", re.DOTALL)
_DETAIL = re.compile(
    r"\b(?:DETAIL|CONTEXT|Key) *[:(].*", re.DOTALL
)  # PostgreSQL repeats a row's values there


def text(said: str) -> str:
    """One line without what looks like personal data, without queries and tokens of addresses, at most 2,000 signs."""
    said = _DETAIL.sub("", said)
    said = _URL.sub(lambda found: _known_host(found["host"]) + route_of(found["path"]), said)
    for looks, instead in _LOOKS:
        said = looks.sub(instead, said)
    return one_line(said[:LENGTH])


def foreign(said: str) -> str:
    """A message of somebody else's library, which repeats in quotation marks what it was given."""
    return text(_QUOTED.sub("'…'", said))


def one_line(said: str) -> str:
    """Control, direction and line signs written out, so that nobody writes a line of the log, or hides one."""
    if said.isascii() and said.isprintable():
        return said
    return "".join(
        sign if unicodedata.category(sign)[0] != "C" and sign not in "\u2028\u2029" else ascii(sign)[1:-1]
        for sign in said
    )


def value(given: Any) -> Any:
    """An argument of a message: plain ones stay (and are looked through with the message), of others only the kind is told."""
    if type(given) in PLAIN:
        return given
    if isinstance(given, BaseException):
        return kind(given)
    if isinstance(given, Mapping):
        return {key: value(found) for key, found in given.items()}
    return f"<{type(given).__name__}>"


def route_of(path: str) -> str:
    """The template of an address of ours ("/letter/<str:token>/"); of others the first part."""
    if apps.ready:
        with suppress(Resolver404):
            return "/" + resolve(path).route
    first, slash, _rest = path[1:].partition("/")
    return f"/{first}/…" if slash else f"/{first}"


def _known_host(host: str | None) -> str:
    return host.rpartition("@")[2] if host else ""


# Exceptions -----------------------------------------------------------------------------------


def kind(error: BaseException) -> str:
    """What happened, never what was said about it: "IntegrityError(23505 account_email)", "OSError(ENOSPC)"."""
    name = type(error).__name__
    diagnosis = getattr(error, "diag", None) or getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        state, what = diagnosis.sqlstate, diagnosis.constraint_name or diagnosis.table_name
        return f"{name}({' '.join(part for part in (state, what) if part)})"
    if isinstance(error, OSError) and error.errno:
        return f"{name}({errno.errorcode.get(error.errno, error.errno)})"
    return name


def story(error: BaseException) -> list[str]:
    """The exception and what led to it, each with the lines of code it went through; no texts, no values."""
    return [f"{kind(each)} at {' < '.join(_frames(each)) or '?'}" for each in _chain(error)]


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _frames(error: BaseException) -> Iterator[str]:
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))[-FRAMES:]):
        code = frame.f_code
        yield f"{_place(code.co_filename)}:{line} {code.co_name}"


def _place(file: str) -> str:
    """The file as seen from the portal, or from where packages are."""
    path = Path(file)
    parts = path.parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    return str(path.relative_to(HERE)) if path.is_relative_to(HERE) else path.name
