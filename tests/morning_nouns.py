"""What somebody does with the review pack in a real browser: take each format, fill the workbook in, give it back."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from libreoffice import SOFFICE, type_into
from playwright.sync_api import Page
from round_trip_nouns import filled, place

from listening.web.packs import FORMATS

STARTS = {"html": b"<!doctype html>", "xlsx": b"PK", "pdf": b"%PDF-", "csv": b"\xef\xbb\xbf", "json": b"{"}


def formats() -> dict[str, str]:
    """Return the formats that can be made here, ending -> the name of its button; PDF is an extra."""
    return {ending: name for ending, (name, *_) in FORMATS.items() if ending != "pdf" or find_spec("weasyprint")}


def download(page: Page, name: str, ending: str, folder: Path) -> Path:
    """Click a button of the review pack; return the file that the browser kept, which begins as its kind does."""
    with page.expect_download() as coming:
        page.get_by_role("button", name=name, exact=True).click()
    kept = folder / coming.value.suggested_filename
    coming.value.save_as(kept)
    assert kept.read_bytes()[:20].lower().startswith(STARTS[ending].lower()), kept.name
    return kept


def fill_in(book: Path, cells: Mapping[tuple[str, str], str], saved: Path) -> None:
    """Fill cells of the workbook in, (pain point, head) -> words: in LibreOffice where there is one."""
    content = book.read_bytes()
    if SOFFICE:
        type_into(book, {place(content, *one): words for one, words in cells.items()}, saved)
    else:
        saved.write_bytes(filled(content, cells))


def give_back(page: Page, saved: Path) -> str:
    """Upload a workbook; return what the page says that it changes."""
    page.goto("/pack")
    page.get_by_label("Workbook (.xlsx)").set_input_files(saved)
    page.get_by_role("button", name="Show what it changes").click()
    return page.locator("main").inner_text()
