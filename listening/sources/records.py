"""Reads one record of an export (a line of JSONL, a row of a table) as a post, whatever its columns are called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

from listening.errors import InputError
from listening.sources.dates import find_date, read_moment
from listening.sources.importer_layout import FIELDS, MEASURES, STARS, Layout, plain, shapes
from listening.types import BodyFormat, Post, PostKind

Record = Mapping[str, object]

GONE = frozenset({"[deleted]", "[removed]", "[deleted by user]"})
REDDIT = "https://www.reddit.com"
NPS_MOST = 10
_SCALE = re.compile(  # 9 | 4/5 | 4 out of 5 | 80 % | 9 - very likely | 10 (extremely likely) | 5 stars
    r"(-?\d+(?:[.,]\d+)?)\s*"
    r"(?:/\s*\d+|(?:out of|von|of|sur|de)\s*\d+|%|stars?|sterne?|★|\(.*\)|[-\u2013\u2014:=]\s*\D.*)?",
    re.IGNORECASE | re.DOTALL,
)
_STARS = re.compile(r"[★⭐]+[☆\ufe0f\s]*")
_FAULT = re.compile(r"#(?:NAME\?|VALUE!|REF!|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_EXCEL = datetime(1899, 12, 30, tzinfo=UTC)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")  # days of Excel's calendar, 1927 to 2173
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d{2})(?!\d)")
_CSAT_WORDS: Mapping[str, float | None] = {  # of help desks that ask for one of two; who was asked and said nothing
    **dict.fromkeys(("good", "satisfied", "happy", "gut"), 100.0),
    **dict.fromkeys(("bad", "unsatisfied", "dissatisfied", "unhappy", "schlecht"), 0.0),
    **dict.fromkeys(("offered", "unoffered", "not offered", "-"), None),
}
_YEARLESS = datetime(2070, 1, 1, tzinfo=UTC)  # against which years of two digits are read: an export has no "today"
_MONTHS = 12


def read_record(record: Record, *, source: str, kind: PostKind, layout: Layout | None = None) -> Post | None:
    """Return the post in a record; None where it is not wanted or its words were deleted.

    Raises InputError without file and line.
    """
    cells = Cells(record, layout or Layout())
    if not cells.wanted():
        return None
    column, body = cells.words()
    title = cells.text("title")
    if body in GONE:
        return None
    metric, score = _score(cells, kind)
    if not body and not title and score is None:
        declared = " or ".join(map(repr, cells.layout.columns.get("text", ())))
        known = declared or f"name the column with the words one of {', '.join(FIELDS['text'].names)}"
        raise InputError("there are no words in it", f"look at {known}" if declared else known)
    author = cells.text("author")
    return Post(
        source=source,
        native_id=cells.text("id") or _made_id(cells, body, title, "" if score is None else f"{score:g}"),
        kind=kind,
        body=body,
        format=_format(cells, column),
        title=title,
        author=author if author and author not in GONE else None,
        created_at=_moment(cells, "created_at"),
        edited_at=_moment(cells, "edited_at"),
        date_from="file",
        url=_url(cells),
        thread=cells.text("thread"),
        reply_to=cells.text("reply_to") or None,
        likes=_likes(cells, kind),
        views=int(_number(*cells.first("views")) or 0),
        metric=metric,
        score=score,
    )


def has_made_id(post: Post) -> bool:
    """Return True where the record had no id, and one was made from its words."""
    return bool(re.fullmatch(r"x[0-9a-f]{24}", post.native_id))


class Cells:
    """One record's values, by our fields: of the declared columns, else of those with the usual names."""

    def __init__(self, record: Record, layout: Layout) -> None:
        self.layout = layout
        self._record = record
        self._claimed = layout.claimed()
        named = [(shapes(str(name)), value) for name, value in record.items() if name is not None]
        self._values = {names[-1]: value for names, value in reversed(named)} | {n[0]: value for n, value in named}

    def first(self, field: str, names: Sequence[str] = ()) -> tuple[str, str]:
        """Return a field's first column that holds something, and what it holds. `names` replace the usual ones."""
        columns = self._columns(field, names)
        return next(((column, shown) for column in columns if (shown := self._shown(column))), ("", ""))

    def text(self, field: str) -> str:
        """Return what a field holds, "" where nothing."""
        return self.first(field)[1]

    def words(self) -> tuple[str, str]:
        """Return the column of the words, and the words; declared columns are put below each other."""
        if declared := self.layout.columns.get("text", ()):
            return declared[0], "\n\n".join(shown for column in declared if (shown := self._shown(column)))
        return self.first("text")

    def day(self, field: str) -> tuple[str, str]:
        """Return the column of a date, and the date; declared columns (a day, a time) are put together."""
        if declared := self.layout.columns.get(field, ()):
            return declared[0], " ".join(shown for column in declared if (shown := self._shown(column)))
        return self.first(field)

    def wanted(self) -> bool:
        """Return True where the record has one of the wanted values in each column that `only` names."""
        rules = self.layout.only.items()
        return all(plain(_text(self._value(column), flags=True)) in values for column, values in rules)

    def votes(self) -> tuple[int, int]:
        """Return (1, 0) where the record's date must have its day first, (0, 1) for its month, else (0, 0)."""
        found = _NUMBERS.search(self.day("created_at")[1])
        if not found:
            return 0, 0
        return int(int(found[1]) > _MONTHS), int(int(found[3]) > _MONTHS)

    def _columns(self, field: str, names: Sequence[str]) -> Sequence[str]:
        if field in self.layout.columns:
            return self.layout.columns[field]
        return [name for name in names or FIELDS[field].names if name not in self._claimed]

    def _shown(self, column: str) -> str:
        value = self._value(column)
        shown = _text(value) if value is not None else ""
        if shown.startswith("#") and _FAULT.fullmatch(shown):
            raise InputError(f"{column} holds {shown}, a spreadsheet's error", "mend the cell and export it again")
        return "" if shown == "#N/A" else shown

    def _value(self, column: str) -> object:
        """Return a column's value; in JSON `requester.name` is the name inside the requester."""
        if (key := plain(column)) in self._values:
            return self._values[key]
        if "." not in column:
            return None
        found: object = self._record
        for step in column.split("."):
            found = _inside(found, step)
        return found


