"""Knows which ending asks for which kind of report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from listening.errors import InputError
from listening.outputs import csv_file, html_page, json_file, workbook
from listening.outputs.whole_file import whole_file
from listening.types import Report

log = logging.getLogger(__name__)

FORMATS: Mapping[str, Callable[[Report], bytes]] = {
    ".html": html_page.render,
    ".xlsx": workbook.render,
    ".csv": csv_file.render,
    ".json": json_file.render,
}


def write_report(report: Report, path: Path) -> None:
    """Write the report at `path`, whole or not at all, in the format of its ending.

    Raises InputError for an ending that we do not know and for a place that cannot be written.
    """
    render = FORMATS.get(path.suffix.lower())
    if render is None:
        raise InputError(f"{path.name!r} has no ending that a report can have", f"end it in {', '.join(FORMATS)}")
    content = render(report)
    with whole_file(path) as file:
        file.write(content)
    log.info("report.written", extra={"ending": path.suffix.lower(), "pain_points": len(report.pain_points)})
