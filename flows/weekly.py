"""The weekly check as a Prefect flow: which sources are ill, and a digest to the owners; old posts are dropped."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from flows.house import enter, leave, moment
from listening import journey, pipeline


@task(name="retire", persist_result=False)
def retire(config: str, now: str) -> int:
    """Drop what is older than the settings allow."""
    house = enter(config)
    return journey.retire_old(house.store, house.settings, now=moment(now))


@task(name="digest", persist_result=False)
def digest(config: str, now: str) -> pipeline.Told:
    """Queue and send the week's digest with the sources' health."""
    house = enter(config)
    return pipeline.tell_week(house.store, house.settings, now=moment(now))


@flow(name="weekly", persist_result=False)
def weekly(config: str = "configs", now: str = "") -> int:
    """The week's check; returns how many mails went out."""
    now = moment(now).isoformat()
    retire(config, now)
    return digest(config, now).sent


def run_weekly(config: Path) -> int:
    """Run the weekly check here and now."""
    try:
        return weekly(str(config), "")
    finally:
        leave(str(config))
