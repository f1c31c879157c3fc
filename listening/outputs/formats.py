"""Knows which ending asks for which kind of report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from listening.errors import InputError
from listening.outputs.csv_file import render as as_csv
from listening.outputs.html_page import render as as_html
from listening.outputs.json_file import render as as_json
from listening.outputs.pdf_file import render as as_pdf
from listening.outputs.whole_file import whole_file
from listening.outputs.workbook import render as as_xlsx
from listening.types import Report

log = logging.getLogger(__name__)

FORMATS: Mapping[str, Callable[[Report], bytes]] = {
    ".html": as_html,
    ".xlsx": as_xlsx,
    ".csv": as_csv,
    ".json": as_json,
    ".pdf": as_pdf,
}


def render(report: Report, ending: str, called: str = "") -> bytes:
    """Return the report in the format of an ending; `called` is the file's name, for the message.

    Raises InputError for an ending that we do not know, and where a part that this format needs is not installed.
    """
    made = FORMATS.get(ending)
    if made is None:
        raise InputError(
            f"{(called or ending)!r} has no ending that a report can have", f"end it in {', '.join(FORMATS)}"
        )
    return made(report)


def write_report(report: Report, path: Path) -> None:
    """Write the report at `path`, whole or not at all, in the format of its ending.

    Raises InputError for an ending that we do not know and for a place that cannot be written.
    """
    content = render(report, path.suffix.lower(), called=path.name)
    with whole_file(path) as file:
        file.write(content)
    log.info("report.written", extra={"ending": path.suffix.lower(), "pain_points": len(report.pain_points)})
