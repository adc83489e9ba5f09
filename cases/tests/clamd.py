"""A server that speaks clamd's protocol, for tests: it answers by what it is sent, and can misbehave."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """`manner` is "well", or how it fails: "hangs", "dies" (midway), "silent", "full", "garbage"."""

    def __init__(self, listener: socket.socket, manner: str) -> None:
        self.listener, self.manner = listener, manner
        self.heard: list[bytes] = []
        self.released = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self.listener.accept()
                with connection:
                    self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        with suppress(OSError, EOFError):
            command = self._exactly(connection, 10)
            assert command == b"zINSTREAM\0", command
            content = b""
            while length := int.from_bytes(self._exactly(connection, 4), "big"):
                if self.manner == "dies":
                    return
                content += self._exactly(connection, length)
            self.heard.append(content)
            if self.manner == "hangs":
                self.released.wait(30)
            elif self.manner != "silent":
                connection.sendall(self._verdict(content))

    def _verdict(self, content: bytes) -> bytes:
        if self.manner == "full":
            return b"INSTREAM size limit exceeded. ERROR\0"
        if self.manner == "garbage":
            return b"stream: OK but not quite FOUND it"
        return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"

    @staticmethod
    def _exactly(connection: socket.socket, length: int) -> bytes:
        found = b""
        while len(found) < length:
            piece = connection.recv(length - len(found))
            if not piece:
                raise EOFError
            found += piece
        return found


@contextmanager
def clamd(folder: Path, manner: str = "well", *, tcp: bool = False) -> Iterator[tuple[Clamd, str]]:
    """The server while the block runs, and its address as CLAMAV_SOCKET names it."""
    with socket.socket(socket.AF_INET if tcp else socket.AF_UNIX) as listener:
        listener.bind(("127.0.0.1", 0) if tcp else str(folder / "clamd"))
        listener.listen()
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}" if tcp else str(folder / "clamd")
        server = Clamd(listener, manner)
        yield server, address
        server.released.set()
        listener.shutdown(socket.SHUT_RDWR)
    server.thread.join(5)
