"""Whose requests are served: not those of other sites' pages, nor those that reach the service under a name it does not have."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

#: Methods that change nothing.
_LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def hosts_of(bound: str, named: str) -> frozenset[str] | None:
    """Return the names under which the service may be reached, None for any.

    Args:
        bound: The address it listens on.
        named: Further names, separated by commas (``YOUJU_HOSTS``).

    On loopback other names are refused even where none is given: a page whose name is made to lead to this machine (DNS rebinding) would
    otherwise read everything here. Elsewhere a gateway is in front, under a name that only the operator knows.
    """
    given = {each.strip().lower() for each in named.split(",") if each.strip()}
    if not given and bound not in _LOOPBACK:
        return None
    return frozenset(given | _LOOPBACK | {bound})


def is_unknown_host(headers: Mapping[bytes, bytes], hosts: frozenset[str] | None) -> bool:
    """Whether a request names a host that is none of *hosts*."""
    return hosts is not None and (_host_of(headers) or "") not in hosts


def is_of_another_site(method: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether the page of another site asks for a change.

    Browsers tell by ``Sec-Fetch-Site``, and where they leave it out (plain HTTP) by ``Origin``; other clients send neither.
    """
    if method in _LOOKING:
        return False
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site not in {b"same-origin", b"none"}
    origin = headers.get(b"origin")
    return origin is not None and urlsplit(origin.decode("latin-1")).netloc.lower() != headers.get(b"host", b"").decode("latin-1").lower()


def _host_of(headers: Mapping[bytes, bytes]) -> str | None:
    try:
        return urlsplit(f"//{headers.get(b'host', b'').decode('latin-1')}").hostname
    except ValueError:
        return None