def _inside(found: object, step: str) -> object:
    if isinstance(found, list):
        return [_inside(one, step) for one in found]
    return found.get(step) if isinstance(found, dict) else None


def _text(value: object, *, flags: bool = False) -> str:
    """Return a value as text: numbers without a needless .0, dates as ISO, lists below each other."""
    if isinstance(value, bool):
        return str(value) if flags else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() and not value.tzinfo else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list):
        return "\n\n".join(shown for one in value if (shown := _text(one)))
    return str(value).strip() if isinstance(value, str | int | float | timedelta) else ""


# --- dates


def _moment(cells: Cells, field: str) -> datetime | None:
    column, shown = cells.day(field)
    if not shown:
        return None
    try:
        return _when(shown, column, cells.layout)
    except InputError:
        if field == "edited_at":
            return None
        raise


def _when(shown: str, column: str, layout: Layout) -> datetime:
    """Return the moment that a cell shows. Raises InputError where it shows none, or could mean two days."""
    if _SERIAL.fullmatch(shown):
        return (_EXCEL + timedelta(days=float(shown))).replace(tzinfo=layout.zone).astimezone(UTC)
    for form in layout.date_formats:
        with suppress(ValueError):
            declared = datetime.strptime(shown, form)  # noqa: DTZ007 -- the zone is added on the next line
            return (declared if declared.tzinfo else declared.replace(tzinfo=layout.zone)).astimezone(UTC)
    two = _NUMBERS.search(shown)
    unsure = two and two[1] != two[3] and max(int(two[1]), int(two[3])) <= _MONTHS
    if unsure and layout.day_first is None and read_moment(shown) is None:
        raise InputError(
            f"{column} {shown[:40]!r} can mean two days", 'declare its shape, such as date_formats = ["%d/%m/%Y"]'
        )
    found = find_date(shown[:100], now=_YEARLESS, zone=layout.zone, day_first=layout.day_first)
    dated = two or re.search(r"(?<!\d)(?:19|20)\d\d|\d{9,13}|[-. ]\d\d(?!\d)", shown)
    if found is None or found.exact == "relative" or not dated:
        raise InputError(
            f"{column} {shown[:40]!r} is no date", "write it as 2026-03-02T14:05:00Z or in seconds since 1970"
        )
    return found.moment


