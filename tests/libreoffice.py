"""LibreOffice without a window, as somebody who opens a workbook, types into cells and saves it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

SOFFICE = shutil.which("soffice") or ""
needs_libreoffice = pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed")
LIBRARY = (
    "<?xml version='1.0'?><!DOCTYPE {kind} PUBLIC '-//OpenOffice.org//DTD OfficeDocument 1.0//EN' '{dtd}.dtd'>{body}"
)
OOO = "xmlns:{0}='http://openoffice.org/2000/{1}'"
MACRO = """Sub Fill
Dim hidden(0) As New com.sun.star.beans.PropertyValue
hidden(0).Name = "Hidden" : hidden(0).Value = True
book = StarDesktop.loadComponentFromURL({old}, "_blank", 0, hidden())
page = book.Sheets.getByName("Pain points")
{typed}
Dim kind(0) As New com.sun.star.beans.PropertyValue
kind(0).Name = "FilterName" : kind(0).Value = "Calc MS Excel 2007 XML"
book.storeToURL({new}, kind())
book.close(True)
StarDesktop.terminate
End Sub
"""


def type_into(book: Path, cells: Mapping[str, str], saved: Path) -> None:
    """Type into cells of the sheet of pain points ("B2" -> words) and save the workbook elsewhere."""
    typed = "\n".join(
        f"page.getCellRangeByName({quoted(at)}).setFormula({quoted(words)})" for at, words in cells.items()
    )
    profile = saved.parent / "profile"
    _run(profile, "--terminate_after_init")  # a fresh profile is made first, and runs no macro
    _keep_macro(profile, MACRO.format(old=quoted(book.as_uri()), new=quoted(saved.as_uri()), typed=typed))
    _run(profile, "macro:///Standard.Module1.Fill")


def _run(profile: Path, word: str) -> None:
    words = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", word]
    subprocess.run(words, check=True, capture_output=True, timeout=200)  # noqa: S603 - our own words


def quoted(words: str) -> str:
    """Return words as Basic writes them."""
    return '"' + words.replace('"', '""') + '"'


def _keep_macro(profile: Path, macro: str) -> None:
    folder = profile / "user" / "basic" / "Standard"
    script, library = OOO.format("script", "script"), OOO.format("library", "library")
    module = (
        f"<script:module {script} script:name='Module1' script:language='StarBasic'>{escape(macro)}</script:module>"
    )
    named = f"<library:library {library} library:name='Standard'"
    flags = "library:readonly='false' library:passwordprotected='false'"
    listed = f"{named} {flags}><library:element library:name='Module1'/></library:library>"
    (folder / "Module1.xba").write_text(LIBRARY.format(kind="script:module", dtd="module", body=module))
    (folder / "script.xlb").write_text(LIBRARY.format(kind="library:library", dtd="library", body=listed))
