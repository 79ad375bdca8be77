"""Asks the server's own thread for diagnosis, by the socket in its folder."""

import http.client
import socket

from harness.connection import Answer


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("tms", timeout=5)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def ask_diagnosis(server, path):
    """Status 0 when the socket is not there or does not answer."""
    connection = UnixConnection(server.root / "run" / "diagnosis.sock")
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, {}, str(error).encode())
    finally:
        connection.close()
