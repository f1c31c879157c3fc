"""Reads JSON Feed 1.0 and 1.1 as the same plain values that feedparser's answers are turned into."""

from __future__ import annotations

import json
from typing import Any

Plain = dict[str, Any]


def read_json_feed(text: str) -> Plain:
    """Return a JSON Feed as plain values; `version` is "" where the text is no JSON Feed. Never raises."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return _nothing("broken JSON")
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list) or not (_is_named(found) or any(_is_item(item) for item in items)):
        return _nothing("JSON, but no JSON Feed")
    return {
        "version": "json",
        "author": _author(found),
        "following": _text(found.get("next_url")),
        "broken": "",
        "entries": [_entry(item) for item in items if isinstance(item, dict)],
    }


def _nothing(why: str) -> Plain:
    return {"version": "", "author": "", "following": "", "broken": why, "entries": []}


def _is_named(found: Plain) -> bool:
    return "jsonfeed.org" in str(found.get("version"))


def _is_item(item: object) -> bool:
    """Tell whether a thing looks as an item of a JSON Feed that forgot to say so."""
    return isinstance(item, dict) and any(name in item for name in ("content_html", "content_text", "date_published"))


def _entry(item: Plain) -> Plain:
    rich, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    return {
        "id": _text(item.get("id")),
        "link": _text(item.get("url")) or _text(item.get("external_url")),
        "title": _text(item.get("title")),
        "author": _author(item),
        "content": rich or plain,
        "content_plain": not rich,
        "summary": _text(item.get("summary")),
        "summary_plain": True,
        "published": None,
        "published_text": _text(item.get("date_published")),
        "updated": None,
        "updated_text": _text(item.get("date_modified")),
        "comments": "",
        "comment_page": "",
        "comment_count": None,
        "reply_to": "",
    }


def _author(thing: Plain) -> str:
    """Return the first author's name, in the words of version 1.1 or 1.0."""
    listed = thing.get("authors")
    for author in [*(listed if isinstance(listed, list) else []), thing.get("author")]:
        if isinstance(author, dict) and (name := _text(author.get("name"))):
            return name
    return ""


def _text(value: object) -> str:
    """Return a value where it is a string or a number; some sites number their items."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
