"""Fills our templates; every value that they show is escaped, and what no page can hold is replaced."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from listening.outputs import charts, wording
from listening.outputs.text import holdable, link, one_line


def fill(template: str, **values: object) -> str:
    """Return the filled template; a name that is missing is an error, never an empty place."""
    return holdable(_environment().get_template(template).render(**values))


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html", "svg"), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    found.filters |= {
        "day": wording.day,
        "trouble": wording.trouble,
        "short_day": wording.short_day,
        "count": wording.count,
        "percent": wording.percent,
        "signed": wording.signed,
        "status": wording.status,
        "interval": wording.interval,
        "feeling": wording.feeling,
        "mix": wording.mix,
        "importance": wording.importance,
        "link": link,
        "one_line": one_line,
        "trend_bars": charts.trend_bars,
        "text_bars": charts.text_bars,
    }
    return found
