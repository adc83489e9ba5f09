"""How gunicorn serves the portal: `gunicorn -c python:pmi_portal.web pmi_portal.wsgi`. The command line has the last word.

Requests are cut here before anything is read into memory; a slow body is the proxy's to end, for a worker that waits for
one costs a thread.
"""

import ctypes
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from gunicorn.http import wsgi

from .settings import LOGGING
from .starting import refuse_half_restored

worker_class = "gthread"
threads = 4
limit_request_line = 2_048  # bytes; our longest address has a few hundred
limit_request_fields = 60
limit_request_field_size = 8_190  # bytes of one header; cookies of ours have a few hundred
keepalive = 5  # seconds
graceful_timeout = 25  # seconds that requests in hand have to end after SIGTERM; systemd and others insist after 30 (deploy/)
logconfig_dict = LOGGING
access_log_format = (
    "%(m)s %(s)s %(M)s"  # should somebody turn gunicorn's own on: no address, no query, no caller
)

wsgi.SERVER = "portal"  # neither the server's name nor its version

M_ARENA_MAX = -8  # glibc's malloc.h

# glibc gives every thread a heap of its own, and each keeps what its largest page took; two are enough for four threads. Said here,
# before any thread begins and any process is forked. Elsewhere than on glibc there is nothing to say.
with suppress(OSError, AttributeError):
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)

COUNTS = "PROMETHEUS_MULTIPROC_DIR"  # where each process keeps what it counts (pmi_portal.metrics)


def on_starting(_server: Any) -> None:
    """Refuse a database that is restored in part; forget what web processes of an earlier start have counted."""
    refuse_half_restored()
    if folder := os.environ.get(COUNTS):
        Path(folder).mkdir(parents=True, exist_ok=True)
        for file in Path(folder).glob("*.db"):
            file.unlink(missing_ok=True)


def child_exit(_server: Any, worker: Any) -> None:
    """Let go of what only lives as long as its process; what it counted stays in the sum."""
    if os.environ.get(COUNTS):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
