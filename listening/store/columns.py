"""How values lie in a column, the same on both databases: times in UTC, clean text, JSON without NaN, embeddings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, cast

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from listening.types import Vector

# Neither is text to Postgres: a NUL, and half of a surrogate pair. One sign for one sign keeps all offsets true.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_INSTEAD = "\ufffd"

# Both databases sort text by code point: SQLite always does, Postgres when told so.
PLAIN_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def clean_text(text: str) -> str:
    """Return the text with each NUL and lone surrogate replaced by U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return _NO_TEXT.sub(_INSTEAD, text)


def clean_json(value: object) -> Json:
    """Return the value with clean texts and with tuples as lists; anything that JSON does not know is a TypeError."""
    if isinstance(value, str):
        return clean_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [clean_json(one) for one in value]
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_json(one) for key, one in value.items()}
    raise TypeError(f"{type(value).__name__} is no JSON")


def cleaned(value: str | None) -> str | None:
    """Return the text as `clean_text` does, and nothing as nothing."""
    return None if value is None else clean_text(value)


def all_clean(texts: Iterable[object]) -> bool:
    """Return True where all are texts that `cleaned` would leave as they are: one look at all costs less than each."""
    try:
        whole = "".join(cast("Iterable[str]", texts))
    except TypeError:  # there is None among them
        return False
    return whole.isascii() and "\0" not in whole


class CleanText(TypeDecorator[str]):
    """Text without NUL and lone surrogates."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Sort by code point on both databases."""
        return dialect.type_descriptor(PLAIN_TEXT)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's signature
        """Clean on the way in."""
        return cleaned(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:  # noqa: ARG002  SQLAlchemy's signature
        """Clean on the way in, without the two calls that SQLAlchemy would make around it: most values are texts."""
        return cleaned


class Utc(TypeDecorator[datetime]):
    """A moment in UTC: SQLite drops zones, so they are put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: nobody could say when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Write SQLite's text at once: SQLAlchemy's own way there takes ten times as long, and each post has two."""
        return _moment_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Read SQLite's text at once, for the same reason: a night reads a hundred thousand."""
        return _moment if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _moment_text(value: datetime | None) -> str | None:
    """Return a moment as SQLite's columns hold it; refuses what `Utc` refuses."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a time without a zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment(text: str | None) -> datetime | None:
    """Return the moment that SQLite's text tells."""
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class JsonText(TypeDecorator[Any]):
    """JSON as text, the same bytes on both databases; NaN and infinity are refused."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's signature
        """Write compact JSON."""
        if value is None:
            return None
        return json.dumps(clean_json(value), allow_nan=False, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Json:  # noqa: ARG002  SQLAlchemy's signature
        """Read it back."""
        return _parsed(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002  SQLAlchemy's signature
        """Read it back without the calls that SQLAlchemy would make around it: a pain point has four."""
        return _parsed


def _parsed(text: str | None) -> Json:
    if text == "[]":  # often: nothing is said
        return []
    return None if text is None else cast("Json", json.loads(text))


class Half(TypeDecorator[Vector]):
    """An embedding: float16 in the column, a float32 vector of length one outside. Shape (n,)."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: NDArray[np.floating[Any]] | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002  SQLAlchemy's signature
        """Halve the precision: 2 bytes a number are plenty for a cosine."""
        return None if value is None else np.asarray(value, dtype="<f2").tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Vector | None:  # noqa: ARG002  SQLAlchemy's signature
        """Stretch to length one again, which rounding had changed a little."""
        if value is None:
            return None
        vector = np.frombuffer(value, dtype="<f2").astype(np.float32)
        length = float(np.linalg.norm(vector))
        return vector / np.float32(length) if length else vector


class Single(TypeDecorator[Vector]):
    """A centroid: float32, bit for bit. Shape (n,)."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: NDArray[np.floating[Any]] | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002  SQLAlchemy's signature
        """Write four bytes a number."""
        return None if value is None else np.asarray(value, dtype="<f4").tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Vector | None:  # noqa: ARG002  SQLAlchemy's signature
        """Read them back."""
        return None if value is None else np.frombuffer(value, dtype="<f4").astype(np.float32)


def text_column(name: str, *constraints: sa.ForeignKey) -> sa.Column[str]:
    """Return a column of clean text that is never null and empty where nothing is said."""
    return sa.Column(name, CleanText, *constraints, nullable=False, server_default="")
