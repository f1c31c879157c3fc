"""The feeds of feedparser's own tests: what each file expects of itself, for every field that we keep."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from listening.sources.feed_entries import Entry, read_entries, words
from listening.sources.feed_parse import parse

pytestmark = pytest.mark.shared
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SITE = "http://127.0.0.1:8097/"
# what feedparser calls the fields that we keep
TITLES = {"title", "title_detail"}
TEXTS = {"summary", "description", "summary_detail", "content"}
AUTHORS = {"author", "author_detail", "authors", "name"}
DATES = {f"{name}{form}" for name in ("published", "created", "updated") for form in ("", "_parsed")}
ADDRESSES = {"link", "id", "guid", "comments", "wfw_commentrss"}
KEPT = TITLES | TEXTS | AUTHORS | DATES | ADDRESSES | {"value"}


class Told(dict[str, Any]):
    """An entry under feedparser's names; asked for by key or by attribute."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- strings, numbers, lists
        return self[name]


def files(shared: Path) -> Iterator[tuple[Path, str, str, bool]]:
    """Each file with its expectation, the content type that it is served with, and whether it has another base."""
    for path in sorted((shared / "fixtures/feeds/feedparser").rglob("*.xml")):
        head = path.read_bytes()[:4_000].decode("utf-8", "replace")
        expected = re.search(r"Expect:\s*(.+?)\s*(?:-->|\r?\n)", head)
        kind = re.search(r"Header:\s*Content-type:\s*(.+?)\s*\n", head, re.IGNORECASE)
        if expected:
            yield path, expected[1], kind[1] if kind else "", "Content-Location:" in head


def claims(expected: str) -> Iterator[tuple[ast.Compare, set[str]]]:
    """The comparisons of an expectation that are about fields of entries that we keep, with these fields."""
    tree = ast.parse(expected.strip(), mode="eval").body
    for claim in tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]:
        nodes = list(ast.walk(claim))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        keys = {
            node.slice.value
            for node in nodes
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
        }
        fields = {key for key in keys if isinstance(key, str)} | {n.attr for n in nodes if isinstance(n, ast.Attribute)}
        if isinstance(claim, ast.Compare) and names == {"entries"} and fields and fields <= KEPT:
            yield claim, fields


def is_true(claim: ast.Compare, fields: set[str], entries: list[Told]) -> bool:
    """Whether all sides of a claim are the same: of titles and bodies the words, of authors the names."""
    assert all(isinstance(sign, ast.Eq) for sign in claim.ops), ast.unparse(claim)
    values = [value_of(side, entries) for side in (claim.left, *claim.comparators)]
    if fields & TITLES:  # the last side is what the file expects; what is no mark-up stays as it is
        wanted = str(values[-1])
        return {squeezed(str(value)) for value in values[:-1]} <= {squeezed(wanted), squeezed(words(wanted))}
    return len({str(kept(value, fields)) for value in values}) == 1


def squeezed(text: str) -> str:
    return "".join(text.split())


def value_of(side: ast.expr, entries: list[Told]) -> object:
    try:
        return eval(compile(ast.Expression(side), "claim", "eval"), {"entries": entries})  # noqa: S307 -- the fixture's words
    except (IndexError, KeyError) as error:
        return repr(error)


def kept(value: object, fields: set[str]) -> object:
    """Return what is kept of a value: of texts the words, of authors the name, of moments the second."""
    if not isinstance(value, str):
        return tuple(value)[:6] if isinstance(value, time.struct_time | tuple) else value
    if fields & TEXTS:
        return words(value)
    return re.sub(r"\s*\([^()]*@[^()]*\)$", "", value) if fields & AUTHORS else " ".join(value.split())


def told(raw: dict[str, Any], entry: Entry) -> Told:
    """Our entry under feedparser's names."""
    own = {"title": entry.title, "link": entry.link, "id": entry.id, "guid": entry.id, "author": entry.author}
    texts = {"summary": raw["summary"], "description": raw["summary"], "content": [Told(value=raw["content"])]}
    details = {
        "title_detail": Told(value=entry.title),
        "summary_detail": Told(value=raw["summary"]),
        "author_detail": Told(name=entry.author),
        "authors": [Told(name=entry.author)],
    }
    dates = {name: raw[f"{name.replace('created', 'published')}_text"] for name in ("published", "created", "updated")}
    moments = {f"{name}_parsed": as_moment(raw[name.replace("created", "published")]) for name in dates}
    comments = {"comments": entry.comment_page, "wfw_commentrss": entry.comments}
    return Told(own | texts | details | dates | moments | comments)


def as_moment(seconds: int | None) -> time.struct_time | None:
    return None if seconds is None else time.gmtime(seconds)


def test_files_say_true_of_every_field_that_we_keep(shared: Path) -> None:
    checked, wrong = 0, []
    for path, expected, kind, elsewhere in files(shared):
        entries = as_told(path.read_bytes(), kind, SITE + str(path.relative_to(shared / "fixtures/feeds/feedparser")))
        for claim, fields in claims(expected):
            if (elsewhere and fields & ADDRESSES) or "['authors'][1]" in ast.unparse(claim):
                continue  # a base by Content-Location is none any more (RFC 7231 B); a second author is not kept
            checked += 1
            if not is_true(claim, fields, entries):
                wrong.append(f"{path.name}: {ast.unparse(claim)}")
    assert wrong == []
    assert checked > 800


def as_told(body: bytes, kind: str, url: str) -> list[Told]:
    """A feed's entries, each read for itself, as some of the files say one thing twice."""
    raw = parse(body, kind)
    each = [read_entries({**raw, "entries": [one]}, body, url, now=NOW).entries[0] for one in raw["entries"]]
    return [told(one, entry) for one, entry in zip(raw["entries"], each, strict=True)]
