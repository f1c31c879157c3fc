"""The outbox as a Prefect flow: mails, calls and tickets that were put off are tried again between the nights."""

from __future__ import annotations

from dataclasses import asdict

from prefect import flow, task

from flows.house import enter, moment
from listening import pipeline


@task(name="send", persist_result=False)
def send(config: str, now: str) -> pipeline.Told:
    """Send what waits and is due."""
    house = enter(config)
    return pipeline.send_waiting(house.store, house.settings, now=moment(now))


@task(name="write out", persist_result=False)
def write_out(config: str, now: str) -> pipeline.WrittenBack:
    """Tell other programs what waits and what people did since."""
    house = enter(config)
    return pipeline.write_out(house.store, house.settings, now=moment(now))


@flow(name="outbox", persist_result=False)
def outbox(config: str = "configs", now: str = "") -> dict[str, int]:
    """Try again what was put off; returns how many mails were sent, wait, and were given up, and the same of calls."""
    at = moment(now).isoformat()
    told, called = send(config, at), write_out(config, at)
    return {**asdict(told), "calls": called.sent, "calls_waiting": called.waiting}
