"""HTTP over a plain socket: cheap enough for load, and it can be left half done in any way."""

import socket
import time
from typing import NamedTuple


class Answer(NamedTuple):
    status: int
    headers: dict
    body: bytes


class BrokenAnswer(OSError):
    """The other side closed, or sent something that is not an answer."""


class Connection:
    """A kept connection. Every wait ends after `seconds`, with TimeoutError."""

    def __init__(self, address, seconds=20.0, source=None):
        self.seconds = seconds
        self.socket = socket.create_connection(address, timeout=seconds, source_address=source and (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""

    def ask(self, request):
        """Sends a request's bytes and returns its answer."""
        self.socket.settimeout(self.seconds)
        self.socket.sendall(request)
        return self.answer()

    def answer(self):
        """The next answer on the way."""
        deadline = time.monotonic() + self.seconds
        head = self._take_until(b"\r\n\r\n", deadline).decode("latin-1").split("\r\n")
        try:
            status = int(head[0].split(" ", 2)[1])
            headers = {name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in head[1:])}
            length = int(headers.get("content-length", "0"))
        except (IndexError, ValueError) as error:
            raise BrokenAnswer(f"not an answer: {head[0][:80]!r}") from error
        while len(self._received) < length:
            self._receive(deadline)
        body, self._received = self._received[:length], self._received[length:]
        return Answer(status, headers, body)

    def _take_until(self, end, deadline):
        while end not in self._received:
            self._receive(deadline)
        taken, _, self._received = self._received.partition(end)
        return taken

    def _receive(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no answer within {self.seconds:g} s")
        self.socket.settimeout(left)
        bytes_read = self.socket.recv(65536)
        if not bytes_read:
            raise BrokenAnswer("the connection was closed")
        self._received += bytes_read

    def is_closed_within(self, seconds):
        """Whether the other side closes in that time; what it sends before is dropped."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                if not self.socket.recv(65536):
                    return True
            except TimeoutError:
                return False
            except OSError:
                return True
        return False

    def reset(self):
        """Ends with an RST, as a machine does that has forgotten the connection."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.socket.close()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
