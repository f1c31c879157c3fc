"""Reads the journey maps: `journey.toml`, the first of them, and one more for each file in the folder `journeys`."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from listening.settings.checks import Mistakes
from listening.settings.journey_file import read_journey
from listening.types import JourneyMap, SourceConfig

FIRST, FOLDER = "journey.toml", "journeys"
MAP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # of a map beside the first: it is the name of its file


def read_toml(path: Path, mistakes: list[str], file: str = "") -> dict[str, Any]:
    """Return what a file says; nothing where it is missing or no TOML, which is noted under the name `file`."""
    called = file or path.name
    try:
        return tomllib.loads(_as_text(path.read_bytes()))
    except FileNotFoundError:
        mistakes.append(f"{called}: is missing from {path.parent}; copy it from the program's configs folder")
    except OSError as error:
        mistakes.append(f"{called}: cannot be read ({error.strerror}); give this user the right to read it")
    except ValueError as error:
        mistakes.append(f"{called}: is no valid TOML: {error}")
    return {}


def _as_text(raw: bytes) -> str:
    """Return what stands in a file, as an editor shows it. Raises ValueError that says how to save it."""
    if raw.startswith(codecs.BOM_UTF8):
        raise ValueError("it begins with a byte order mark; save it as UTF-8 without BOM")
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line} holds a letter that is not UTF-8; save the file as UTF-8") from error


def is_map_id(text: str) -> bool:
    """Say whether a text can be the id of a map beside the first."""
    return MAP_ID.fullmatch(text) is not None


def map_path(config: Path, map_id: str, *, first: bool) -> Path:
    """Return the file in which a map stands."""
    return config / FIRST if first else config / FOLDER / f"{map_id}.toml"


def read_maps(config: Path, mistakes: list[str]) -> tuple[JourneyMap, ...]:
    """Return the maps that can be followed: journey.toml's, then those of journeys/*.toml by name."""
    first = read_journey(read_toml(config / FIRST, mistakes), mistakes)
    maps = [first] if first is not None else []
    for path in sorted((config / FOLDER).glob("*.toml")):
        file, before = f"{FOLDER}/{path.name}", len(mistakes)
        table = read_toml(path, mistakes, file)
        found = read_journey(table, mistakes, file) if len(mistakes) == before else None
        if found is None or not _fits(found, path, file, first, mistakes):
            continue
        maps.append(found)
    return tuple(maps)


def _fits(found: JourneyMap, path: Path, file: str, first: JourneyMap | None, mistakes: list[str]) -> bool:
    """Note a map whose id is none, is the first map's, or is not the file's name; a file is found by it."""
    notes = Mistakes(file)
    if first is not None and found.id == first.id:
        notes.add("id", f"{found.id!r} is the id of {FIRST} already; give this map an id of its own")
    elif not is_map_id(found.id):
        notes.add("id", f"{found.id!r} is no id for a map; take letters, digits, - and _")
    elif found.id != path.stem:
        notes.add("id", f"is {found.id!r}; call the file {found.id}.toml, or say id = {path.stem!r}")
    mistakes.extend(notes.found)
    return not notes.found


def check_maps(sources: Iterable[SourceConfig], maps: Iterable[JourneyMap], mistakes: list[str]) -> None:
    """Note the sources that feed a map that there is not."""
    notes, known = Mistakes("sources.toml"), [one.id for one in maps]
    for one in sources:
        if one.map and one.map not in known:
            notes.add(
                f"sources.{one.name}.map",
                f"no map {one.map!r}; use one of {', '.join(known)}, or put its file into {FOLDER}/{one.map}.toml",
            )
    mistakes.extend(notes.found)
