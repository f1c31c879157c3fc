"""How the night calls other programs: guarded as the crawler is, and never where nobody named it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from listening.sources.guard import GuardedBackend, GuardedTransport

SECONDS = 30.0  # for one call


@contextmanager
def open_client(allow_hosts: str, seconds: float = SECONDS) -> Iterator[httpx.Client]:
    """Open a client that reaches public addresses, and those of our own network that the operator named."""
    allowed = [one.strip() for one in allow_hosts.split(",") if one.strip()]
    backend = GuardedBackend(allowed)
    with httpx.Client(transport=GuardedTransport(backend), timeout=seconds, follow_redirects=False) as client:
        client.event_hooks["request"].append(lambda _: backend.begin(seconds))
        yield client
