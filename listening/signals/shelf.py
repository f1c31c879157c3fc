"""Knows which files make a model, and refuses a file that is not the one that was measured."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from listening.errors import ModelError

MANIFEST = "manifest.toml"
METRICS = "reader/metrics.json"
PACKAGE = "package:"  # a path that begins so lies in the installed package of the original weights


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of the shelf: where it lies, what it must hash to, and under what licence it came."""

    path: str
    sha256: str
    licence: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The shelf's list: the model's name and version (`reader.v5`), its files, and the space of its embeddings.

    Models of one `space` give the same embeddings, so that what another of them read need not be compared anew.
    """

    model: str
    files: tuple[ModelFile, ...]
    space: str

    @property
    def paths(self) -> frozenset[str]:
        """Where its files lie."""
        return frozenset(file.path for file in self.files)


def read_manifest(models: Path) -> Manifest:
    """Read `manifest.toml`; ModelError where it is missing or says something else than a manifest should."""
    path = models / MANIFEST
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        files = tuple(as_file(block) for block in told["file"])
        return Manifest(str(told["model"]), files, str(told.get("space", told["model"])))
    except OSError as error:
        raise ModelError(
            f"no {MANIFEST} in {models}", "name the models folder, or restore it from the release"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"{path.name} is not a manifest: {error}", "restore it from the release") from error


def as_file(block: Mapping[str, str]) -> ModelFile:
    """Freeze one block of the manifest."""
    return ModelFile(block["path"], block["sha256"], block["licence"], block.get("origin", ""))


def locate(models: Path, file: ModelFile, package: Path) -> Path:
    """Say where a file of the manifest lies: on the shelf, or in the installed `package`."""
    if file.path.startswith(PACKAGE):
        return package / file.path.removeprefix(PACKAGE)
    return models / file.path


def faults(models: Path, manifest: Manifest, package: Path) -> list[str]:
    """List every file that is missing or is not the one that was measured."""
    said = []
    for file in manifest.files:
        path = locate(models, file, package)
        if not path.is_file():
            said.append(f"{file.path} is missing")
        elif (found := sha256(path)) != file.sha256:
            said.append(
                f"{file.path} is not the file that was measured (sha256 {found[:12]}..., not {file.sha256[:12]}...)"
            )
    return said


def measured(models: Path) -> dict[str, tuple[float, float, float]]:
    """Read the figures that were measured when the model was made: name -> value, and its 95 % interval; {} where none.

    They are told, not needed: a file that says something else gives what can be read of it.
    """
    try:
        found = json.loads((models / METRICS).read_text(encoding="utf-8"))
        told = {**found["figures"], **found.get("public", {})}.items()
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {}
    keys = ("value", "low", "high")
    good = {
        name: one for name, one in told if isinstance(one, dict) and all(isinstance(one.get(k), float) for k in keys)
    }
    return {name: (one["value"], one["low"], one["high"]) for name, one in good.items()}


def verify(models: Path, manifest: Manifest, package: Path) -> None:
    """Raise ModelError that names all files at fault."""
    if said := faults(models, manifest, package):
        raise ModelError("; ".join(said), "run make install again, or restore models/ from the release")


def sha256(path: Path) -> str:
    """Hash a file without holding it in memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
