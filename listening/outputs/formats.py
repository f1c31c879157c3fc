"""Knows which ending asks for which kind of report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from listening.errors import InputError
from listening.outputs.csv_file import render as as_csv
from listening.outputs.html_page import render as as_html
from listening.outputs.json_file import render as as_json
from listening.outputs.whole_file import whole_file
from listening.outputs.workbook import render as as_xlsx
from listening.types import Report

log = logging.getLogger(__name__)

FORMATS: Mapping[str, Callable[[Report], bytes]] = {
    ".html": as_html,
    ".xlsx": as_xlsx,
    ".csv": as_csv,
    ".json": as_json,
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