# --- numbers


def _number(column: str, shown: str) -> float | None:
    if not shown:
        return None
    try:
        found = float(shown.replace(",", ".") if shown.count(",") == 1 and "." not in shown else shown)
    except ValueError as error:
        raise InputError(f"{column} {shown[:40]!r} is no number", "write it in digits, or leave it empty") from error
    if found != found or found in (float("inf"), float("-inf")):  # noqa: PLR0124 -- NaN is the number unlike itself
        raise InputError(f"{column} {shown[:40]!r} is no number", "write it in digits, or leave it empty")
    return found


def _score(cells: Cells, kind: PostKind) -> tuple[str | None, float | None]:
    """Return a record's measure and score: of declared columns, of one called nps, csat or ces, or of `score`."""
    said = (cells.layout.metric or cells.text("metric")).casefold() or None
    if "score" not in cells.layout.columns:
        for measure, names in MEASURES.items():
            column, shown = cells.first("", names)
            if shown:
                return measure, _measured(column, shown, measure)
    if "score" not in cells.layout.columns and kind not in (PostKind.SURVEY, PostKind.REVIEW) and not said:
        return None, None
    metric = said or ("rating" if kind is PostKind.REVIEW else "nps")
    column, shown = cells.first("score", STARS if kind is PostKind.REVIEW else ())
    metric = "rating" if column == "rating" and not said else metric
    return (metric, _measured(column, shown, metric)) if shown else (said, None)


def _measured(column: str, shown: str, metric: str) -> float | None:
    """Return a score that was written as a number, as a place on a scale, or in stars."""
    if _STARS.fullmatch(shown):
        return float(len(re.findall(r"[★⭐]", shown)))
    if metric == "csat" and shown.casefold() in _CSAT_WORDS:
        return _CSAT_WORDS[shown.casefold()]
    place = _SCALE.fullmatch(shown)
    score = _number(column, place[1] if place else shown)
    if metric == "nps" and score is not None and not 0 <= score <= NPS_MOST:
        raise InputError(
            f"{column} {shown[:40]!r} is no NPS answer (0 to 10)", 'say what it measures, such as metric = "csat"'
        )
    return score


def _likes(cells: Cells, kind: PostKind) -> int:
    """Likes; on Reddit and forums `score` is what readers gave, unless it is declared as a score."""
    readers = () if kind.inside or "score" in cells.layout.columns else ("score",)
    return max(0, int(_number(*cells.first("likes", (*FIELDS["likes"].names, *readers))) or 0))


# --- the rest


def _url(cells: Cells) -> str:
    url = cells.text("url")
    return REDDIT + url if url.startswith("/r/") else url


def _format(cells: Cells, column: str) -> BodyFormat:
    said = cells.first("", ("format",))[1].casefold()
    if said in set(BodyFormat):
        return BodyFormat(said)
    return BodyFormat.MARKDOWN if column == "selftext" else BodyFormat.TEXT


def _made_id(cells: Cells, body: str, title: str, score: str) -> str:
    """Return an id made of all that a record tells, for those that bring none."""
    told = [body, title, cells.day("created_at")[1], cells.text("author"), *([score] if score else [])]
    return "x" + hashlib.blake2b("\0".join(told).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
