"""Reddit: by its API with the operator's key, else by the feeds of the operator's own token, else not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from listening.errors import NotConfigured
from listening.sources.options import WEB_OPTIONS, Option, Options
from listening.sources.reddit_feed import FeedVisit
from listening.sources.reddit_ways import way
from listening.types import Batch, Memory, SourceConfig


class Reddit:
    """Some subreddits and searches. The cursor keeps how far each was read, whichever way is open."""

    OPTIONS: ClassVar[Mapping[str, Option]] = {
        **{name: WEB_OPTIONS[name] for name in ("contact", "tries", "timeout", "overlap_days", "backlog_days")},
        "subreddits": Option((), "Names of the subreddits, without r/"),
        "search": Option((), "Words to search all of Reddit for; each post found comes with its whole thread"),
        "watch_days": Option(14, "Days for which the threads that a search found are watched for new comments"),
        "base_url": Option("", "Another address of a Reddit-like API, for tests and the demo"),
        "late_comments": Option(
            default=True, sentence="Read the subreddit's newest comments too: they meet late ones on old posts"
        ),
    }

    def __init__(
        self,
        config: SourceConfig,
        *,
        now: datetime,
        memory: Memory,
        secrets: Mapping[str, str],
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._way = way(secrets)
        if self._way.name == "archive":
            raise NotConfigured(f"Reddit is off: {self._way.why}", self._way.mend)
        self._config = config
        self._now = now
        self._memory = memory
        self._secrets = secrets
        self._sleep = sleep
        self._options = Options(config, self.OPTIONS)

    def batches(self) -> Iterator[Batch]:
        """Yield what is new. A lost subreddit loses only itself. Raises SourceError."""
        yield from self._by_key() if self._way.name == "key" else self._by_feed()

    def _by_key(self) -> Iterator[Batch]:
        from listening.sources.reddit_visit import Visit  # noqa: PLC0415 -- PRAW is slow to load
        from listening.sources.reddit_wire import Wire  # noqa: PLC0415 -- the same

        options = self._options
        wire = Wire(
            self._config,
            self._secrets,
            contact=options.text("contact") or self._config.contact,
            base_url=options.text("base_url"),
            tries=options.count("tries"),
            timeout=options.number("timeout"),
            sleep=self._sleep,
        )
        with wire:
            yield from Visit(self._config, options, now=self._now, cursor=self._memory.cursor, wire=wire).batches()

    def _by_feed(self) -> Iterator[Batch]:
        yield from FeedVisit(
            self._config, self._options, now=self._now, memory=self._memory, secrets=self._secrets
        ).batches()
