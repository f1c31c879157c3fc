"""A workbook as it comes back from a meeting: exported, then edited cell by cell."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import openpyxl
from outputs_nouns import report

from listening.outputs.workbook import render

Book = Any  # openpyxl publishes no types


def edited(content: bytes, edit: Callable[[Book], None]) -> bytes:
    """Return the workbook after somebody opened it, edited it and saved it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@cache
def exported() -> bytes:
    """Return the workbook of the report that most tests tell of."""
    return render(report())


def filled(content: bytes, cells: Mapping[tuple[str, str], object]) -> bytes:
    """Return the workbook with these cells filled in: (pain point, head) -> value."""
    return edited(content, lambda book: fill(book, cells))


def fill(book: Book, cells: Mapping[tuple[str, str], object]) -> None:
    """Fill cells in, by pain point and head."""
    for (point, head), value in cells.items():
        at(book, point, head).value = value


def at(book: Book, point: str, head: str) -> Book:
    """Return the cell of a pain point under a head."""
    page = book["Pain points"]
    column = next(one.column for one in page[1] if one.value == head)
    line = next(one.row for one in page["A"] if one.value == point)
    return page.cell(line, column)


def place(content: bytes, point: str, head: str) -> str:
    """Return where that cell stands: "E3"."""
    return str(at(openpyxl.load_workbook(io.BytesIO(content)), point, head).coordinate)
