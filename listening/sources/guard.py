"""Keeps the crawler out of private networks: decides by the address that is really connected to, never by a name."""

from __future__ import annotations

import ipaddress
import math
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from listening.errors import SourceRefused

Resolve = Callable[[str, int], list[str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Networks that `is_global` lets through although they lead inside, around the guard, or to nobody.
_HIDDEN = tuple(
    ipaddress.ip_network(net)
    for net in (
        "168.63.129.16/32",  # the metadata of Azure's machines
        "192.0.0.0/24",  # for protocols; the metadata of Oracle's machines
        "192.88.99.0/24",  # 6to4 relays
        "::/96",  # IPv4 in IPv6 as it once was
        "64:ff9b::/96",  # NAT64: the gateway, and not we, would choose the network
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo and other tunnels
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",  # site-local, as it once was
    )
)


def is_public(address: str) -> bool:
    """Return True where an address is a plain global one; an IPv4 one written as IPv6 counts as what it is."""
    ip: Address = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if any(ip.version == net.version and ip in net for net in _HIDDEN):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def allows(host: str, port: int, allowed: Collection[str]) -> bool:
    """Return True where the operator named this host, or this host with this port."""
    names = {name.casefold().strip("[]") for name in allowed}
    host = host.casefold().strip("[]")
    return host in names or f"{host}:{port}" in {name.replace("]", "") for name in names}


def _resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, each once, in the resolver's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _in_time(resolve: Resolve, host: str, port: int, seconds: float | None) -> list[str]:
    """Resolve in a thread of its own: the system's resolver knows no time-out that we could set."""
    answer: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answer.put(error)

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time") from None
    if isinstance(found, Exception):
        raise httpcore.ConnectError(f"the name {host} leads nowhere") from found
    return found


@lru_cache(maxsize=1)
def safe_tls() -> ssl.SSLContext:
    """What we trust: the usual authorities, or those of SSL_CERT_FILE; TLS 1.2 or newer. Made once, it is costly."""
    return httpx.create_ssl_context()


class _TimedStream(httpcore.NetworkStream):
    """A connection whose reads and writes end by the backend's deadline: a dripping server cannot hold us."""

    def __init__(self, stream: httpcore.NetworkStream, backend: GuardedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        wait = self._backend.left(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, wait), self._backend)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 -- as httpcore declares it
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections only to addresses that passed the guard, and pins to them. One request at a time.

    `allowed` are hosts (or host:port) of the operator's own network; `resolve` maps host and port to addresses.
    """

    def __init__(self, allowed: Collection[str] = (), resolve: Resolve = _resolve) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._inner = httpcore.SyncBackend()
        self._deadline: float | None = None

    def begin(self, seconds: float) -> None:
        """Start the total time of one request."""
        self._deadline = time.monotonic() + seconds

    def left_over(self) -> float:
        """Seconds that remain of the total time, 0 when it is over."""
        return max(0.0, self._deadline - time.monotonic()) if self._deadline is not None else math.inf

    def left(self, timeout: float | None, error: type[Exception]) -> float | None:
        """Return what remains of the total time, at most `timeout`; raises `error` when nothing does."""
        if self._deadline is None:
            return timeout
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise error("the total time for one page is over")
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, refuse what is private, connect to an address that passed. Raises SourceRefused."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port, self.left(timeout, httpcore.ConnectTimeout)):
            wait = self.left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._inner.connect_tcp(address, port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self)
        raise failure

    def _addresses(self, host: str, port: int, seconds: float | None) -> list[str]:
        """Return the addresses of a host that we may connect to."""
        found = [host] if _is_address(host) else _in_time(self._resolve, host, port, seconds)
        if allows(host, port, self._allowed):
            return found
        public = [address for address in found if is_public(address)]
        if found and not public:
            raise SourceRefused(
                f"{host} leads to a private or reserved address",
                f"put '{host}:{port}' into allow_hosts of this source (--allow-host of sources add) if it is your own",
            )
        return public


class GuardedTransport(httpx.HTTPTransport):
    """An httpx transport that connects through the guard only; proxies of the environment are not used."""

    def __init__(self, backend: GuardedBackend, tls: ssl.SSLContext | None = None) -> None:
        tls = tls or safe_tls()
        super().__init__(verify=tls, trust_env=False)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, max_connections=4, keepalive_expiry=30, network_backend=backend
        )
