"""A thread's whole tree of comments, the parts behind "more" too, in portions after each of which a run may die."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from listening.sources.reddit_posts import Raw, fullname, told
from listening.sources.reddit_ways import Lost
from listening.sources.reddit_wire import Wire

A_PORTION = 100  # comments, or
CALLS = 20  # requests that brought fewer
FIRST = 2048  # comments that the first answer may hold, as PRAW asks
SORT = "confidence"

# A part that is still to be asked for: the comment or post above it, then the ids behind "more";
# without ids it is a branch that grew too deep ("continue this thread").
Part = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Portion:
    """Some comments, and the parts of the tree that are still to be read after them: none in the last portion."""

    comments: tuple[Raw, ...]
    waiting: tuple[Part, ...]


@dataclass(slots=True)
class _Walk:
    """Where we stand in a tree: comments not yet handed out, parts to ask for, and what was met before."""

    ready: list[Raw] = field(default_factory=list)
    waiting: deque[Part] = field(default_factory=deque)
    met: set[str] = field(default_factory=set)
    known: set[Part] = field(default_factory=set)

    def take(self, things: Iterable[Raw]) -> None:
        """Take comments with all below them, each once; parts behind "more" are noted, each once."""
        queue = deque(things)
        while queue:
            one = queue.popleft()
            data = told(one)
            if "children" in data:
                self.wait((str(data["parent_id"]), *map(str, data["children"])))
            elif (name := fullname(one)) not in self.met:
                self.met.add(name)
                self.ready.append(one)
                queue.extend(_below(one))
            else:
                queue.extend(_below(one))  # the head of a branch comes again with what is below it

    def wait(self, part: Part) -> None:
        """Note a part to ask for; one that comes again is left out, so that no answer can keep us for ever."""
        if part not in self.known:
            self.known.add(part)
            self.waiting.append(part)

    def portion(self) -> Portion:
        """Hand out what is ready."""
        comments, self.ready = tuple(self.ready), []
        return Portion(comments, tuple(self.waiting))


def _below(comment: Raw) -> list[Raw]:
    replies = told(comment).get("_replies")
    return list(replies if isinstance(replies, list) else getattr(replies, "_comments", ()))


def read_tree(wire: Wire, thread: str, waiting: Iterable[Part] | None = None) -> Iterator[Portion]:
    """Yield the comments of a thread (a fullname), each once. With `waiting`, go on where an earlier run stopped.

    Raises Lost where the thread is no more, and what `Wire.call` raises.
    """
    walk, calls = _Walk(), 0
    key = thread.removeprefix("t3_")
    if waiting is None:
        walk.take(wire.call(lambda: _page(wire, f"comments/{key}/"), thread))
    for part in waiting or ():
        walk.met.add(part[0])  # what stands above was handed out by the earlier run
        walk.wait(part)
    while walk.waiting:
        if len(walk.ready) >= A_PORTION or calls >= CALLS:
            yield walk.portion()
            calls = 0
        walk.take(_ask(wire, thread, walk.waiting[0]))
        walk.waiting.popleft()
        calls += 1
    yield walk.portion()


def _ask(wire: Wire, thread: str, part: Part) -> list[Raw]:
    """Return what stands in one part; nothing where it went meanwhile."""
    above, *ids = part
    if ids:
        data = {"children": ",".join(ids), "link_id": thread, "sort": SORT}
        return list(wire.call(lambda: wire.client.post("api/morechildren/", data=data), thread) or ())
    path = f"comments/{thread.removeprefix('t3_')}/_/{above.partition('_')[2]}"
    try:
        return wire.call(lambda: _page(wire, path), thread)
    except Lost:
        return []


def _page(wire: Wire, path: str) -> list[Raw]:
    """Return the comments of a thread's page: the second of its two lists."""
    return list(wire.client.get(path, params={"limit": FIRST, "sort": SORT})[1].children)
