"""Says which of the three ways to Reddit is live and why, and whether deletions there are followed in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from listening.store import Store

OK, OFF, BROKEN = "ok", "off", "BROKEN"
WITHIN = timedelta(hours=48)  # Reddit's own rule for what its people deleted
LIVE = {"key": "live by your key", "feed": "live by your own feeds", "archive": "not live"}


def reddit_lines(secrets: Mapping[str, str], store: Store | None, now: datetime) -> Iterator[tuple[str, str, str]]:
    """Yield part, state and sentence: the way that is open, and the deletions where Reddit posts are stored."""
    from listening.sources import way

    live = way(secrets)
    yield "reddit", OFF if live.name == "archive" else OK, _line(f"{LIVE[live.name]}: {live.why}", live.mend)
    if store is not None:
        yield from _deletions(store, now, live.name, live.mend)


def _deletions(store: Store, now: datetime, live: str, mend: str) -> Iterator[tuple[str, str, str]]:
    from listening.pipeline import last_recheck
    from listening.store.reads import stored_of
    from listening.types import PostKind

    count = stored_of(store, PostKind.REDDIT)
    if not count:
        return
    part, last = "reddit deletions", last_recheck(store)
    whole = datetime.fromisoformat(last.whole) if last.whole else None
    strange = f", {last.unknown} have no id of Reddit's and cannot be" if last.unknown else ""
    if live != "key":
        told = f"{count} posts are kept, and without a key none can be looked up"
        yield part, OFF, _line(told, f"{mend}; or keep them shorter (store.retention_days)")
    elif whole is None and not last.reason:
        yield part, OFF, f"{count} posts are kept; the next night looks them up"
    elif whole is None or now - whole > WITHIN:
        since = f"since {whole:%Y-%m-%d %H:%M} UTC" if whole else "ever"
        yield part, BROKEN, _line(f"not all of {count} posts were looked up {since}", last.reason or "run a night")
    else:
        yield part, OK, f"{count} posts, all looked up since {whole:%Y-%m-%d %H:%M} UTC{strange}; {last.gone} went then"


def _line(thing: str, mend: str) -> str:
    return f"{thing} -> {mend}" if mend else thing
