"""Connections of which only our side is left: the other died without a word, so nothing ever comes and nothing ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest
from sources_site import fetcher

from listening.errors import SourceUnavailable

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
NO_RULES = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def dying(*lives: Sequence[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """A server by its connections: each answers requests with these bytes, then falls silent and is never closed.

    Yields its address and the request lines that it heard.
    """
    heard: list[bytes] = []

    def live(connection: socket.socket, answers: Sequence[bytes]) -> None:
        for answer in answers:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65_536)
            heard.append(request.partition(b" HTTP")[0])
            connection.sendall(answer)

    def serve() -> None:
        for answers in lives:
            connection, _ = server.accept()
            open_ones.enter_context(connection)
            live(connection, answers)

    with ExitStack() as open_ones:
        server = open_ones.enter_context(socket.create_server(("127.0.0.1", 0), backlog=8))
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
        thread.join()


def test_a_dead_server_whose_system_still_takes_connections_costs_three_time_outs() -> None:
    lost = pytest.raises(SourceUnavailable, match="time-out")
    with dying() as (url, heard), fetcher(read_timeout=0.1) as web, lost:
        web.get(f"{url}/a")
    assert heard == []


def test_half_a_page_and_then_nothing_is_given_up() -> None:
    half = [HEAD + b"pa"]
    lost = pytest.raises(SourceUnavailable, match="time-out")
    with dying([NO_RULES, *half], half, half) as (url, heard), fetcher(read_timeout=0.1) as web, lost:
        web.get(f"{url}/a")
    assert heard == [b"GET /robots.txt", *[b"GET /a"] * 3]


def test_a_kept_connection_that_died_meanwhile_costs_one_try_and_the_page_comes_on_a_new_one() -> None:
    with dying([NO_RULES, HEAD + b"page", b""], [HEAD + b"next"]) as (url, heard), fetcher(read_timeout=0.1) as web:
        assert web.get(f"{url}/a").body == b"page"
        assert web.get(f"{url}/b").body == b"next"
    assert heard == [b"GET /robots.txt", b"GET /a", b"GET /b", b"GET /b"]
