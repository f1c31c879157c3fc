"""Subreddits through Reddit's own API (PRAW) with the operator's key: posts, whole comment trees, late comments."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, TypeVar

from listening.errors import NotConfigured, SourceError, SourceRefused, SourceUnavailable
from listening.sources.cursor import dump_cursor, later, load_cursor, read_from
from listening.sources.manners import user_agent
from listening.sources.options import WEB_OPTIONS, Option, Options
from listening.types import Batch, BodyFormat, Memory, Post, PostKind, SourceConfig

log = logging.getLogger(__name__)

T = TypeVar("T")
Raw = Any  # PRAW publishes no types; what it gives leaves this file as Post only

KEYS = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET")
SITE = "https://www.reddit.com"
API = "https://oauth.reddit.com"
GONE = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]", "[deleted by user]"})
WAIT_AT_MOST = 120.0
WAIT_AT_LEAST = 60.0  # some 429s come without saying how long
COMMENTS_A_BATCH = 100
_ONE_AT_A_TIME = threading.Lock()  # the limit of 100 calls a minute holds for all clients of a key together


class Reddit:
    """Some subreddits. The cursor keeps how far each was read."""

    OPTIONS: ClassVar[Mapping[str, Option]] = {
        **{name: WEB_OPTIONS[name] for name in ("contact", "tries", "timeout", "overlap_days", "backlog_days")},
        "subreddits": Option((), "Names of the subreddits, without r/"),
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
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        missing = [name for name in KEYS if not secrets.get(name)]
        if missing:
            raise NotConfigured(
                f"Reddit is off: {' and '.join(missing)} not set", "make a script app at reddit.com/prefs/apps"
            )
        self._config = config
        self._now = now
        self._secrets = secrets
        self._sleep = sleep
        self._options = Options(config, self.OPTIONS)
        self._until: dict[str, str] = dict(load_cursor(memory.cursor).get("until") or {})
        self._overlap = self._options.number("overlap_days")

    def batches(self) -> Iterator[Batch]:
        """Yield a batch for each post with its comments, then late comments. A lost subreddit loses only itself."""
        names = self._options.words("subreddits")
        lost: list[SourceError] = []
        with self._client() as client:
            for name in names:
                try:
                    yield from self._subreddit(client, name)
                except SourceRefused as error:
                    lost.append(error)
                    yield self._batch((), (str(error),))
        if lost and len(lost) == len(names):
            raise lost[0]

    @contextmanager
    def _client(self) -> Iterator[Raw]:
        """Return a read-only client, closed in the end."""
        import praw  # noqa: PLC0415 -- slow to load and needed by this kind only
        import requests  # noqa: PLC0415 -- the same

        base = self._options.text("base_url").rstrip("/")
        with requests.Session() as session:
            session.trust_env = False
            yield praw.Reddit(
                client_id=self._secrets[KEYS[0]],
                client_secret=self._secrets[KEYS[1]],
                user_agent=user_agent(self._options.text("contact")),
                oauth_url=base or API,
                reddit_url=base or SITE,
                requestor_kwargs={"session": session, "timeout": self._options.number("timeout")},
                check_for_updates=False,
                ratelimit_seconds=int(WAIT_AT_MOST),
            )

    def _subreddit(self, client: Raw, name: str) -> Iterator[Batch]:
        """Yield posts since the last visit with their trees, oldest first; then comments on older posts."""
        since = read_from(
            self._until.get(name),
            now=self._now,
            overlap_days=self._overlap,
            backlog_days=self._options.number("backlog_days"),
        )
        subreddit = client.subreddit(name)
        listed = self._call(lambda: _newer(subreddit.new(limit=None), since), name)
        seen: set[str] = set()
        for submission in reversed(listed):
            posts = self._call(partial(self._tree, submission), name)
            seen |= {post.native_id for post in posts}
            self._until[name] = later(self._until.get(name), _moment(submission.created_utc), self._now)
            yield self._batch(posts)
        if self._options.flag("late_comments"):
            late = self._call(lambda: self._late(subreddit, since), name)
            fresh = [post for post in reversed(late) if post.native_id not in seen]
            for start in range(0, len(fresh), COMMENTS_A_BATCH):
                yield self._batch(fresh[start : start + COMMENTS_A_BATCH])
        self._until[name] = self._now.isoformat()  # all that was written until now has been met
        yield self._batch(())

    def _tree(self, submission: Raw) -> list[Post]:
        """Return a post and all its comments, those behind "more" too."""
        posts = [self._submission(submission)] if not _is_gone(submission, submission.selftext) else []
        if submission.num_comments:
            submission.comments.replace_more(limit=None)
            posts += [self._comment(one) for one in submission.comments.list() if not _is_gone(one, one.body)]
        return posts

    def _late(self, subreddit: Raw, since: datetime) -> list[Post]:
        from prawcore.exceptions import NotFound  # noqa: PLC0415 -- loaded with praw

        try:
            found = _newer(subreddit.comments(limit=None), since)
        except NotFound:  # a Reddit-like API need not have this list
            return []
        return [self._comment(one) for one in found if not _is_gone(one, one.body)]

    def _submission(self, submission: Raw) -> Post:
        return self._post(
            submission,
            submission.fullname,
            submission.selftext or "",
            title=submission.title,
            thread=submission.fullname,
        )

    def _comment(self, comment: Raw) -> Post:
        return self._post(comment, comment.fullname, comment.body, thread=comment.link_id, reply_to=comment.parent_id)

    def _post(
        self, raw: Raw, native_id: str, body: str, *, thread: str, title: str = "", reply_to: str | None = None
    ) -> Post:
        edited = vars(raw).get("edited")  # a missing attribute would cost a call, so it is looked up, not asked for
        return Post(
            source=self._config.name,
            native_id=native_id,
            kind=PostKind.REDDIT,
            body=body,
            format=BodyFormat.MARKDOWN,
            title=title,
            author=str(raw.author) if raw.author else None,
            created_at=_moment(raw.created_utc),
            edited_at=_moment(edited) if edited and not isinstance(edited, bool) else None,
            date_from="api",
            url=(self._options.text("base_url") or SITE).rstrip("/")
            + str(vars(raw).get("permalink") or f"/comments/{thread.removeprefix('t3_')}/_/{raw.id}/"),
            thread=thread,
            reply_to=reply_to,
            likes=max(0, int(raw.score or 0)),
        )

    # --- what can go wrong

    def _call(self, ask: Callable[[], T], name: str) -> T:
        """Return what `ask` gives, after waiting where Reddit says so. Raises SourceUnavailable, SourceRefused."""
        from prawcore import exceptions as wrong  # noqa: PLC0415 -- loaded with praw

        for _ in range(max(1, self._options.count("tries"))):
            try:
                with _ONE_AT_A_TIME:
                    return ask()
            except wrong.TooManyRequests as error:
                wait = float(error.retry_after or WAIT_AT_LEAST)
                if wait > WAIT_AT_MOST:
                    raise SourceUnavailable(
                        f"Reddit asks us to wait {wait:.0f} s", "it is tried again next night"
                    ) from error
                self._sleep(wait)
            except (wrong.Forbidden, wrong.NotFound, wrong.Redirect, wrong.UnavailableForLegalReasons) as error:
                raise SourceRefused(
                    f"r/{name} cannot be read ({type(error).__name__})", "check its name, or take it out"
                ) from error
            except (wrong.OAuthException, wrong.ResponseException, wrong.InvalidToken) as error:
                raise _answered(error) from error
            except wrong.PrawcoreException as error:
                raise SourceUnavailable(
                    f"Reddit did not answer ({type(error).__name__})", "it is tried again next night"
                ) from error
        raise SourceUnavailable(
            "Reddit says again and again that we ask too often (429)", "it is tried again next night"
        )

    def _batch(self, posts: tuple[Post, ...] | list[Post], warnings: tuple[str, ...] = ()) -> Batch:
        return Batch(tuple(posts), dump_cursor({"until": self._until}), (), warnings)


def _answered(error: Raw) -> SourceError:
    """Return a refused key is for the operator to mend, the rest for tomorrow."""
    status = getattr(getattr(error, "response", None), "status_code", 0)
    if status in (400, 401):
        return SourceRefused(f"Reddit refuses the key (status {status})", f"check {KEYS[0]} and {KEYS[1]}")
    return SourceUnavailable(f"Reddit did not answer (status {status})", "it is tried again next night")


def _newer(listing: Raw, since: datetime) -> list[Raw]:
    """Return the items of a newest-first listing that are not older than `since`."""
    found = []
    for item in listing:
        if _moment(item.created_utc) < since:
            break
        found.append(item)
    return found


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)


def _is_gone(raw: Raw, body: str | None) -> bool:
    """Return True where the text was deleted or removed: such things are never taken."""
    return (body or "").strip() in GONE or bool(vars(raw).get("removed_by_category"))
