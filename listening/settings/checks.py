"""Checks one table of a settings file against its declared fields, and collects every mistake with its mend."""

from __future__ import annotations

import dataclasses
import difflib
import math
import types
import typing
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Mistakes:
    """The mistakes of one file, so that all can be told at once."""

    file: str
    found: list[str] = field(default_factory=list)

    def add(self, where: str, what: str) -> None:
        """Note a mistake at a key."""
        self.found.append(f"{self.file}: {where}: {what}")

    def unknown(self, where: str, key: str, known: Collection[str]) -> None:
        """Note a key that nobody declared, with the nearest that somebody did."""
        near = difflib.get_close_matches(key, sorted(known), n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(sorted(known))}"
        self.add(f"{where}.{key}" if where else key, f"no such key; {hint}")


def fill(cls: type[T], table: Mapping[str, Any], where: str, mistakes: Mistakes, **given: Any) -> T | None:  # noqa: ANN401 - passes fields through
    """Make `cls` of a table; None when a key is unknown, missing or of the wrong type (noted in `mistakes`)."""
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]  # cls is always a dataclass
    before = len(mistakes.found)
    for key in table.keys() - fields.keys():
        mistakes.unknown(where, key, fields.keys() - given.keys())
    values = dict(given)
    for name, spec in fields.items():
        if name in given:
            continue
        if name in table:
            values[name] = fit(table[name], hints[name], f"{where}.{name}", mistakes)
            _check_bounds(values[name], spec.metadata.get("within"), f"{where}.{name}", mistakes)
        elif spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING:
            mistakes.add(f"{where}.{name}", "is missing")
    return None if len(mistakes.found) > before else cls(**values)


def fit(value: Any, hint: Any, where: str, mistakes: Mistakes) -> Any:  # noqa: ANN401 - a TOML value of any type
    """`value` as the declared type; a mismatch is noted and the value returned as it is."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        hint = next(a for a in args if a is not type(None))
    if origin is tuple and isinstance(value, list):
        return tuple(fit(v, args[0], where, mistakes) for v in value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    plain = hint if isinstance(hint, type) else origin
    if isinstance(plain, type) and (not isinstance(value, plain) or (isinstance(value, bool) and plain is not bool)):
        mistakes.add(where, f"should be {_word(plain)}, is {value!r}")
    return value


def _check_bounds(value: Any, within: tuple[float, float] | None, where: str, mistakes: Mistakes) -> None:  # noqa: ANN401 - as in `fit`
    if within is None or not isinstance(value, (int, float)) or within[0] <= value <= within[1]:
        return
    mistakes.add(where, f"should be {bounds_in_words(*within)}, is {value}")


def bounds_in_words(least: float, most: float) -> str:
    """Return where a number must lie: "0 or more", "from 0 to 1"."""
    return f"{least:g} or more" if math.isinf(most) else f"from {least:g} to {most:g}"


def _word(kind: type) -> str:
    words = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", tuple: "a list"}
    return words.get(kind, kind.__name__)
