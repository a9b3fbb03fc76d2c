"""Servers on this machine that misbehave as no mock can: slowly, halfway, or not at all."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Connection:
    """A connection of which the request has been read."""

    def __init__(self, peer: socket.socket, head: bytes, body: bytes, over: threading.Event) -> None:
        self.head = head.decode("latin-1")
        self.body = body
        self._peer = peer
        self._over = over

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._peer.sendall(data)

    def reply(self, body: object, status: str = "200 OK", *more: str) -> None:
        """Send a whole response with JSON, or with text as it is."""
        data = (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
        kind = "text/html" if isinstance(body, str) else "application/json"
        head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(data)}", *more, "", ""]
        self.send("\r\n".join(head).encode() + data)

    def drip(self, piece: bytes, every: float = 0.02) -> None:
        """Send the same bytes again and again, until the other side goes away or the test is over."""
        while not self._over.wait(every):
            self.send(piece)

    def stay_silent(self) -> None:
        """Send nothing until the test is over."""
        self._over.wait(10)

    def end(self) -> None:
        """Close the connection properly."""
        self._peer.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """Break the connection off."""
        self._peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self._peer.close()


class Loopback:
    """What is known of a server.

    Attributes:
        url: Its address, ending in ``/v1``.
        requests: The requests it read.
        connections: How many connections it took.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.requests: list[Connection] = []
        self.connections = 0


@contextmanager
def listening(respond: Callable[[Connection], None]) -> Iterator[Loopback]:
    """Answer every request on a free port of this machine by *respond*."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    server = Loopback(listener.getsockname()[1])
    peers: list[socket.socket] = []

    def serve(peer: socket.socket) -> None:
        with contextlib.suppress(OSError), peer:
            while (connection := _read(peer, over)) is not None:
                server.requests.append(connection)
                respond(connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = listener.accept()
                server.connections += 1
                peers.append(peer)
                threading.Thread(target=serve, args=(peer,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        over.set()
        # Closing alone leaves another thread in `accept`.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for peer in peers:
            peer.close()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _read(peer: socket.socket, over: threading.Event) -> Connection | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = peer.recv(65536)
        if not piece:
            return None
        data += piece
        if not data.startswith(b"POST"[: len(data)]):
            return Connection(peer, data, b"", over)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += peer.recv(65536)
    return Connection(peer, head, body, over)
