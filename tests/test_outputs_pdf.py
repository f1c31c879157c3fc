"""The pack on paper: made where WeasyPrint is installed, and a clear word with the mend where it is not."""

from __future__ import annotations

import sys

import pytest
from outputs_nouns import report

from listening.errors import InputError
from listening.outputs import render


def test_it_is_a_pdf() -> None:
    try:
        import weasyprint  # noqa: F401, PLC0415 - an extra: only asked whether it is there
    except (ImportError, OSError) as error:
        pytest.skip(f"the extra [pdf] is not installed: {error}")
    assert render(report(), ".pdf").startswith(b"%PDF-")


def test_without_the_extra_the_mend_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(InputError, match=r"pip install 'listening\[pdf\]'"):
        render(report(), ".pdf")
