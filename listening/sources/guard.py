"""Keeps the crawler out of private networks: decides by the address that is really connected to, never by a name."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

import httpcore
import httpx

from listening.errors import SourceRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Networks that `is_global` lets through although they lead inside or to nobody (promises, finding 6).
_HIDDEN = tuple(
    ipaddress.ip_network(net)
    for net in ("192.88.99.0/24", "fec0::/10", "::/96", "64:ff9b:1::/48", "2001::/32", "100::/64", "3fff::/20")
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Return True where an address is a plain global one; NAT64, 6to4 and IPv4-mapped ones are unwrapped first."""
    ip: Address = ipaddress.ip_address(address.split("%", 1)[0])
    inner = _unwrapped(ip)
    if inner is not None:
        return is_public(str(inner))
    if any(ip.version == net.version and ip in net for net in _HIDDEN):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _unwrapped(ip: Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 one carries inside, if it does."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def allows(host: str, port: int, allowed: Collection[str]) -> bool:
    """Return True where the operator named this host, or this host with this port."""
    names = {name.casefold().strip("[]") for name in allowed}
    host = host.casefold().strip("[]")
    return host in names or f"{host}:{port}" in {name.replace("]", "") for name in names}


def _resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, each once, in the resolver's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


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

    def __init__(self, allowed: Collection[str] = (), resolve: Callable[[str, int], list[str]] = _resolve) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._inner = httpcore.SyncBackend()
        self._deadline: float | None = None

    def begin(self, seconds: float) -> None:
        """Start the total time of one request."""
        self._deadline = time.monotonic() + seconds

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
        for address in self._addresses(host, port):
            wait = self.left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._inner.connect_tcp(address, port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host that we may connect to."""
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved") from error
        if allows(host, port, self._allowed):
            return found
        public = [address for address in found if is_public(address)]
        if found and not public:
            raise SourceRefused(
                f"{host} leads to a private or reserved address",
                f"put '{host}:{port}' into allow_hosts of this source if it is your own",
            )
        return public


class GuardedTransport(httpx.HTTPTransport):
    """An httpx transport that connects through the guard only; proxies of the environment are not used."""

    def __init__(self, backend: GuardedBackend) -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=4,
            keepalive_expiry=30,
            network_backend=backend,
        )
