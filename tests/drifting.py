"""Sites that change under us: a door that needs no network, and changes made to JSON and pages by program."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from sources_site import NOW, Answer, Call, Kept, config

from listening.errors import ListeningError
from listening.sources import KINDS
from listening.sources.dates import read_moment
from listening.sources.feed_entries import words
from listening.sources.fetch import Page
from listening.types import Memory, Post

SITE = "http://d.test"
Step = str  # the name of a field, or "[]" for each item of a list
Change = Callable[[dict[str, Any], str], None]


class Door:
    """What a Fetcher gives, from a function that answers."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self, url: str, **_: object) -> Page:
        parts = urlsplit(url)
        reply = self._answer(Call(parts.path, parse_qs(parts.query), {}))
        return Page(url, 200, reply.body.encode() if isinstance(reply.body, str) else reply.body)


def night(kind: str, answer: Answer, memory: Memory | None = None, **options: object) -> tuple[Kept, tuple[str, ...]]:
    """One night at a site: what a store would keep, and all that was said of trouble."""
    path = options.pop("path", "")
    kept, told = Kept(memory=memory or Memory()), list[str]()
    source = KINDS[kind](  # type: ignore[call-arg]  # of the kinds that open pages
        config(kind, SITE + str(path), **options), now=NOW, memory=kept.memory, fetcher=Door(answer)
    )
    try:
        for batch in source.batches():
            kept.keep(batch)
    except ListeningError as error:
        told.append(str(error))
    return kept, (*kept.warnings, *told)


def right(post: Post) -> tuple[object, ...]:
    """What of a post has to come out right: its address leads there with and without a thread's title in it."""
    fields = (
        post.native_id,
        words(post.body),
        post.author,
        post.created_at,
        post.edited_at,
        post.thread,
        post.reply_to,
    )
    return (*fields, post.title, post.likes, post.views, post.accepted, post.url.replace("/s/", "/-/"))


def faults(wanted: Mapping[str, Post], got: Mapping[str, Post]) -> list[str]:
    """The posts that are lost, wrong or invented."""
    wrong = [key for key, post in wanted.items() if key not in got or right(got[key]) != right(post)]
    return [*wrong, *(got.keys() - wanted.keys())]


# --- changes


def paths(found: object, above: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Every field of a piece of JSON, of lists those of the first item."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield (*above, name)
            yield from paths(value, (*above, name))
    elif isinstance(found, list) and found:
        yield from paths(found[0], (*above, "[]"))


def changed(text: str | bytes, path: Sequence[Step], change: Change) -> str:
    """A piece of JSON with a change at a path."""
    found = json.loads(text)
    _apply(found, list(path), change)
    return json.dumps(found)


def _apply(found: Any, path: list[Step], change: Change) -> None:  # noqa: ANN401 -- JSON
    step, *rest = path
    if step == "[]":
        for item in found if isinstance(found, list) else ():
            _apply(item, rest, change)
    elif isinstance(found, dict) and step in found:
        if rest:
            _apply(found[step], rest, change)
        else:
            change(found, step)


def _retyped(kind: str) -> Change:
    def change(found: dict[str, Any], name: str) -> None:
        found[name] = _as(kind, found[name])

    return change


def _as(kind: str, value: Any) -> Any:  # noqa: ANN401 -- JSON
    """A value in another type, as a program would tell the same: a moment in milliseconds, a number as text."""
    if kind == "null":
        return None
    if kind == "object":
        return {str(at): one for at, one in enumerate(value)} if isinstance(value, list) else {"value": value}
    if kind == "list":
        return value if isinstance(value, list) else [value]
    if kind == "text":
        return value if isinstance(value, str) else json.dumps(value)
    moment = read_moment(value) if isinstance(value, str) else None
    return int(moment.timestamp() * 1000) if moment else value


CHANGES: Mapping[str, Change] = {
    "renamed": lambda found, name: found.__setitem__(f"{name}_v2", found.pop(name)),
    **{kind: _retyped(kind) for kind in ("null", "object", "list", "text", "number")},
}
