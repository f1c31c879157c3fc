"""Makes a document of a post: clean, without people, with what is needed to know its copies again."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from listening.documents.clean import LIMIT, clean, clean_line, cut
from listening.documents.dedupe import signature
from listening.documents.redact import redact
from listening.types import Document, Post

FUTURE = timedelta(days=1)  # clocks differ and zones are forgotten; a date later than this is wrong
_PREFIX = re.compile(r"(?:/?u/|@)")
_NOBODY = frozenset(("[deleted]", "[removed]", "deleted", "[name]", "anonymous", "guest", "none", "null", "n/a"))


@lru_cache(maxsize=2_000)  # a thread is written by few
def pseudonym(author: str, key: bytes) -> str:
    """Return 32 hex digits that stand for an author, the same each night; "" for nobody.

    HMAC-SHA256 under `key`, so that nobody without the key can try names. Case, spaces around, u/ and @ do not
    matter. What sites show in place of a name ("[deleted]", "Guest") is nobody, else all of them were one person.
    """
    name = unicodedata.normalize("NFKC", author).encode("utf-8", "ignore").decode()
    name = _PREFIX.sub("", name.replace("\0", "").strip(), count=1).strip().casefold()
    if not name or name in _NOBODY:
        return ""
    return hmac.digest(key, name.encode(), "sha256").hex()[:32]


def prepare(post: Post, *, key: bytes, names: Collection[str] = (), now: datetime) -> Document:
    """Return the document of a post. Never raises for anything that a post may hold.

    `key` makes the pseudonym; `names` are the authors known around this post (its thread), who are taken out of the
    text as the post's own author is; `now` is an aware moment, the date of a post that has none or a future one.
    """
    people = names if not post.author or post.author in names else {*names, post.author}
    title = cut(redact(clean_line(post.title), people), 500)
    body, truncated = clean(post.body, post.format)
    whole = _with_title(title, redact(body, people))
    text = cut(whole)
    found = signature(text)
    created, date_from = _date(post, now)
    return Document(
        id=identity(post.source, post.native_id),
        source=post.source,
        native_id=post.native_id,
        kind=post.kind,
        title=title,
        text=text,
        person=pseudonym(post.author or "", key),
        created_at=created,
        first_seen=now,
        date_from=date_from,
        url=post.url,
        thread=post.thread,
        reply_to=post.reply_to,
        likes=post.likes,
        views=post.views,
        metric=post.metric,
        score=post.score,
        fingerprint=found.fingerprint,
        minhash=found.minhash,
        bands=found.bands,
        truncated=truncated or len(whole) > LIMIT,
    )


def _with_title(title: str, body: str) -> str:
    """Put a title over its text, unless the text begins with it."""
    if not title or body.startswith(title):
        return body
    return f"{title}\n\n{body}" if body else title


def identity(source: str, native_id: str) -> str:
    """Return the id of the document that is made of a post: its source and its native id there, nothing else."""
    name = f"{source}\0{native_id}".encode("utf-8", "surrogatepass")
    return "d" + hashlib.blake2b(name, digest_size=10).hexdigest()


def _date(post: Post, now: datetime) -> tuple[datetime, str]:
    if post.created_at is None:
        return now, "first-seen"
    created = post.created_at if post.created_at.tzinfo else post.created_at.replace(tzinfo=UTC)
    return (now, "first-seen") if created - now > FUTURE else (created, post.date_from)
