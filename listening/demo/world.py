"""The invented world on its simulated clock: who wrote what, and what could be read on which night."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from listening.errors import InputError
from listening.types import PostKind

DAYS_A_WEEK = 7
INSIDE = (("survey", "survey.csv", PostKind.SURVEY), ("tickets", "tickets.csv", PostKind.TICKET))
_DATES = ("submitted_at", "created_at")
_IDS = ("response_id", "ticket_id")


@dataclass(frozen=True, slots=True)
class Written:
    """One post as its site shows it; `reply_to` is the id of the post that it answers, `title` stands on openers."""

    source: str
    id: str
    thread: str
    author: str
    at: datetime
    text: str
    title: str = ""
    likes: int = 0
    views: int = 0
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """One place of the world: when the operator adds it, and on which nights it does not answer."""

    source: str
    kind: str
    name: str
    added_on_night: int = 0
    down_nights: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class InsideRow:
    """A survey answer or a ticket: the company knows it, the crawler never sees it."""

    source: str
    id: str
    customer: str
    at: datetime
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class World:
    """Everything that happens in the demo, and the clock: night n starts at `hour` o'clock of day n."""

    folder: Path
    day_zero: date
    nights: int
    hour: int
    zone: ZoneInfo
    sites: tuple[Site, ...]
    posts: Mapping[str, tuple[Written, ...]] = field(repr=False)
    inside: tuple[InsideRow, ...] = field(repr=False)

    def night_at(self, number: int) -> datetime:
        """Return the instant at which a night starts, in UTC."""
        day = self.day_zero + timedelta(days=number)
        return datetime(day.year, day.month, day.day, self.hour, tzinfo=self.zone).astimezone(UTC)

    def night_of(self, now: datetime) -> int:
        """Return the number of the night (the local day) that `now` belongs to."""
        return self.night_of_date(now.astimezone(self.zone).date())

    def night_of_date(self, day: date) -> int:
        """Return the number of the night with a local date."""
        return (day - self.day_zero).days

    def date_of(self, number: int) -> date:
        """Return the local date of a night, as mails and reports name it."""
        return self.day_zero + timedelta(days=number)

    def site(self, source: str) -> Site:
        """Return the site behind a source."""
        return next(one for one in self.sites if one.source == source)

    def visible(self, source: str, now: datetime) -> list[Written]:
        """Return what stands on a site at `now`, oldest first."""
        return [one for one in self.posts[source] if one.at <= now]

    def threads(self, source: str, now: datetime) -> list[list[Written]]:
        """Return a site's threads at `now`, each with its opener first; the thread with the latest post leads."""
        found: dict[str, list[Written]] = {}
        for post in self.visible(source, now):
            found.setdefault(post.thread, []).append(post)
        return sorted(found.values(), key=lambda posts: posts[-1].at, reverse=True)

    def is_down(self, source: str, now: datetime) -> bool:
        """Return True where the site does not answer tonight."""
        return self.night_of(now) in self.site(source).down_nights

    def is_added(self, source: str, now: datetime) -> bool:
        """Return True once the operator has added the site to sources.toml."""
        return self.night_of(now) >= self.site(source).added_on_night

    def imports_on(self, number: int) -> bool:
        """Return True on the nights when the week's surveys and tickets come in."""
        return number > 0 and number % DAYS_A_WEEK == 0

    def seen_on(self, source: str, at: datetime) -> int:
        """Return the first night on which something written at `at` can be met, past the last night too."""
        number = self.night_of(at)
        if source in {name for name, _, _ in INSIDE}:
            while not (self.imports_on(number) and self.night_at(number) >= at):
                number += 1
            return number
        site = self.site(source)
        while self.night_at(number) < at or number < site.added_on_night or number in site.down_nights or number < 1:
            number += 1
        return number


def sample_folder() -> Path:
    """Return the folder of the demo world: the checkout's, or the one inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    beside = package.parent / "data" / "sample"
    return beside if (beside / "world.toml").is_file() else package / "data" / "sample"


def load_world(folder: Path | None = None) -> World:
    """Return the world in a folder (default: the one that comes with the program). Raises InputError."""
    folder = folder or sample_folder()
    try:
        table = tomllib.loads((folder / "world.toml").read_text(encoding="utf-8"))
        sites = tuple(_site(row) for row in table["sites"])
        posts = {site.source: _posts(folder / f"{site.source}.jsonl", site.source) for site in sites}
        inside = tuple(row for source, name, _ in INSIDE for row in _rows(folder / name, source))
    except OSError as error:
        raise InputError(
            f"the demo world cannot be read ({error.filename}: {error.strerror})", "start the demo in a checkout"
        ) from error
    zone = ZoneInfo(table["timezone"])
    return World(folder, table["day_zero"], table["nights"], table["hour"], zone, sites, posts, inside)


def cut_inside(world: World, now: datetime, folder: Path) -> tuple[tuple[Path, str, PostKind], ...]:
    """Write the surveys and tickets received until `now` as CSV files; return path, source and kind of each.

    Files that would hold no row are left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for source, name, kind in INSIDE:
        rows = [row.cells for row in world.inside if row.source == source and row.at <= now]
        if not rows:
            continue
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        made.append((folder / name, source, kind))
    return tuple(made)


def _site(row: Mapping[str, Any]) -> Site:
    return Site(
        row["source"], row["kind"], row["name"], row.get("added_on_night", 0), tuple(row.get("down_nights", ()))
    )


def _posts(path: Path, source: str) -> tuple[Written, ...]:
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    made = [Written(source=source, **{**row, "at": datetime.fromisoformat(row["at"])}) for row in rows]
    return tuple(sorted(made, key=lambda one: one.at))


def _rows(path: Path, source: str) -> list[InsideRow]:
    with path.open(encoding="utf-8", newline="") as file:
        return [_row(source, cells) for cells in csv.DictReader(file)]


def _row(source: str, cells: dict[str, str]) -> InsideRow:
    at = next(cells[name] for name in _DATES if name in cells)
    native = next(cells[name] for name in _IDS if name in cells)
    return InsideRow(source, native, cells["customer_id"], datetime.fromisoformat(at), cells)
