"""A real SMTP server on loopback that keeps what it is sent, and misbehaves as it is told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """Refuses whoever `refuse` names for good, and `busy` for now; lets `hang` wait."""

    def __init__(self) -> None:
        self.port = 0
        self.got: list[Any] = []
        self.refuse: set[str] = set()
        self.busy: set[str] = set()
        self.hang: set[str] = set()
        self.hang_up = False
        self.shuts_down = False

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.shuts_down:
            return "421 shutting down"
        if address in self.hang:
            await asyncio.sleep(2)
        if address in self.refuse:
            return "550 no such person"
        if address in self.busy:
            return "450 mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.hang_up:
            server.transport.close()
            return "421 gone"
        self.got.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """The server, running until the block ends."""
    handler = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()
