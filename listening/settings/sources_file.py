"""Reads `sources.toml`: one block a place where customers talk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listening.settings.checks import Mistakes, fit
from listening.types import SourceConfig

KINDS = ("feed", "discourse", "forum", "reddit", "file")
COMMON: Mapping[str, Any] = {
    "kind": str,
    "url": str,
    "enabled": bool,
    "allow_hosts": tuple[str, ...],
    "gap": float,
    "map": str,
}


def read_sources(table: Mapping[str, Any], mistakes: list[str]) -> tuple[SourceConfig, ...]:
    """The sources in the file's order; what only one kind understands goes to `options`, checked when it opens."""
    notes = Mistakes("sources.toml")
    for key in table.keys() - {"sources"}:
        notes.unknown("", key, ["sources"])
    blocks = table.get("sources", {})
    made = [_source(name, block, notes) for name, block in blocks.items()]
    mistakes.extend(notes.found)
    return tuple(s for s in made if s)


def _source(name: str, block: Any, notes: Mistakes) -> SourceConfig | None:  # noqa: ANN401 - whatever stands in the file
    where = f"sources.{name}"
    if not isinstance(block, dict) or "kind" not in block:
        notes.add(where, f"needs a kind: one of {', '.join(KINDS)}")
        return None
    if block["kind"] not in KINDS:
        notes.add(f"{where}.kind", f"no such kind {block['kind']!r}; one of {', '.join(KINDS)}")
        return None
    common = {k: fit(block[k], hint, f"{where}.{k}", notes) for k, hint in COMMON.items() if k in block}
    selectors = fit(block.get("selectors", {}), dict, f"{where}.selectors", notes)
    columns = _columns(block.get("columns", {}), f"{where}.columns", notes)
    rest = {k: v for k, v in block.items() if k not in COMMON and k not in ("selectors", "columns")}
    options = {k: tuple(v) if isinstance(v, list) else v for k, v in rest.items()}
    for key, value in options.items():
        if not isinstance(value, (str, int, float, bool, tuple)):
            notes.add(f"{where}.{key}", f"should be a text, number, true/false or list, is {value!r}")
    return SourceConfig(name=name, options=options, selectors=selectors, columns=columns, **common)


def _columns(found: Any, where: str, notes: Mistakes) -> dict[str, tuple[str, ...]]:  # noqa: ANN401 - whatever stands in the file
    """The declared columns by field; one name or a list of names each, none for an empty one."""
    made: dict[str, tuple[str, ...]] = {}
    for name, value in fit(found, dict, where, notes).items() if isinstance(found, dict) else ():
        names = [value] * bool(value) if isinstance(value, str) else value
        made[name] = tuple(fit(names, tuple[str, ...], f"{where}.{name}", notes)) if isinstance(names, list) else ()
        if not isinstance(names, list):
            notes.add(f"{where}.{name}", f"should be a column's name or a list of names, is {value!r}")
    if not isinstance(found, dict):
        notes.add(where, f"should be a section [{where}]")
    return made
