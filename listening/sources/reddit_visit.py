"""One night at Reddit with a key: subreddits and searches, each new post with its whole tree, and late comments.

The cursor holds per place how far it was read, which threads of an unfinished visit are done, and what is left of the
thread in hand: a run that dies goes on there, and no id is read twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from listening.errors import SourceBroken
from listening.sources.cursor import Progress, dump_cursor, load_cursor, read_from
from listening.sources.dates import read_moment
from listening.sources.expected import ENOUGH, Expected, LayoutChanged
from listening.sources.options import Options
from listening.sources.reddit_posts import Raw, as_post, comments_below, fullname, is_gone, written
from listening.sources.reddit_tree import Portion, read_tree
from listening.sources.reddit_ways import SEARCH, SITE, Lost
from listening.sources.reddit_wire import Wire
from listening.types import Batch, Post, SourceConfig

LISTED = 900  # Reddit's lists end after about a thousand
COMMENTS_A_BATCH = 100


class Visit:
    """One visit. `cursor` is what the last one left."""

    def __init__(self, config: SourceConfig, options: Options, *, now: datetime, cursor: str, wire: Wire) -> None:
        self._config = config
        self._options = options
        self._now = now
        self._wire = wire
        self._site = (options.text("base_url") or SITE).rstrip("/")
        kept = load_cursor(cursor)
        self._until: dict[str, str] = dict(kept.get("until") or {})
        self._open: dict[str, Progress] = dict(kept.get("open") or {})  # place -> since, {thread: comments} read
        self._counts: dict[str, dict[str, int]] = dict(kept.get("counts") or {})  # search -> {thread: comments}
        self._tree: Progress = dict(kept.get("tree") or {})
        self._seen: set[str] = set()
        self._expected = Expected(kept.get("told"), now=now)
        self._odd = 0  # posts in a row that were not what Reddit's are
        self._troubles: list[str] = []
        self._gone: list[str] = []

    def batches(self) -> Iterator[Batch]:
        """Yield the portions of each thread with news, oldest first. A lost place loses only itself."""
        places = [*self._options.words("subreddits"), *(SEARCH + one for one in self._options.words("search"))]
        lost: list[Lost] = []
        if self._tree:
            yield from self._rest()
        for place in places:
            try:
                yield from self._place(place)
            except Lost as error:
                lost.append(error)
                self._troubles.append(str(error))
                yield self._batch(())
        if lost and len(lost) == len(places):
            raise lost[0]

    def _place(self, place: str) -> Iterator[Batch]:
        """Yield threads written since the last visit, then comments on older ones."""
        unfinished = self._open.setdefault(place, {"since": self._since(place).isoformat(), "read": {}})
        since = read_moment(unfinished["since"]) or self._since(place)
        search, counts = place.startswith(SEARCH), self._counts.get(place, {})
        watched = min(since, self._now - timedelta(days=self._options.number("watch_days"))) if search else since
        listed = self._listed(place, self._list(place), watched)
        for submission in reversed(listed):
            name, comments = fullname(submission), comments_below(submission)
            known = counts.get(name) if written(submission) < since else None
            if comments not in (known, unfinished["read"].get(name)):
                yield from self._thread(place, name, comments, [submission])
        if search:
            self._counts[place] = {fullname(one): comments_below(one) for one in listed}
        elif self._options.flag("late_comments"):
            yield from self._late(place, since)
        del self._open[place]
        self._until[place] = self._now.isoformat()  # all that was written until now has been met
        yield self._batch(())

    def _rest(self) -> Iterator[Batch]:
        """Yield what the last run left of the thread in its hand."""
        tree = self._tree
        yield from self._thread(str(tree["place"]), str(tree["thread"]), int(tree["comments"]), ())

    def _since(self, place: str) -> datetime:
        overlap, backlog = self._options.number("overlap_days"), self._options.number("backlog_days")
        return read_from(self._until.get(place), now=self._now, overlap_days=overlap, backlog_days=backlog)

    # --- lists

    def _list(self, place: str) -> Raw:
        """Return the newest-first list of a place's submissions."""
        client = self._wire.client
        if place.startswith(SEARCH):
            return client.subreddit("all").search(place.removeprefix(SEARCH), sort="new", limit=None)
        return client.subreddit(place).new(limit=None)

    def _listed(self, place: str, listing: Raw, oldest: datetime) -> list[Raw]:
        """Return the items of a newest-first list that are not older than `oldest`, each once."""
        found: dict[str, Raw] = {}
        shown = _say(place)
        while (one := self._wire.call(lambda: next(listing, None), shown)) is not None:
            try:
                name, when = fullname(one), written(one)
                _ = comments_below(one) if name.startswith("t3_") else 0
            except (ArithmeticError, KeyError, TypeError, ValueError) as error:
                self._leave_out(error)
                continue
            if when < oldest:
                return list(found.values())
            found.setdefault(name, one)
        if len(found) >= LISTED:
            end = min(map(written, found.values()))
            told_of = f"{shown}: Reddit lists only its newest {len(found)}; what was written between"
            self._troubles.append(f"{told_of} {oldest:%Y-%m-%d %H:%M} and {end:%Y-%m-%d %H:%M} UTC was not seen")
        return list(found.values())

    def _late(self, place: str, since: datetime) -> Iterator[Batch]:
        """Yield the place's newest comments that no thread of this visit brought."""
        try:
            listed = self._listed(f"{place}/comments", self._wire.client.subreddit(place).comments(limit=None), since)
        except Lost:  # a Reddit-like API need not have this list
            return
        fresh = [one for one in reversed(listed) if fullname(one) not in self._seen]
        for start in range(0, len(fresh), COMMENTS_A_BATCH):
            yield self._batch(self._posts(fresh[start : start + COMMENTS_A_BATCH]))

    # --- one thread

    def _thread(self, place: str, name: str, comments: int, opener: Iterable[Raw]) -> Iterator[Batch]:
        """Yield a thread's portions; one that cannot be read is told, and the next is read."""
        first = list(opener)
        waiting = None if first else [tuple(map(str, part)) for part in self._tree.get("waiting", ())]
        portions = read_tree(self._wire, name, waiting) if comments else iter([Portion((), ())])
        try:
            for portion in portions:
                self._tree = {"place": place, "thread": name, "comments": comments, "waiting": portion.waiting}
                posts = self._posts([*first, *portion.comments])
                if not portion.waiting:
                    self._end(place, name, comments)
                yield self._batch(posts)
                first = []
        except LayoutChanged:
            raise
        except (Lost, SourceBroken) as error:
            self._troubles.append(f"a thread in {_say(place)} could not be read whole: {error.thing}")
            self._end(place, name, comments)
            yield self._batch(self._posts(first))

    def _end(self, place: str, name: str, comments: int) -> None:
        self._tree = {}
        if place in self._open and not self._odd:  # a thread with odd posts is read again where the visit fails
            self._open[place]["read"][name] = comments

    def _posts(self, things: Iterable[Raw]) -> list[Post]:
        """Return the posts among these; one that is not what Reddit's are is told and left out.

        Raises LayoutChanged where so many are odd that Reddit has changed, or none tells what they always told.
        """
        posts = []
        for one in things:
            try:
                self._seen.add(fullname(one))
                if is_gone(one):
                    self._gone.append(fullname(one))
                else:
                    posts.append(as_post(one, self._config.name, self._site))
                self._odd = 0
            except (ArithmeticError, KeyError, TypeError, ValueError) as error:
                self._leave_out(error)
        self._expected.check([{"author": post.author, "text": post.body or post.title} for post in posts], "Reddit")
        return posts

    def _leave_out(self, error: Exception) -> None:
        self._odd += 1
        why = f"without {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error}"
        if self._odd >= ENOUGH:
            raise LayoutChanged(f"Reddit's posts cannot be read any more ({why})", "tell us; nothing of it is lost")
        self._troubles.append(f"a post that could not be read was left out ({why})")

    def _batch(self, posts: Iterable[Post]) -> Batch:
        progress = {
            "until": self._until,
            "open": self._open,
            "counts": self._counts,
            "tree": self._tree,
            "told": self._expected.kept(),
        }
        troubles, self._troubles = tuple(self._troubles), []
        gone, self._gone = tuple(self._gone), []
        return Batch(tuple(posts), dump_cursor({k: v for k, v in progress.items() if v}), (), troubles, gone)


def _say(place: str) -> str:
    return f"the search {place.removeprefix(SEARCH)!r}" if place.startswith(SEARCH) else f"r/{place}"
