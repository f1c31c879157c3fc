"""What was planted in the demo world: the pains to be found, and what must not raise an alert."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from listening.errors import InputError

Key = tuple[str, str]  # source and native id: one text of the world


@dataclass(frozen=True, slots=True)
class Planted:
    """A planted pain. Days count from the world's day zero; `inside` are the company's own surveys and tickets."""

    key: str
    title: str
    stage: str
    touchpoint: str
    unspoken: bool
    shape: str
    first_day: int
    last_day: int
    people: int
    outside_only: bool
    known_inside: bool
    posts: frozenset[Key] = field(repr=False)
    inside: frozenset[Key] = field(repr=False)
    fixed_on: int | None = None
    comes_back: int | None = None
    moves_on: int | None = None
    moves_from: str = ""
    moves_to: str = ""

    @property
    def texts(self) -> frozenset[Key]:
        """Every text that tells this pain, outside and inside."""
        return self.posts | self.inside


@dataclass(frozen=True, slots=True)
class Decoy:
    """What must stay silent: some posts, or a night on which a source goes, comes back, or is added."""

    key: str
    title: str
    posts: frozenset[Key] = field(repr=False)
    source: str = ""
    nights: tuple[int, ...] = ()
    added_on_night: int | None = None
    first_day: int | None = None
    last_day: int | None = None
    people: int = 0

    @property
    def watched(self) -> tuple[int, ...]:
        """The nights after a source came back or was added, on which its old talk could be taken for news."""
        start = max(self.nights) + 1 if self.nights else self.added_on_night
        return (start, start + 1) if start is not None else ()


@dataclass(frozen=True, slots=True)
class Truth:
    """All that was planted."""

    pains: tuple[Planted, ...]
    decoys: tuple[Decoy, ...]


def read_truth(path: Path) -> Truth:
    """Return what a truth.toml says. Raises InputError where it cannot be read."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        pains = tuple(Planted(**_keys(row, ("posts", "inside"))) for row in table["pains"])
        decoys = tuple(Decoy(**_keys(row, ("posts",))) for row in table["decoys"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path.name} cannot be read ({error})", "take the file that came with the program") from error
    return Truth(pains, decoys)


def _keys(row: Mapping[str, Any], lists: Sequence[str]) -> dict[str, Any]:
    """Return a row with its lists of "source:id" as keys."""
    made = {name: frozenset(_key(text) for text in row[name]) for name in lists}
    rest = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items() if name not in made}
    return {**rest, **made}


def _key(text: str) -> Key:
    source, _, native = text.partition(":")
    return source, native
