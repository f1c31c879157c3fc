"""One visit to a source: what it brings is kept as it comes, a second's worth at a time, never half."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from types import TracebackType
from typing import Self

from listening.documents import identity, prepare
from listening.health import emptied
from listening.sources import plain_link
from listening.store import Kept, Store, reads, writes
from listening.types import Batch, Document, Post, Shown, SourceConfig

LONGEST_WAIT = 1.0  # seconds after which what came is kept; a polite source's page takes longer, so it is kept at once
MOST_POSTS = 1_000  # that wait together


class Visit:
    """Keeps the batches of one source. Those that come quickly are kept together: a commit costs more than a page.

    Each is kept with the cursor that stands after it, so a kill loses nothing: what was not kept is read again. Leaving
    the `with` block keeps what still waits, also where the source failed.
    """

    def __init__(
        self, store: Store, source: SourceConfig, *, key: bytes, now: datetime, night: date, zone: str = "UTC"
    ) -> None:
        self.kept = Kept()
        self.pages: list[Shown] = []
        self._store, self._source = store, source
        self._key, self._now, self._night, self._zone = key, now, night, zone
        self._since = time.monotonic()
        self._waiting: list[Batch] = []
        self._documents: list[Document] = []
        self._ids = set[str]()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keep()

    def take(self, batch: Batch) -> None:
        """Keep this batch, now or with the next ones. Raises StoreError."""
        new = documents_of(batch.posts, self._key, self._now)
        if self._must_follow(batch, new):
            self._keep()
        self._waiting.append(batch)
        self._documents += new
        self._ids.update(one.id for one in new)
        self.pages += batch.shown
        if len(self._documents) >= MOST_POSTS or time.monotonic() - self._since >= LONGEST_WAIT:
            self._keep()

    def _must_follow(self, batch: Batch, new: Iterable[Document]) -> bool:
        """Return True where a batch speaks of what still waits: a post again, one that is gone, an empty page."""
        threads = {claim.thread for one in self._waiting for claim in one.standing}
        return (
            any(not page.posts and page.thread for page in batch.shown)
            or any(one.id in self._ids for one in new)
            or any(identity(self._source.name, native) in self._ids for native in batch.gone)
            or any(claim.thread in threads for claim in batch.standing)
        )

    def _keep(self) -> None:
        """Keep all that waits in one transaction; a page of a thread that is empty all at once is told."""
        batches, documents = self._waiting, self._documents
        self._waiting, self._documents, self._ids = [], [], set()
        if not batches:
            return
        name, shown = self._source.name, [page for batch in batches for page in batch.shown]
        empty = [(page, page.thread) for page in shown if not page.posts and page.thread]
        before = [(page, reads.posts_of_thread(self._store, name, thread)) for page, thread in empty]
        self.kept += writes.keep_batch(
            self._store,
            source=name,
            kind=self._source.kind,
            documents=documents,
            cursor=next((one.cursor for one in reversed(batches) if one.cursor), ""),
            validators=[one for batch in batches for one in batch.validators],
            night=self._night,
            zone=self._zone,
            gone=[identity(name, native) for batch in batches for native in batch.gone],
            standing=[one for batch in batches for one in batch.standing],
            shown=shown,
            warnings=[
                *(said for batch in batches for said in batch.warnings),
                *(emptied(page.page, posts) for page, posts in before if posts),
            ],
        )
        self._since = time.monotonic()


def documents_of(posts: Iterable[Post], key: bytes, now: datetime) -> list[Document]:
    """Make documents of the posts; those who write in the same batch are known by name to the redactor."""
    posts = [post if (url := plain_link(post.url)) == post.url else replace(post, url=url) for post in posts]
    names = frozenset(post.author for post in posts if post.author)
    return [prepare(post, key=key, names=names, now=now) for post in posts]
