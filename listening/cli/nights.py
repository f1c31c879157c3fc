"""The night from the command line: once, every night, or many of them on the invented world."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.opened import PARTLY, Config, as_moment, complain, config_folder, load_settings
from listening.errors import ListeningError, NotFound
from listening.log_lines import VARIABLE, start

if TYPE_CHECKING:
    from listening.settings import Settings

ENDS = {"done": 0, "partial": PARTLY}


def demo(
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", min=0, max=65535, help="Port of the sites; any free one else.")
    ] = None,
    board: Annotated[
        bool, typer.Option("--board", help="Open the board on it; lives through it first where that was not done.")
    ] = False,
) -> None:
    """Show the main job: serve an invented world, crawl it for weeks of nights, catch the mails, write the report."""
    from listening.demo import lived_through, run_demo, show_board

    code = 0 if board and lived_through() else run_demo(port=port or 0)
    if board and not code:
        show_board()
    raise typer.Exit(code)


def night(
    config: Config = None,
    now: Annotated[
        datetime | None,
        typer.Option("--now", parser=as_moment, metavar="ISO", help="Pretend that it is this time, for back-fills."),
    ] = None,
    crawl: Annotated[bool, typer.Option("--crawl/--no-crawl", help="Visit the sources, or judge what is here.")] = True,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="NAME", help="Visit only this source; again for one more.")
    ] = None,
) -> None:
    """Run one night: crawl, clean, read, cluster, watch, tell."""
    settings = load_settings(config)
    if unknown := next((name for name in source or () if settings.source(name) is None), ""):
        known = ", ".join(s.name for s in settings.sources) or "none yet"
        raise NotFound(f"no source {unknown!r} in sources.toml", f"it knows {known}")
    from flows.nightly import run_night

    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(name).addFilter(in_one_line)
    result = run_night(config_folder(config), now=now, crawl=crawl, only=source or ())
    for visit in result.crawls:
        typer.echo(f"{visit.source}: {visit.state}, {visit.seen} seen, {visit.new} new, {visit.changed} changed")
        for problem in (visit.error, *visit.warnings):
            if problem:
                complain(f"{visit.source}: {problem}")
    for warning in result.ill:
        complain(warning)
    again = f" and {result.reread} again with the new model" if result.reread else ""
    typer.echo(
        f"night {result.state}: read {result.read}{again}, placed {result.placed}, born {result.born}, "
        f"emergences {result.emergences}, mails sent {result.sent}, {result.seconds:.1f} s"
    )
    raise typer.Exit(ENDS.get(result.state, 1))


def in_one_line(record: logging.LogRecord) -> bool:
    """Take the traceback off an error that we foresaw; a flow's own is left out, because it is told at the end."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, ListeningError):
        record.exc_info = None
        return record.name != "prefect.flow_runs"
    return True


def serve(
    board: Annotated[bool, typer.Option("--board/--no-board", help="Serve the board.")] = True,
    schedule: Annotated[bool, typer.Option("--schedule/--no-schedule", help="Keep the schedule.")] = True,
    config: Config = None,
) -> None:
    """Serve the board, and keep the schedule: every night and every week, as Prefect deployments, until stopped."""
    settings = load_settings(config)  # a mistake is told now, not at two in the morning
    start("info")
    if not schedule:
        from listening.demo import Beside
        from listening.web.serving import serve as serve_board

        typer.echo(f"the board is at {address(settings)}")
        with Beside() as demo:
            serve_board(settings, demo=demo)
        return
    from flows.serving import serve as keep_serving

    os.environ.setdefault(VARIABLE, "info")  # the runs are processes of their own
    with beside(settings) if board else nullcontext():
        keep_serving(config_folder(config))


@contextmanager
def beside(settings: Settings) -> Iterator[None]:
    """Serve the board while something else runs, and say where it is."""
    from listening.demo import Beside
    from listening.web.serving import serving, set_aside

    with Beside() as demo, serving(settings, demo=demo):
        set_aside()
        typer.echo(f"the board is at {address(settings)}")
        yield


def address(settings: Settings) -> str:
    """Tell where a browser finds the board."""
    return settings.alerts.base_url or f"http://{settings.web.host}:{settings.web.port}"
