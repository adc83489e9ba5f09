"""Two things at once, on real connections, that wait for each other's state and never for a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import close_old_connections, connection

from privacy.acting import as_portal

LONG = 30  # seconds after which a test that hangs fails


class Gate:
    """A place where one thread stops until another lets it go on."""

    def __init__(self) -> None:
        self._reached, self._open = threading.Event(), threading.Event()

    def reached(self) -> None:
        self._reached.set()

    def stop(self) -> None:
        self.reached()
        assert self._open.wait(LONG)

    def wait_until_reached(self) -> None:
        assert self._reached.wait(LONG)

    def open(self) -> None:
        self._open.set()


class Begun:
    """Something that runs in a thread of its own; `result` waits for what it returned, or raises what it raised."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act = act
        self._result: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @as_portal()
    def _run(self) -> None:
        close_old_connections()
        try:
            self._result = self._act()
        except BaseException as error:
            self._error = error
        finally:
            connection.close()

    @property
    def result(self) -> Any:
        self._thread.join(LONG)
        assert not self._thread.is_alive()
        if self._error is not None:
            raise self._error
        return self._result


def wait_for_a_lock_that_is_asked_for() -> None:
    """Until some other connection waits for a lock that this test's threads hold."""
    pause = threading.Event()
    for _try in range(LONG * 100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        pause.wait(0.01)
    raise AssertionError("Nobody waits for a lock.")
