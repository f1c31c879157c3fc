"""The shelf of models: what is on it, what was put in its place, and whether it may be used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from listening.cli.opened import PACKAGE, Config, load_settings, table

if TYPE_CHECKING:
    from listening.settings import Settings

app = typer.Typer(help="The models.", no_args_is_help=True)


@app.command("list")
def list_models(config: Config = None) -> None:
    """Show what reads the posts: each file with its hash, licence and origin, and the figures that were measured."""
    from listening.signals import name_reader
    from listening.signals.encoder import package_folder
    from listening.signals.shelf import measured, read_manifest

    settings = load_settings(config)
    called = name_reader(settings.models, settings.swaps)
    typer.echo(f"{called}, from {settings.models} and (package:) {package_folder()}")
    table(list(files_of(settings)))
    for line in swapped_of(settings):
        typer.echo(line)
    manifest = read_manifest(settings.models)
    if manifest.space != manifest.model and not settings.swaps.encoder:
        typer.echo(f"embeddings: the same as {manifest.space} gives, so that what it read need not be embedded again")
    figures = measured(settings.models)
    if figures:
        typer.echo("measured on held-out texts, with 95 % intervals:")
        table([(name, f"{value:.3f} [{low:.3f}, {high:.3f}]") for name, (value, low, high) in figures.items()])


def files_of(settings: Settings) -> Iterator[tuple[str, ...]]:
    """Give a row a file of the shelf: whether it is the one that was measured, name, hash, licence, place, origin."""
    from listening.signals.encoder import package_folder
    from listening.signals.shelf import locate, read_manifest, sha256

    package = package_folder()
    for file in read_manifest(settings.models).files:
        path = locate(settings.models, file, package)
        state = "missing" if not path.is_file() else "ok" if sha256(path) == file.sha256 else "CHANGED"
        yield state, file.path, file.sha256[:12], file.licence, file.origin


def swapped_of(settings: Settings) -> Iterator[str]:
    """Give a line a model that stands in the place of ours; the gate knows nothing of it."""
    from listening.signals.swapped import find_place, labels_of, map_labels

    swaps = settings.swaps
    if swaps.sentiment:
        place = find_place(swaps.sentiment, swaps.root)
        labels = labels_of(place.folder)
        means = ", ".join(map("=".join, zip(labels, map_labels(labels, swaps.sentiment_labels), strict=True)))
        yield f"sentiment: {place.told} from {place.folder} ({means}); not measured by the gate"
    if swaps.encoder:
        place = find_place(swaps.encoder, swaps.root)
        yield f"embeddings: {place.told} from {place.folder}; not measured by the gate"


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
