"""What the owner of a source may set for its kind, checked by name and type, with the mend for each mistake."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from listening.sources.manners import Manners
from listening.types import SourceConfig

Value = str | int | float | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its default (which also fixes its type) and a sentence."""

    default: Value
    sentence: str


WEB_OPTIONS: Mapping[str, Option] = {
    "contact": Option("", "A mail address or page that site owners find in our User-Agent"),
    "tries": Option(3, "How often a page is asked for before we give up for tonight"),
    "retry_wait": Option(1.0, "Seconds before the second try; doubles with each"),
    "timeout": Option(20.0, "Seconds without a byte after which a page is given up"),
    "total_timeout": Option(60.0, "Seconds that one page may take in all its tries, without the pauses between them"),
    "visit_minutes": Option(180.0, "Minutes that one night may spend at this source; what is left comes next night"),
    "max_bytes": Option(15_000_000, "The largest page, unpacked"),
    "overlap_days": Option(3, "Days before the last visit that are read again, for late and edited posts"),
    "backlog_days": Option(365, "Days that the first visit goes back"),
    "terms": Option("", "What the site's terms say about crawlers and when you looked, for `listening sources list`"),
}


class Options:
    """The options of one source with defaults filled in; ask by name and type."""

    def __init__(self, config: SourceConfig, table: Mapping[str, Option]) -> None:
        defaults: dict[str, Value] = {name: option.default for name, option in table.items()}
        if "contact" in table:
            defaults["contact"] = config.contact
        self._values = defaults | dict(config.options)

    def text(self, name: str) -> str:
        """Return a string option."""
        return str(self._values[name])

    def number(self, name: str) -> float:
        """Return a number option."""
        value = self._values[name]
        return float(value) if isinstance(value, int | float | str) else 0.0

    def count(self, name: str) -> int:
        """Return a whole-number option."""
        return int(self.number(name))

    def flag(self, name: str) -> bool:
        """Return a true/false option."""
        return bool(self._values[name])

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list option; a single string counts as a list of one."""
        value = self._values[name]
        return value if isinstance(value, tuple) else (str(value),) if value else ()


def option_mistakes(config: SourceConfig, table: Mapping[str, Option]) -> list[str]:
    """Return a sentence for each option that this kind does not know or that has the wrong type."""
    found = []
    for name, value in config.options.items():
        if name not in table:
            near = difflib.get_close_matches(name, table, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it knows {', '.join(sorted(table))}"
            found.append(f"[sources.{config.name}] {name}: kind {config.kind!r} has no such option; {hint}")
        elif not _fits(value, table[name].default):
            wanted = (
                "a list of strings" if isinstance(table[name].default, tuple) else type(table[name].default).__name__
            )
            found.append(f"[sources.{config.name}] {name}: {value!r} should be {wanted}")
    return found


def _fits(value: Value, default: Value) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float) and value >= 0
    if isinstance(default, tuple):
        return isinstance(value, tuple | str)
    return isinstance(value, str)


def manners(config: SourceConfig, options: Options) -> Manners:
    """How the fetcher behaves at this source."""
    return Manners(
        gap=config.gap,
        allow_hosts=config.allow_hosts,
        contact=options.text("contact"),
        tries=max(1, options.count("tries")),
        retry_wait=options.number("retry_wait"),
        connect_timeout=min(10.0, options.number("timeout")),
        read_timeout=options.number("timeout"),
        total_timeout=options.number("total_timeout"),
        visit_timeout=options.number("visit_minutes") * 60,
        max_bytes=options.count("max_bytes"),
    )
