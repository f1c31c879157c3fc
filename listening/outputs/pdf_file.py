"""Writes a report as a PDF: the same page as the HTML, laid out on paper."""

from __future__ import annotations

import logging

from listening.errors import InputError
from listening.outputs.html_page import render as as_html
from listening.types import Report

MOST = 60  # pain points with a card on paper, about half a page each; nobody turns more pages, nor waits for them


def render(report: Report) -> bytes:
    """Return the pages as PDF; the same report gives the same pages. Of many pain points the first `MOST` have a card.

    Raises InputError where WeasyPrint or a library that it needs is not installed.
    """
    try:
        import weasyprint  # noqa: PLC0415 - an extra, and it takes a second to load
    except (ImportError, OSError) as error:  # OSError: Pango, which it needs, is missing
        mend = "pip install 'listening[pdf]', and libpango-1.0-0 libpangoft2-1.0-0; or ask for .html and print it"
        raise InputError(f"PDF cannot be made here: {error}", mend) from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it tells of every rule that only screens know
    page = weasyprint.HTML(string=as_html(report, most=MOST).decode(), url_fetcher=_refuse)
    written = page.write_pdf(pdf_identifier=report.until.isoformat().encode())
    return bytes(written)


def _refuse(url: str, *_: object, **__: object) -> dict[str, object]:
    """Fetch nothing: all that the page needs is in it."""
    raise ValueError(f"a report fetches nothing, not {url[:80]}")
