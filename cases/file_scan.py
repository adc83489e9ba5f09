"""Asking ClamAV whether a file holds a virus, by its INSTREAM command (clamd(8)), through a socket file or over TCP."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings

from .choices import ScanState

PATIENCE = 15  # seconds for one file, all in all; below CELERY_TASK_TIME_LIMIT
LONGEST_ANSWER = 4096  # bytes
PIECE = 64 * 1024


class ScannerDown(Exception):
    """The scanner gave no verdict: it is not there, took too long, or broke off. The file stays as it is."""


def is_on() -> bool:
    """Whether a scanner is configured: then no file is handed out that it has not found clean."""
    return bool(settings.CLAMAV_SOCKET)


def verdict(pieces: Iterable[bytes]) -> ScanState:
    """CLEAN or INFECTED. Raises ScannerDown."""
    end = time.monotonic() + PATIENCE
    try:
        with _connected(end) as connection:
            return _read(_answer(connection, pieces, end))
    except (OSError, ValueError) as error:  # an address that is none is a ValueError
        raise ScannerDown(type(error).__name__) from error


def _connected(end: float) -> socket.socket:
    address = settings.CLAMAV_SOCKET
    if "//" in address:
        parts = urlsplit(address)
        return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=_left(end))
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_left(end))
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _answer(connection: socket.socket, pieces: Iterable[bytes], end: float) -> bytes:
    try:
        connection.sendall(b"zINSTREAM\0")
        for piece in pieces:
            for at in range(0, len(piece), PIECE):
                part = piece[at : at + PIECE]
                connection.settimeout(_left(end))
                connection.sendall(len(part).to_bytes(4, "big") + part)
        connection.sendall(b"\0\0\0\0")
    except (BrokenPipeError, ConnectionResetError):
        pass  # it has heard enough; why, it may have said
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        connection.settimeout(_left(end))
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    return said


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _read(said: bytes) -> ScanState:
    answer, whole, _rest = said.partition(b"\0")
    if whole and answer == b"stream: OK":
        return ScanState.CLEAN
    if whole and answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        return ScanState.INFECTED
    raise ScannerDown("too large for it" if b"size limit" in answer else "no verdict")
