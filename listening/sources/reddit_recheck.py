"""Asks Reddit which of the posts that we keep are still there: what was deleted or removed there must go here too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from listening.errors import NotConfigured
from listening.sources.options import Options
from listening.sources.reddit import Reddit
from listening.sources.reddit_posts import author, fullname, is_gone
from listening.sources.reddit_ways import way
from listening.types import SourceConfig

if TYPE_CHECKING:
    from listening.sources.reddit_wire import Wire

AT_ONCE = 100  # fullnames that /api/info takes


@dataclass(frozen=True, slots=True)
class Missing:
    """What is no more at Reddit, by fullname: the words are `gone`, or only the account that wrote them is."""

    gone: frozenset[str]
    nameless: frozenset[str]


@contextmanager
def open_recheck(
    config: SourceConfig, secrets: Mapping[str, str], *, sleep: Callable[[float], None] | None = None
) -> Iterator[Callable[[Sequence[str]], Missing]]:
    """Give a function that asks for fullnames, a hundred a request. `config` is the source's block.

    Raises NotConfigured without a key; the function raises SourceError.
    """
    open_way = way(secrets)
    if open_way.name != "key":
        raise NotConfigured(f"what was deleted at Reddit cannot be followed: {open_way.why}", open_way.mend)
    from listening.sources.reddit_wire import Wire  # noqa: PLC0415 -- PRAW is slow to load

    options = Options(config, Reddit.OPTIONS)
    wire = Wire(
        config,
        secrets,
        contact=options.text("contact") or config.contact,
        base_url=options.text("base_url"),
        tries=options.count("tries"),
        timeout=options.number("timeout"),
        sleep=sleep,
    )
    with wire:
        yield lambda names: _ask(wire, names)


def _ask(wire: Wire, names: Sequence[str]) -> Missing:
    wanted = list(dict.fromkeys(names))
    gone, nameless = set[str](), set[str]()
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        found = _info(wire, part) or _info(wire, part)  # an answer without anything is asked for twice
        there = {fullname(one): one for one in found}
        gone |= {name for name in part if name not in there or is_gone(there[name])}
        nameless |= {name for name, one in there.items() if author(one) is None}
    return Missing(frozenset(gone), frozenset(nameless - gone))


def _info(wire: Wire, names: Iterable[str]) -> list[object]:
    params = {"id": ",".join(names)}
    return wire.call(lambda: list(wire.client.get("api/info/", params=params).children), "/api/info")
