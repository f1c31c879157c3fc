"""Lives through the invented world: serves its sites, crawls them night after night, and holds the truth against it."""

from __future__ import annotations

import json
import logging
import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import tomlkit
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from flows.nightly import run_night
from flows.serving import private
from listening import pipeline
from listening.demo.mailbox import Mailbox
from listening.demo.scorecard import Held, Scorecard, look, score, show
from listening.demo.sites.server import Sites, serve
from listening.demo.world import World, cut_inside, load_world
from listening.outputs import write_report
from listening.settings import load, pseudonym_key
from listening.store import open_store
from listening.types import SourceConfig

FOLDER = Path("data/var/demo")
QUIET_LINE = 13  # where no bar can move, a line every so many nights
LEFT_OUT = (
    *("LISTENING_DATABASE_URL", "LISTENING_KEY", "PREFECT_API_URL", "LISTENING_CONFIG"),
    *("LISTENING_DATABASE_URL_FILE", "LISTENING_KEY_FILE", "CREDENTIALS_DIRECTORY"),
)


@dataclass(frozen=True, slots=True)
class Lived:
    """What a run of the demo left behind."""

    scorecard: Scorecard
    nights: int
    seconds: float


def run_demo(port: int = 0, *, nights: int | None = None, folder: Path = FOLDER, console: Console | None = None) -> int:
    """Run the demo world from its first night to its last, or only so many `nights`; returns the exit code."""
    console = console or Console()
    world = load_world()
    last = min(nights or world.nights, world.nights)
    folder = folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    console.print(
        f"[bold]Listening[/] to an invented world: {last} nights, five sites on loopback, everything below {folder}"
    )
    with own_environment(), private(folder / "prefect"), serve(world, port, world.night_at(1)) as sites:
        os.environ.update(sites.secrets)
        with Mailbox(folder / "mail") as mailbox:
            lived = _live(world, sites, mailbox, folder=folder, last=last, console=console)
    _tell(lived, folder, console)
    return 0


def _live(world: World, sites: Sites, mailbox: Mailbox, *, folder: Path, last: int, console: Console) -> Lived:
    start, config = time.monotonic(), folder / "configs"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    snapshots: dict[date, Held] = {}
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("night", total=last)
        for number in range(1, last + 1):
            now = world.night_at(number)
            sites.set_now(now)
            _write_configs(world, sites, mailbox, config)
            if world.imports_on(number):
                _import_inside(world, config, now, folder)
            result = run_night(config, now=now)
            if result.sent:
                snapshots[world.date_of(number)] = _look(config)
            if not console.is_terminal and number % QUIET_LINE == 0:
                console.print(f"night {number} of {last}, {time.monotonic() - start:.0f} s")
            bar.update(task, advance=1, description=f"{world.date_of(number)}  {_word(result.read, result.sent)}")
    settings = load(config)
    store = open_store(settings.database_url)
    try:
        report = pipeline.make_report(
            store, settings, since=world.day_zero, until=world.date_of(last), now=world.night_at(last)
        )
        for ending in ("html", "xlsx", "csv", "json"):
            write_report(report, folder / f"report.{ending}")
        card = score(world, store, settings, mailbox.mails(), until=last, snapshots=snapshots)
    finally:
        store.close()
    (folder / "scorecard.json").write_text(json.dumps(card.as_json(), indent=1) + "\n", encoding="utf-8")
    return Lived(card, last, time.monotonic() - start)


def _look(config: Path) -> Held:
    settings = load(config)
    store = open_store(settings.database_url)
    try:
        return look(store, settings.journey.id)
    finally:
        store.close()


def _word(read: int, sent: int) -> str:
    return f"{read:3} posts read, {sent} mails" if read or sent else "nothing new"


def _write_configs(world: World, sites: Sites, mailbox: Mailbox, config: Path) -> None:
    """Write the settings as the operator would have them tonight: addresses filled in, late sources added late."""
    sample = world.folder / "configs"
    config.mkdir(exist_ok=True)
    for name in ("journey.toml", "pain_cues.toml"):
        if (sample / name).is_file():
            shutil.copyfile(sample / name, config / name)
    main = tomlkit.parse((sample / "listening.toml").read_text(encoding="utf-8"))
    main["store"]["var"] = "."
    main["mail"]["port"] = mailbox.port
    main.setdefault("night", tomlkit.table())["retries"] = 0
    main["night"]["cron"] = ""  # nobody runs a next night
    main.setdefault("reading", tomlkit.table())["precision"] = "fp32"  # the same scorecard on every machine
    (config / "listening.toml").write_text(tomlkit.dumps(main), encoding="utf-8")
    blocks = tomlkit.parse((sample / "sources.toml").read_text(encoding="utf-8"))
    _fill(blocks["sources"], sites, load(sample, {}).sources)
    (config / "sources.toml").write_text(tomlkit.dumps(blocks), encoding="utf-8")


def _fill(blocks: dict[str, dict[str, str]], sites: Sites, known: Sequence[SourceConfig]) -> None:
    """Keep the blocks of the sources that are there by now, each with its site's address of this run."""
    now = {one.name: one for one in sites.configs(known)}
    for name in list(blocks):
        if name not in now:
            del blocks[name]
        elif now[name].kind == "reddit":
            blocks[name]["base_url"] = str(now[name].options["base_url"])
        else:
            blocks[name]["url"] = now[name].url


def _import_inside(world: World, config: Path, now: datetime, folder: Path) -> None:
    """Import the surveys and tickets that the company has by now, as its operator does every week."""
    settings = load(config)
    store, key = open_store(settings.database_url), pseudonym_key(settings)
    try:
        for path, source, kind in cut_inside(world, now, folder / "inside"):
            pipeline.bring_in(store, settings, path, source=source, kind=kind, key=key, now=now)
    finally:
        store.close()


def _tell(lived: Lived, folder: Path, console: Console) -> None:
    show(lived.scorecard, console)
    console.print(
        f"{lived.nights} nights in {lived.seconds:.0f} s. Look at:\n"
        f"  {folder / 'report.html'}   the review, and report.xlsx, .csv, .json\n"
        f"  {folder / 'mail'}   the mails that the owners got\n"
        f"  {folder / 'scorecard.json'}   the scorecard\n"
        f"  LISTENING_CONFIG={folder / 'configs'} {called(sys.argv[0])} pain-points list\n"
        f"and on the board, as a guest who may do everything there:\n"
        f"  {called(sys.argv[0])} demo --board",
        soft_wrap=True,
    )


def called(program: str) -> str:
    """Return how the program was called, so that what is shown can be typed: `.venv/bin/listening` is on no path."""
    return shlex.quote(program) if Path(program).name == "listening" else "listening"


@contextmanager
def own_environment() -> Iterator[None]:
    """Keep the demo away from a real installation's database and server, and its Prefect quiet."""
    before = dict(os.environ)
    for name in LEFT_OUT:
        os.environ.pop(name, None)
    for name in ("prefect", "prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # a source that is down is told in the scorecard
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
