"""Sends requests so that none outlasts its deadline, grows without bound or goes to another host."""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from service.adapters.language_model.deadline import Deadline, current
from service.adapters.language_model.server import Server

#: Most bytes of a response.
MAX_BYTES = 2 * 1024 * 1024
#: A server that does not take a connection within this is not there.
_CONNECT_SECONDS = 5.0
_PIECE = 16 * 1024
_LOCAL = {"localhost", "127.0.0.1", "::1"}


class RefusedResponseError(Exception):
    """A response is of a kind that is not accepted.

    Attributes:
        reason: Which, in Chinese.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownHostError(httpcore.ConnectError):
    """The host has no address. httpcore drops what its exceptions come from, so this is one of its own kind."""


class OversizedResponseError(Exception):
    """A response is larger than any reply."""


def open_client(server: Server, max_bytes: int = MAX_BYTES) -> httpx.Client:
    """Return a client for *server* that keeps to the deadline of the reply it works for.

    Args:
        server: Whose address and proxy it is for.
        max_bytes: Most bytes of a response.
    """
    # Compressed responses could grow beyond any limit on unpacking.
    return httpx.Client(
        transport=BoundedTransport(_pool(server), max_bytes),
        headers={"Accept-Encoding": "identity"},
        timeout=server.seconds,
        follow_redirects=False,
        trust_env=False,
    )


class BoundedTransport(httpx.BaseTransport):
    """A transport over a pool of connections.

    `httpx.HTTPTransport` takes a time per read only: a server that sends a byte a second, be it of the headers,
    would never run into it. Here every read and write gets what is left until the deadline.
    """

    def __init__(self, pool: httpcore.ConnectionPool, max_bytes: int) -> None:
        self._pool = pool
        self._max_bytes = max_bytes

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request*.

        Raises:
            RefusedResponseError: The response leads elsewhere, or is compressed.
            OversizedResponseError: It is too large.
            Exception: What httpcore raises, timeouts at the deadline included.
        """
        until = current()
        seconds = _left(until, None)
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions
                if seconds is None
                else {**request.extensions, "timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)},
            )
        )
        try:
            self._admit(response)
        except Exception:
            response.close()
            raise
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response, until, self._max_bytes),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _admit(self, response: httpcore.Response) -> None:
        headers = httpx.Headers(response.headers)
        if 300 <= response.status < 400:
            raise RefusedResponseError("它要求转到另一个地址")
        if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
            raise RefusedResponseError("它压缩了回应")
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > self._max_bytes:
            raise OversizedResponseError


class _Body(httpx.SyncByteStream):
    """A body that ends at a size and at a deadline."""

    def __init__(self, response: httpcore.Response, until: Deadline | None, max_bytes: int) -> None:
        self._response = response
        self._until = until
        self._max_bytes = max_bytes

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._response.iter_stream():
            _left(self._until, None)
            size += len(chunk)
            if size > self._max_bytes:
                raise OversizedResponseError
            yield chunk

    def close(self) -> None:
        self._response.close()


class _Backend(httpcore.NetworkBackend):
    """Connects within a time that includes finding the address of the host."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        seconds = min(_left(current(), timeout) or _CONNECT_SECONDS, _CONNECT_SECONDS)
        addresses = _addresses(host, port, seconds)
        problem: Exception = httpcore.ConnectError()
        for address in addresses:
            try:
                # An address that swallows packets must leave time for the next one.
                stream = self._inner.connect_tcp(
                    address, port, seconds / len(addresses), local_address, list(socket_options or ())
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
            else:
                return _Stream(stream)
        raise problem


class _Stream(httpcore.NetworkStream):
    """A connection of which every read and write ends by the deadline of whoever makes it."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(current(), timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._inner.write(buffer[start : start + _PIECE], _left(current(), timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(current(), timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(until: Deadline | None, otherwise: float | None) -> float | None:
    """Return the seconds left, *otherwise* where there is no deadline.

    Raises:
        httpcore.ReadTimeout: None are left.
    """
    if until is None:
        return otherwise
    left = until.left
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def _addresses(host: str, port: int, seconds: float) -> list[str]:
    """Return the addresses of *host*. The resolver knows no timeout, so it is left behind when it takes too long."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    found: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(each[4][0]) for each in known)))
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        addresses = found.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout from None
    if isinstance(addresses, Exception):
        raise UnknownHostError
    return addresses


@cache
def _encryption() -> ssl.SSLContext:
    """Return how connections are encrypted; it honours SSL_CERT_FILE. Making it takes as long as a request."""
    return httpx.create_ssl_context()


def _pool(server: Server) -> httpcore.ConnectionPool:
    """Return the connections to *server*, through the proxy of the environment where there is one."""
    parts = urlsplit(server.url)
    common: dict[str, Any] = {
        "ssl_context": _encryption() if parts.scheme == "https" else None,
        "network_backend": _Backend(),
        "max_connections": 20,
        "max_keepalive_connections": 10,
        "keepalive_expiry": 15.0,
    }
    host = parts.hostname or ""
    address = "" if host in _LOCAL or proxy_bypass(host) else getproxies().get(parts.scheme, "")
    proxy = urlsplit(address)
    if proxy.scheme not in ("http", "https"):
        return httpcore.ConnectionPool(**common)
    user = (unquote(proxy.username or ""), unquote(proxy.password or "")) if proxy.username else None
    plain = proxy._replace(netloc=proxy.netloc.rpartition("@")[2]).geturl()
    return httpcore.HTTPProxy(proxy_url=plain, proxy_auth=user, **common)
