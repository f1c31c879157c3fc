"""The shelf of models: what is on it, and whether it may be used."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from listening.cli.opened import PACKAGE, Config, load_settings, table

app = typer.Typer(help="The models.", no_args_is_help=True)


@app.command("list")
def list_models(config: Config = None) -> None:
    """Show the files that make the reader, with hash, licence and origin."""
    from listening.signals.shelf import read_manifest

    manifest = read_manifest(load_settings(config).models)
    typer.echo(manifest.model)
    table([(file.path, file.sha256[:12], file.licence, file.origin) for file in manifest.files])


@app.command("gate")
def gate(config: Config = None) -> None:
    """Check every file's hash, and every figure against its floor; exit code 1 where one does not hold."""
    from listening.signals import check

    settings = load_settings(config)
    shared = Path(os.environ.get("LISTENING_SHARED", PACKAGE.parent.parent / "shared"))
    lines = check(settings.models, shared if shared.is_dir() else None, threads=settings.reading.threads)
    table([("ok" if line.ok else "FAIL", line.name, line.sentence) for line in lines])
    if not lines or not all(line.ok for line in lines):
        raise typer.Exit(1)
