"""Tags and groups texts from a file, without a store: for an analyst with a column of comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.lines import BadLine, Line, batches, read_lines, write, written
from listening.cli.opened import PARTLY, Config, load_settings

if TYPE_CHECKING:
    from listening.clusters import Hear, Said
    from listening.signals import Reader
    from listening.types import Reading, Signal, Vector

Answer = tuple[str | None, str, float]
Told = tuple["Vector", list["Said"]]
TABLES = (".csv", ".xlsx")


def there(path: Path) -> Path:
    """Let a file or `-` through; wrong use else."""
    if str(path) != "-" and not path.exists():
        raise typer.BadParameter(f"there is no file {path}")
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a folder")
    if path.suffix.casefold() in TABLES:
        raise typer.BadParameter(f"{path} is a table: `listening import` takes it; here write one JSON object a line")
    return path


def no_folder(path: Path) -> Path:
    """Let what can be written through; wrong use else."""
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a folder")
    return path


In = Annotated[
    Path, typer.Argument(metavar="IN", callback=there, help="JSON lines, packed with gzip or not; - is stdin.")
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="OUT", callback=no_folder, help="JSON lines; - is stdout.")]


def read(source: In, out: Out, config: Config = None) -> None:
    """Tag texts: sentiment, pain, signals, stage and touchpoint, for the whole text and each passage.

    IN has {"id", "text", "title"?, "created_at"?, "author"?, "url"?} a line; OUT one line for each, in order.
    """
    bad = 0
    with written(out) as file:
        reader = open_reader(config)
        for part in batches(read_lines(source)):
            for record in tagged(reader, part):
                bad += "error" in record
                write(file, record)
    finish(bad)


def group(source: In, out: Out, config: Config = None) -> None:
    """Group texts that say the same: {"id", "cluster", "label", "score"} a line; cluster null means on its own.

    Where the lines have created_at it goes through the nights in order, so that no cluster's id is ever used again.
    """
    lines: list[Line | BadLine] = []
    told: list[Told | None] = []
    with written(out) as file:
        reader = open_reader(config)
        for part in batches(read_lines(source)):
            lines += part
            told += embedded(reader, [line for line in part if isinstance(line, Line)])
        for line, (cluster, label, score) in zip(lines, grouped(lines, told, reader.hear), strict=True):
            good = {"cluster": cluster, "label": label, "score": score}
            write(file, line.record() if isinstance(line, BadLine) else {"id": line.id, **good})
    finish(sum(isinstance(line, BadLine) for line in lines))


def open_reader(config: Path | None) -> Reader:
    """Load the model of the settings."""
    from listening import signals

    settings = load_settings(config)
    how = settings.reading
    return signals.open_reader(
        settings.models, settings.journey, threads=how.threads, exact=how.precision == "fp32", swaps=settings.swaps
    )


def tagged(reader: Reader, part: Sequence[Line | BadLine]) -> Iterator[dict[str, object]]:
    """Yield the record of each line; titles are read in the same pass."""
    from listening.signals import as_json

    good = [line for line in part if isinstance(line, Line)]
    titles, texts = heard(reader, good)
    read_texts, read_titles = iter(texts), iter(titles)
    for line in part:
        if isinstance(line, BadLine):
            yield dict(line.record())
        else:
            title = next(read_titles) if line.title.strip() else None
            yield dict(as_json(next(read_texts), line.text, title=title))


def heard(reader: Reader, lines: Sequence[Line]) -> tuple[list[Reading], list[Reading]]:
    """Read the titles that there are, and all texts."""
    from listening.types import Text

    titles = [Text(line.id, line.title) for line in lines if line.title.strip()]
    readings = reader.read([*titles, *(Text(line.id, line.text) for line in lines)])
    return readings[: len(titles)], readings[len(titles) :]


def embedded(reader: Reader, lines: Sequence[Line]) -> list[Told | None]:
    """Give each text's direction, the mean of its passages' by their length, and these; None if it cannot be read."""
    import numpy as np

    from listening.types import Text

    found: list[Told | None] = []
    for reading in reader.read([Text(line.id, f"{line.title}\n\n{line.text}".strip()) for line in lines]):
        if not reading.signals:
            found.append(None)
            continue
        weights = [signal.passage.end - signal.passage.start for signal in reading.signals]
        mean = np.average([signal.embedding for signal in reading.signals], axis=0, weights=weights)
        direction = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
        found.append((direction, [as_said(signal) for signal in reading.signals]))
    return found


def as_said(signal: Signal) -> Said:
    """Take what a group's name is chosen by."""
    from listening.clusters import Said

    passage = signal.passage
    pain = signal.pain["spoken"] + signal.pain["unspoken"] if signal.voice is None else signal.voice
    cues = tuple((span.start - passage.start, span.end - passage.start) for span in signal.spans)
    return Said(passage.text, pain, signal.embedding, cues)


def grouped(lines: Sequence[Line | BadLine], told: Iterable[Told | None], hear: Hear) -> list[Answer]:
    """Group what has a direction; all else stands on its own."""
    from listening.clusters import group_texts

    answers: list[Answer] = [(None, "", 0.0)] * len(lines)
    told_by = iter(told)
    kept = [
        (place, line, one)
        for place, line in enumerate(lines)
        if isinstance(line, Line) and (one := next(told_by)) is not None
    ]
    dated = any(line.created_at for _, line, _ in kept)
    found = group_texts(
        [line.text for _, line, _ in kept],
        [direction for _, _, (direction, _) in kept],
        ids=[line.id for _, line, _ in kept],
        people=[line.author for _, line, _ in kept],
        created_at=[line.created_at for _, line, _ in kept] if dated else (),
        said=[said for _, _, (_, said) in kept],
        hear=hear,
    )
    for (place, _, _), answer in zip(kept, found, strict=True):
        answers[place] = answer
    return answers


def finish(bad: int) -> None:
    """Say how many lines could not be read; exit code 3 where there were any."""
    if bad:
        typer.echo(f"listening: {bad} bad line{'s' * (bad > 1)}, each named in its place", err=True)
        raise typer.Exit(PARTLY)
