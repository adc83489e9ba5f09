"""Signals as something one waits for, instead of something that interrupts."""

import os
import select
import signal
import socket
import time
from collections.abc import Callable

STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ONE_REQUEST = 1  # seconds; a signal sent to our group reaches us twice, as `make` passes it on


class StopRequested(Exception):
    """Someone asked this process to stop."""


class Signals:
    """Counts requests to stop; `pause` ends early when one comes or when a child ends."""

    def __init__(self) -> None:
        self.stops = 0
        self._last = -float("inf")
        self._parent = os.getppid()
        self._heard, writer = socket.socketpair()
        self._heard.setblocking(False)
        writer.setblocking(False)
        self._writer = writer
        for number in (*STOP, signal.SIGCHLD):
            signal.signal(number, self._note)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def _note(self, number: int, _frame: object) -> None:
        now = time.monotonic()
        if number != signal.SIGCHLD and now - self._last > ONE_REQUEST:
            self.stops += 1
            self._last = now

    def pause(self, seconds: float) -> None:
        """Sleep, but not past the next signal."""
        if select.select([self._heard], [], [], seconds)[0]:
            try:
                self._heard.recv(4096)
            except BlockingIOError:
                pass

    def check(self) -> None:
        """Raise StopRequested once someone has asked, or when `make`, which started us, was killed."""
        if self.stops or ("MAKELEVEL" in os.environ and os.getppid() != self._parent):
            raise StopRequested

    def wait_until(self, done: Callable[[], bool], seconds: float, *, hurry: bool = False) -> bool:
        """Wait for `done`; False when the time is over. With `hurry`, a further request to stop ends the wait too;
        without it, any request raises StopRequested."""
        end, stops = time.monotonic() + seconds, self.stops
        while not done():
            if time.monotonic() > end or (hurry and self.stops > stops):
                return False
            if not hurry:
                self.check()
            self.pause(0.05)
        return True
