"""Serves the schedule: night, week and outbox by cron, with a Prefect server of our own where none is set."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from prefect import serve as prefect_serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_LOGGING_LEVEL,
    PREFECT_LOGGING_TO_API_ENABLED,
    PREFECT_SERVER_API_PORT,
    temporary_settings,
)

from flows.nightly import nightly
from flows.outbox import outbox
from flows.weekly import weekly
from listening.errors import ListeningError
from listening.settings import load

log = logging.getLogger(__name__)
STARTS_WITHIN = 120.0
LOOKS, STARTS, LONGEST_WAIT = 1.0, 10.0, 120.0  # seconds: how often we look, what a start takes, the longest pause


def deployments(config: Path) -> list[RunnerDeployment]:
    """The three flows with their crons in the configured time zone; one whose cron is empty is left out."""
    night = load(config).night
    where = {"config": str(config.resolve())}
    crons = ((nightly, night.cron), (weekly, night.weekly_cron), (outbox, night.outbox_cron))
    return [
        flow.to_deployment(flow.name, schedule=Cron(cron, timezone=night.timezone), parameters=where)  # type: ignore[misc]  # sync here: no loop runs
        for flow, cron in crons
        if cron
    ]


def serve(config: Path) -> None:
    """Serve until stopped. Uses the API that PREFECT_API_URL names, else starts a server on PREFECT_SERVER_API_PORT."""
    if PREFECT_API_URL.value():
        prefect_serve(*deployments(config), pause_on_shutdown=False)
        return
    with server(PREFECT_SERVER_API_PORT.value()) as url, temporary_settings({PREFECT_API_URL: url}):
        os.environ["PREFECT_API_URL"] = url  # the runs are processes of their own
        prefect_serve(*deployments(config), pause_on_shutdown=False)


@contextmanager
def server(port: int, extra: Mapping[str, str] | None = None) -> Iterator[str]:
    """A Prefect server on loopback as long as the block lasts; gives its API's address. One that dies is replaced."""
    url = f"http://127.0.0.1:{port}/api"
    env = {**os.environ, "PREFECT_SERVER_API_PORT": str(port), "PREFECT_SERVER_API_HOST": "127.0.0.1", **(extra or {})}
    env.pop("PREFECT_API_URL", None)
    with kept([sys.executable, "-m", "prefect", "server", "start"], env, lambda: answers(url)) as processes:
        _await(url, processes[-1])
        yield url


@contextmanager
def kept(
    command: Sequence[str], env: Mapping[str, str], well: Callable[[], bool]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run a program as long as the block lasts; gives the processes it had so far, the present one last.

    Where it ends by itself it is started again, with growing waits, unless all is `well` without it: after a killed
    `listening serve` its server lives on and serves the next one.
    """
    processes, stop = [_start(command, env)], threading.Event()

    def watch() -> None:
        wait = LOOKS
        while not stop.wait(wait):
            if processes[-1].poll() is None or well():
                wait = LOOKS
                continue
            log.warning("%s ended (%s): it is started again", command[-3:], processes[-1].returncode)
            processes.append(_start(command, env))
            wait = min(LONGEST_WAIT, 2 * wait + STARTS)

    watcher = threading.Thread(target=watch, name="watch", daemon=True)
    watcher.start()
    try:
        yield processes
    finally:
        stop.set()
        watcher.join()
        _end(processes[-1])


def _start(command: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=dict(env), stdout=quiet, stderr=quiet)  # noqa: S603 -- our own command


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)
    process.kill()
    process.wait()


def answers(url: str) -> bool:
    """Whether a Prefect server answers at its API's address."""
    try:
        return httpx.get(f"{url}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    with httpx.Client(timeout=2) as client:
        while time.monotonic() < until and process.poll() is None:
            with suppress(httpx.HTTPError):
                if client.get(f"{url}/health").is_success:
                    return
            time.sleep(0.3)
    raise ListeningError(f"Prefect's server did not start at {url}", "run `prefect server start` to see why")


@contextmanager
def private(home: Path) -> Iterator[None]:
    """Many flow runs in a row with a server of their own, without the pulse that costs a second a run.

    The server keeps its own files under `home` and runs none of the services that only schedules need.
    """
    off = (
        "SCHEDULER",
        "LATE_RUNS",
        "FOREMAN",
        "TRIGGERS",
        "EVENT_PERSISTER",
        "CANCELLATION_CLEANUP",
        "PAUSE_EXPIRATIONS",
    )
    extra = {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in off} | {"PREFECT_HOME": str(home)}
    home.mkdir(parents=True, exist_ok=True)
    quiet = {
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        PREFECT_LOGGING_TO_API_ENABLED: False,
        PREFECT_LOGGING_LEVEL: "ERROR",
    }
    with server(_free_port(), extra) as url, temporary_settings({PREFECT_API_URL: url, **quiet}):
        yield


def _free_port() -> int:

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
