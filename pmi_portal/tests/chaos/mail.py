"""A mail server that remembers every message it took, and misbehaves as it is told. One thread, plain SMTP on loopback."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Coroutine
from email.parser import BytesHeaderParser
from typing import Any

WELL = "well"
MODES = (
    "refuses",
    "hangs at the greeting",
    "hangs at the recipient",
    "hangs after the text",
    "4xx at the recipient",
    "4xx after the text",
    "5xx at the recipient",
    "5xx after the text",
    "takes the text and dies",
)


class MailServer:
    """`got` counts the messages that were taken by Message-ID and recipient, also where the sender was not told so."""

    def __init__(self) -> None:
        self.mode = WELL
        self.got: Counter[tuple[str, str]] = Counter()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._listen())

    def behave(self, mode: str) -> None:
        """From now on; connections of before are cut, as when a server is started anew."""
        self.mode = mode
        self._do(self._begin_anew())

    def close(self) -> None:
        self._do(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _shut(self) -> None:
        if self._server is not None:
            for listening in self._server.sockets:
                self._loop.remove_reader(listening.fileno())
            # What was accepted this moment becomes a connection first: asyncio forgets to close it else, and Python warns.
            for _turn in range(3):
                await asyncio.sleep(0)
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _begin_anew(self) -> None:
        await self._shut()
        if self.mode != "refuses":
            await self._listen()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        await self._hang_if("hangs at the greeting")
        await say("220 ready")
        recipient = ""
        while line := (await reader.readline()).decode(errors="replace").strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                await say(await self._at_recipient())
            elif verb == "DATA":
                await say("354 go on")
                text = await reader.readuntil(b"\r\n.\r\n")
                await say(await self._after_text(text, recipient))
            elif verb == "QUIT":
                await say("221 bye")
                return
            else:
                await say("250 well")

    async def _at_recipient(self) -> str:
        await self._hang_if("hangs at the recipient")
        return {"4xx at the recipient": "450 later", "5xx at the recipient": "550 nobody"}.get(
            self.mode, "250 well"
        )

    async def _after_text(self, text: bytes, recipient: str) -> str:
        await self._hang_if("hangs after the text")
        if refusal := {"4xx after the text": "451 later", "5xx after the text": "554 no"}.get(self.mode):
            return refusal
        headers = BytesHeaderParser().parsebytes(text)
        self.got[headers["Message-ID"], recipient] += 1
        if self.mode == "takes the text and dies":
            raise ConnectionError
        return "250 taken"

    async def _hang_if(self, mode: str) -> None:
        while self.mode == mode:
            await asyncio.sleep(0.1)
