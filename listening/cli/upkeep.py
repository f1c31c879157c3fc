"""Keeping house: unsent mails, people who want to be forgotten, old posts, backups."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.opened import Config, current, load_settings, opened, table, who_asks

if TYPE_CHECKING:
    from listening.store import Store

BACKED_UP = "backed up"  # in the audit; `doctor` tells from it how old each copy is
alerts = typer.Typer(help="The outbox of alert mails.", no_args_is_help=True)
retention = typer.Typer(help="How long posts are kept.", no_args_is_help=True)


class State(StrEnum):
    """How it stands with what is to be sent."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENT = "sent"
    DEAD = "dead"


@alerts.command("list")
def list_alerts(
    state: Annotated[State | None, typer.Option("--state", help="Only these.")] = None,
    config: Config = None,
) -> None:
    """Show the mails: to whom, for which night, sent or waiting and why."""
    from listening.outputs.wording import count
    from listening.store.reads import alerts as outbox
    from listening.store.reads import deliveries

    with opened(config) as (store, _):
        rows = outbox(store, states=(state.value,) if state else None)
        told = deliveries(store, states=(state.value,) if state else None)
    table([(r.id, r.night.isoformat(), r.owner, r.state, count(r.tries, "try", "tries"), r.last_error) for r in rows])
    table([(d.id, f"{d.at:%Y-%m-%d}", d.channel, d.state, count(d.tries, "try", "tries"), d.last_error) for d in told])


@alerts.command("retry")
def retry_alert(
    alert_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="One mail; without it all dead ones.")] = None,
    config: Config = None,
) -> None:
    """Put a mail, or what another program refused, back into the outbox; the next night sends it."""
    from listening.journey import retry
    from listening.store.reads import alerts as outbox
    from listening.store.reads import deliveries

    with opened(config) as (store, _):
        mails = [row.id for row in outbox(store, states=("dead",))]
        told = [one.id for one in deliveries(store, states=("dead",))]
        wanted = [alert_id] if alert_id else [*mails, *told]
        for one in wanted:
            retry(store, one, now=current())
            noted(store, "put a mail back into the outbox", one)
    typer.echo(f"{len(wanted)} put back into the outbox")


@alerts.command("send")
def send_alerts(config: Config = None) -> None:
    """Send what waits in the outbox and is due, between the nights: run it every few minutes by cron."""
    from listening.pipeline import send_waiting

    with opened(config) as (store, settings):
        told = send_waiting(store, settings, now=current())
    typer.echo(f"{told.sent} sent, {told.waiting} wait, {told.dead} given up")


def erase(
    author: Annotated[str, typer.Option("--author", metavar="A", help="The name as the site shows it.")],
    source: Annotated[str | None, typer.Option("--source", metavar="NAME", help="Only there.")] = None,
    config: Config = None,
) -> None:
    """Forget a person: their posts, what we heard in them, and their words in quotes and mails."""
    from listening.journey import erase as forget
    from listening.outputs.wording import count, forgotten
    from listening.settings import pseudonym_key

    with opened(config) as (store, settings):
        gone = forget(store, author, source=source, key=pseudonym_key(settings))
        noted(store, "erased an author", source or "every source", count(gone.documents, "post"))
    typer.echo(f"forgotten: {forgotten(gone.documents, gone.signals, gone.quotes)}")


@retention.command("run")
def run_retention(config: Config = None) -> None:
    """Drop posts that are older than store.retention_days now; counts stay."""
    from listening.journey import retire_old
    from listening.outputs.wording import count

    with opened(config) as (store, settings):
        dropped = count(retire_old(store, settings, now=current()), "post")
        noted(store, "dropped old posts", "", dropped)
    typer.echo(f"{dropped} dropped")


def noted(store: Store, what: str, thing: str, detail: str = "") -> None:
    """Keep in the audit what was done at the command line."""
    from listening.journey import keep_audit
    from listening.types import AuditLine

    keep_audit(store, AuditLine(current(), who_asks(), what, thing, detail, "command line"))


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="Where the copy goes.")],
    config: Config = None,
) -> None:
    """Copy the store to a file, whole, while the night goes on. The key of the pseudonyms is not in it: keep both."""
    from listening.store import backup as copy

    with opened(config) as (store, settings):
        copy(store, file)
        noted(store, BACKED_UP, str(file.resolve()))
    typer.echo(f"the store is in {file}; keep {settings.var / 'key'} (or LISTENING_KEY) in another safe place")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="What backup wrote.")],
    config: Config = None,
) -> None:
    """Put a copy in the place of the store, and bring it up to this version."""
    from listening.store import restore as put_back

    settings = load_settings(config)
    put_back(settings.database_url, file)
    with opened(config):
        typer.echo(f"the store is as it was in {file}")
