"""Writes a map back into `journey.toml`: what changed is changed, comments and order of the rest stay."""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
from dataclasses import dataclass, fields, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

import tomlkit

from listening.errors import SettingsError
from listening.settings.journey_file import read_journey
from listening.types import JourneyMap, Owner, Persona, Stage, Touchpoint

_PARTS: dict[str, type] = {"owners": Owner, "personas": Persona, "stages": Stage, "touchpoints": Touchpoint}


def parse_journey(text: str) -> JourneyMap:
    """Return the map that a journey.toml's text says. Raises SettingsError with every mistake at once."""
    mistakes: list[str] = []
    try:
        found = read_journey(tomllib.loads(text), mistakes)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"journey.toml is no valid TOML: {error}", "mend the line that it names") from error
    if mistakes or found is None:
        raise SettingsError("the map cannot be followed:\n  " + "\n  ".join(mistakes), "mend these and try again")
    return found


def journey_text(journey: JourneyMap, before: str = "") -> str:
    """Return the map as the text of a journey.toml; what `before` says the same stays there letter by letter."""
    if before:
        try:
            text = _patched(journey, before)
            if parse_journey(text) == journey:  # never write what would be read as another map
                return text
        except (SettingsError, ValueError, KeyError):
            pass  # laid out as we cannot follow: written anew
    return _fresh(journey)


def _fresh(journey: JourneyMap) -> str:
    """Write the whole map: head, owners, personas, then each stage with its touchpoints below it."""
    blocks = [_head(journey)]
    for part in ("owners", "personas"):
        blocks += [_block(part, one) for one in getattr(journey, part)]
    for stage in journey.stages:
        blocks.append(_block("stages", stage))
        blocks += [_block("touchpoints", one) for one in journey.touchpoints if one.stage == stage.id]
    text = "\n".join(blocks)
    if parse_journey(text) != journey:  # touchpoints in another order than their stages
        rest = [_block(part, one) for part in _PARTS for one in getattr(journey, part)]
        text = "\n".join([_head(journey), *rest])
    return text


def _head(journey: JourneyMap) -> str:
    return _lines(journey, JourneyMap, leave=tuple(_PARTS))


def _block(part: str, value: object) -> str:
    return f"[[{part}]]\n{_lines(value, _PARTS[part])}"


def _lines(value: object, cls: type, leave: tuple[str, ...] = ()) -> str:
    """Write the fields that differ from their defaults, one a line."""
    table = tomlkit.document()
    for spec in fields(cls):
        if spec.name not in leave and (given := getattr(value, spec.name)) != spec.default:
            table.add(spec.name, list(given) if isinstance(given, tuple) else given)
    return tomlkit.dumps(table)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A block of the file with the comments above it; the head has no part."""

    part: str
    id: str
    lead: str
    text: str


def _chunks(text: str) -> list[_Chunk]:
    found, lead, body = [], list[str](), list[str]()
    for line in [*text.splitlines(keepends=True), "[["]:
        if line.startswith("[["):
            split = len(body)
            while split and body[split - 1].strip()[:1] in ("", "#"):
                split -= 1
            found.append(_chunk("".join(lead), "".join(body[:split])))
            lead, body = body[split:], [line]
        else:
            body.append(line)
    return [*found, _Chunk("", "", "".join(lead), "")]


def _chunk(lead: str, text: str) -> _Chunk:
    if not text.startswith("[["):
        return _Chunk("", "", lead, text)
    ((part, (row,)),) = tomllib.loads(text).items()
    return _Chunk(part, row["id"], lead, text)


def _patched(journey: JourneyMap, before: str) -> str:
    """Replace the blocks that say something else, drop those that are gone, add new ones below their kin.

    Where the order is another one, blocks of a part change places, each with the comments above it.
    """
    old = parse_journey(before)
    wanted = {(part, one.id): one for part in _PARTS for one in getattr(journey, part)}
    known = {(part, one.id): one for part in _PARTS for one in getattr(old, part)}
    made = list[str]()
    chunks = _in_order(_chunks(before), list(wanted))
    for chunk in chunks:
        key = (chunk.part, chunk.id)
        if not chunk.part:
            head = replace(old, **{part: getattr(journey, part) for part in _PARTS})
            same = head == journey or not chunk.text
            made += [chunk.lead, chunk.text if same else _comments(chunk.text) + _head(journey)]
        elif key in wanted:
            same = wanted[key] == known[key]
            made += [chunk.lead, chunk.text if same else _block(chunk.part, wanted[key])]
        elif "#" in chunk.lead:
            made.append(chunk.lead)
        for late in [key for key in wanted if key not in known and _kin(wanted, key, chunks, known) is chunk]:
            made.append("\n" + _block(late[0], wanted[late]))
    return "".join(made)


def _in_order(chunks: list[_Chunk], wanted: list[tuple[str, str]]) -> list[_Chunk]:
    """Return the blocks with those of each part in the order of the map, in the places of that part."""
    found = list(chunks)
    for part in _PARTS:
        places = [n for n, one in enumerate(chunks) if one.part == part and (part, one.id) in wanted]
        these = sorted((chunks[n] for n in places), key=lambda one: wanted.index((one.part, one.id)))
        for place, one in zip(places, these, strict=True):
            found[place] = one
    return found


def _comments(text: str) -> str:
    """Return the comment lines at the beginning of a text."""
    lines = text.splitlines(keepends=True)
    return "".join(takewhile(lambda line: line.strip()[:1] in ("", "#"), lines))


def _kin(
    wanted: dict[tuple[str, str], Any], key: tuple[str, str], chunks: list[_Chunk], known: dict[tuple[str, str], Any]
) -> _Chunk:
    """Return the block below which a new one belongs: the last of its stage, else of its part, else the head."""
    part, stage = key[0], getattr(wanted[key], "stage", "")
    same = [one for one in chunks if one.part == part]
    near = [one for one in same if stage and getattr(known[part, one.id], "stage", "") == stage]
    near = near or [one for one in chunks if stage and (one.part, one.id) == ("stages", stage)]
    return (near or same or chunks[:1])[-1]


def write_journey(place: Path, text: str) -> Path:
    """Put a checked text in the place of a map's file, whole or not at all; returns the file's path."""
    parse_journey(text)
    path = place.resolve()
    try:
        path.parent.mkdir(exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".journey.", suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        mend = "check the rights of file and folder, or export the map and put it there"
        raise SettingsError(f"{path} cannot be written ({error.strerror})", mend) from error
    return path
