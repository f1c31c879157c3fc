"""Runs the board: one process, one port, until it is stopped."""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

import uvicorn
from fastapi import FastAPI

from listening.errors import SettingsError
from listening.settings import Settings
from listening.store import open_store
from listening.web.app import create_app
from listening.web.demo_world import DemoWorld

STARTS_WITHIN, ENDS_WITHIN = 60.0, 10.0


def serve(settings: Settings, *, clock: Callable[[], datetime] | None = None, demo: DemoWorld | None = None) -> None:
    """Serve the board until stopped, by the real clock or another one. Raises SettingsError where the port is taken."""
    with _listening(settings) as place, closing(open_store(settings.database_url)) as store:
        server = _server(create_app(settings, store, clock=clock, demo=demo), settings)
        set_aside()
        server.run(sockets=[place])


def set_aside() -> None:
    """Set what the program is made of aside from garbage collection, once it has started.

    Python else looks through all of it again at every seventh page or so, and that page takes 200 ms longer
    (bench/web.py).
    """
    gc.collect()
    gc.freeze()


@contextmanager
def serving(settings: Settings, *, demo: DemoWorld | None = None) -> Iterator[str]:
    """Serve the board beside other work, as long as the block lasts; gives its address."""
    with _listening(settings) as place, closing(open_store(settings.database_url)) as store:
        server = _server(create_app(settings, store, demo=demo), settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [place]}, name="board", daemon=True)
        thread.start()
        until = time.monotonic() + STARTS_WITHIN
        while not server.started and thread.is_alive() and time.monotonic() < until:
            time.sleep(0.02)
        try:
            yield f"http://{settings.web.host}:{place.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(ENDS_WITHIN)


def _server(app: FastAPI, settings: Settings) -> uvicorn.Server:
    proxies = [one.strip() for one in settings.web.proxies.split(",") if one.strip()]
    config = uvicorn.Config(
        app,
        log_config=None,  # its lines are written as all others are (log_lines)
        log_level="warning",
        access_log=False,  # addresses hold search words
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        timeout_graceful_shutdown=int(ENDS_WITHIN),
    )
    return uvicorn.Server(config)


def _listening(settings: Settings) -> socket.socket:
    """Take the port now, so that a taken one is told before anything else starts."""
    host, port = settings.web.host, settings.web.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    place = socket.socket(family, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((host, port))
    except OSError as error:
        place.close()
        raise SettingsError(
            f"the board cannot listen at {host}:{port} ({error.strerror})", "set web.port or web.host to a free one"
        ) from error
    return place
