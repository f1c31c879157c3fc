"""Writes one more block into `sources.toml`, below what stands there; not a letter of the rest is changed."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import tomllib
from dataclasses import fields
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from listening.errors import SettingsError
from listening.settings.sources_file import COMMON, read_sources
from listening.types import SourceConfig

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def source_block(source: SourceConfig, note: str = "") -> str:
    """Return a source as a block of sources.toml, below a comment where there is a `note`; defaults are left out."""
    usual = {spec.name: spec.default for spec in fields(SourceConfig)}
    block = tomlkit.table()
    for key in COMMON:
        value = getattr(source, key)
        if value != usual.get(key):
            block.add(key, _plain(value))
    for key, value in source.options.items():
        block.add(key, _plain(value))
    for section, table in (("selectors", source.selectors), ("columns", source.columns)):
        if table:
            block.add(section, tomlkit.item({key: _plain(value) for key, value in table.items()}))
    sources = tomlkit.table(is_super_table=True)
    sources.add(source.name, block)
    document = tomlkit.document()
    document.add("sources", sources)
    told = " ".join("".join(char if char.isprintable() else " " for char in note).split())
    return f"# {told}\n" * bool(told) + tomlkit.dumps(document)


def write_source(config: Path, source: SourceConfig, note: str = "") -> Path:
    """Write a source below the others of `config`/sources.toml and return the file's path.

    The file is replaced as a whole or not at all. Raises SettingsError where the name is taken or no name, where the
    file cannot be written, and where the block would not be read as what it is.
    """
    path = (config / "sources.toml").resolve()
    if not NAME.fullmatch(source.name):
        raise SettingsError(f"{source.name!r} is no name for a source", "take letters, digits, - and _")
    try:
        text = path.read_bytes().decode("utf-8")
        known = read_sources(tomlkit.parse(text).unwrap(), [])
    except (OSError, ValueError, TOMLKitError) as error:
        raise SettingsError(f"{path} cannot be read ({error})", "mend the file first") from error
    if any(one.name == source.name for one in known):
        raise SettingsError(f"sources.toml has a source {source.name!r} already", "give another --name")
    whole = _below(text, source_block(source, note))
    _check(whole, known, source)
    try:
        _replace(path, whole)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written ({error.strerror})", "check the rights of file and folder"
        ) from error
    return path


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _below(text: str, block: str) -> str:
    """Return the file with the block at its end, with the line ends that the file has."""
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text else end if text.endswith("\n") else end * 2
    return text + gap + block.replace("\n", end)


def _check(whole: str, known: tuple[SourceConfig, ...], source: SourceConfig) -> None:
    """Read the new file as the night would. Raises SettingsError where another thing than this source was added."""
    mistakes: list[str] = []
    try:
        found = read_sources(tomllib.loads(whole), mistakes)
        alone = read_sources(tomllib.loads(source_block(source)), mistakes)
    except tomllib.TOMLDecodeError as error:
        mistakes, found, alone = [str(error)], (), ()
    if mistakes or found != (*known, *alone) or len(alone) != 1 or alone[0].url != source.url:
        raise SettingsError(
            f"the block cannot stand below what is in sources.toml {'; '.join(mistakes)}".strip(),
            "write the sources there as [sources.NAME] blocks",
        )


def _replace(path: Path, text: str) -> None:
    """Put the text in the file's place in one step, with the file's rights."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".sources.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
