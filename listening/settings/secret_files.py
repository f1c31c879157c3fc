"""Secrets laid down as files by a vault, systemd or Docker count as if they stood in the environment.

`NAME_FILE` names a file that holds the secret NAME; a file called NAME in `$CREDENTIALS_DIRECTORY` (systemd's
LoadCredential=) is found without being named. What stands in the environment itself comes first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from listening.settings.table import SECTIONS

REDDIT = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_USER", "REDDIT_RSS_TOKEN")
SOURCE_KEY = "LISTENING_SOURCE_KEY_"  # and a source's name: its API key
OURS = ("LISTENING_KEY", "LISTENING_DATABASE_URL")
FOLDER, SUFFIX, MOST = "CREDENTIALS_DIRECTORY", "_FILE", 64 * 1024


def with_files(environ: Mapping[str, str], mistakes: list[str]) -> dict[str, str]:
    """Return the environment with the secrets that lie in files; those that cannot be read are `mistakes`."""
    found = dict(environ)
    for name, path in _named(environ, mistakes).items():
        try:
            text = _text(path)
        except (OSError, ValueError) as error:
            told = error.strerror if isinstance(error, OSError) else str(error)
            mistakes.append(f"{name}: the file of this secret, {path}, cannot be read ({told})")
        else:
            found[name] = text
    return found


def _named(environ: Mapping[str, str], mistakes: list[str]) -> dict[str, Path]:
    """Return where each secret lies that is not in the environment itself."""
    places: dict[str, Path] = {}
    folder = environ.get(FOLDER, "")
    if folder and Path(folder).is_dir():
        there = sorted(Path(folder).iterdir())
        places = {one.name: one for one in there if is_secret(one.name) and not environ.get(one.name)}
    for given, path in environ.items():
        name = given.removesuffix(SUFFIX)
        if not path or name == given or not is_secret(name):
            continue
        if environ.get(name):
            mistakes.append(f"{name}: is given twice, by itself and by {given}; leave one out")
        else:
            places[name] = Path(path)
    return places


def is_secret(name: str) -> bool:
    """Say whether a name of the environment holds a secret."""
    return name in (*OURS, *REDDIT) or name.startswith(SOURCE_KEY) or name in _of_sections()


def _of_sections() -> set[str]:
    return {
        f"LISTENING_{section}_{spec.name}".upper()
        for section, cls in SECTIONS.items()
        for spec in dataclasses.fields(cls)
        if spec.metadata["secret"]
    }


def _text(path: Path) -> str:
    """Return what a file holds, without the line's end. Raises OSError, ValueError."""
    with path.open("rb") as file:
        held = file.read(MOST + 1)
    if len(held) > MOST:
        raise ValueError("it is too long for a secret")
    text = held.decode(errors="replace").rstrip("\r\n")
    if not text or "\0" in text or "\ufffd" in text:
        raise ValueError("it is no text" if text else "it is empty")
    return text
