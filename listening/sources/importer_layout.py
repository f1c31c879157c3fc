"""How an export is laid out: which of its columns holds what, as declared by its owner or by their usual names."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import lru_cache

from listening.errors import InputError, SettingsError
from listening.sources.importer_tools import names_over, rows_below
from listening.sources.options import Option, Options
from listening.types import SourceConfig


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that we keep of a record: what it is, and the names (parted by spaces) that its column usually has."""

    sentence: str
    usual: str

    @property
    def names(self) -> tuple[str, ...]:
        """Return the usual names."""
        return tuple(self.usual.split())


FIELDS: Mapping[str, Field] = {
    "text": Field(
        "What was written; several columns are put below each other",
        "text selftext body comment comments content message description verbatim feedback review review_text"
        " review_body review_content review_comment answer_text antwort"
        " free_text open_text satisfaction_comment"
        " kommentar freitext nachricht beschreibung bewertungstext commentaire",
    ),
    "title": Field("Its title or subject", "title subject summary headline review_title betreff titel"),
    "created_at": Field(
        "When it was written; a column of days and one of times are put together",
        "created_at created_utc created date timestamp time submitted_at published_at published recorded_date"
        " response_date review_date date_submitted submit_date date_created created_on created_date"
        " completed_at review_created review_created_at review_submit_date_and_time end_date at datum erstellt_am"
        " erstellt",
    ),
    "author": Field(
        "Who wrote it; kept as a pseudonym only",
        "author user username customer customer_id name respondent respondent_id requester requester_id user_id"
        " user_name contact_id person person_id person_email"
        " reviewer reviewer_name review_username nickname author_name email email_address"
        " e_mail kunde kundin kundennummer",
    ),
    "id": Field(
        "What tells it from all others, for ever; without it one is made from the words, the date and the author",
        "id native_id post_id comment_id ticket_id response_id review_id case_number issue_key uuid key antwort_id"
        " review_link",
    ),
    "metric": Field("What its score measures: nps, csat, ces, rating or another word", "metric measure survey_type"),
    "score": Field("The score that the customer gave", "score rating"),
    "edited_at": Field("When it was last changed", "edited_at updated_at"),
    "url": Field("Where it can be opened", "url permalink link source_url"),
    "thread": Field("What it belongs to", "thread thread_id topic_id conversation_id link_id submission_id"),
    "reply_to": Field("The id of what it answers", "reply_to in_reply_to parent_id"),
    "likes": Field("How many agree", "likes ups like_count upvotes helpful thumbs_up_count"),
    "views": Field("How often it was read", "views view_count"),
}
MEASURES: Mapping[str, tuple[str, ...]] = {
    "nps": ("nps", "nps_score", "net_promoter_score", "likelihood_to_recommend"),
    "csat": ("csat", "csat_score", "satisfaction_score"),
    "ces": ("ces", "ces_score", "customer_effort_score"),
}
STARS = ("rating", "stars", "star_rating", "review_rating", "review_stars", "score", "bewertung", "sterne")
_SCALE_OR_ZONE = re.compile(
    r"\s*[(\[](?:utc|gmt|cet|est|local|optional|required|pflichtfeld|[^a-z()\[\]]*\d[^()\[\]]{0,20})[)\]]\s*$",
    re.IGNORECASE,
)
HEAD_ROWS = 20  # rows that are searched for the header
LAYOUT_OPTIONS: Mapping[str, Option] = {
    "metric": Option("", "What its scores measure: nps, csat, ces, rating or another word; else by the column's name"),
    "timezone": Option("UTC", "The zone of its dates where they name none"),
    "date_formats": Option((), "How its dates are written, as strptime formats; ISO and common forms need none"),
    "header_row": Option(0, "The line of the column names, the last one where there are several; 0 finds it"),
    "sheet": Option("", "Which sheet of a workbook; without it all whose columns are known"),
    "only": Option((), "Only records with these values, as column=value, such as author_role=end-user"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How one export is laid out. `columns` are the declared ones by field, `only` the wanted values by column.

    `day_first` tells how 3/4/2026 is meant; None where nothing told yet.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    metric: str = ""
    zone: tzinfo = UTC
    date_formats: tuple[str, ...] = ()
    header_row: int = 0
    sheet: str = ""
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    day_first: bool | None = None

    def declared(self) -> tuple[str, ...]:
        """Return all columns that were named, those of `only` too."""
        return (*(name for names in self.columns.values() for name in names), *self.only)

    def claimed(self) -> frozenset[str]:
        """Return the declared columns as plain names: they are never taken for another field."""
        return frozenset(plain(name) for names in self.columns.values() for name in names)


def layout_mistakes(config: SourceConfig) -> list[str]:
    """Return a sentence for each thing that a block says of its file's layout and that cannot be followed."""
    where = f"[sources.{config.name}]"
    if config.kind != "file":
        return [f"{where} columns: only kind 'file' has columns"] if config.columns else []
    options, wrong = Options(config, LAYOUT_OPTIONS), list[str]()
    for name in sorted(config.columns.keys() - FIELDS.keys()):
        near = difflib.get_close_matches(name, FIELDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"they are {', '.join(FIELDS)}"
        wrong.append(f"{where} columns.{name}: no such field; {hint}")
    rules = [rule.partition("=") for rule in options.words("only")]
    unruly = ["".join(rule) for rule in rules if not rule[0].strip() or not rule[1]]
    wrong += [f"{where} only: {rule!r} should be written as column=value" for rule in unruly]
    if _zone(options.text("timezone")) is None:
        wrong.append(f"{where} timezone: {options.text('timezone')!r} is no time zone; write it as Europe/Berlin")
    return wrong


def layout_of(config: SourceConfig) -> Layout:
    """Return the layout that a block of kind "file" declares. Raises SettingsError naming every mistake."""
    if wrong := layout_mistakes(config):
        raise SettingsError("; ".join(wrong), "mend the block")
    options = Options(config, LAYOUT_OPTIONS)
    only: dict[str, frozenset[str]] = {}
    for rule in options.words("only"):
        column, _, value = rule.partition("=")
        only[column.strip()] = only.get(column.strip(), frozenset()) | {plain(value)}
    return Layout(
        columns=config.columns,
        metric=options.text("metric").strip().casefold(),
        zone=_zone(options.text("timezone")) or UTC,
        date_formats=options.words("date_formats"),
        header_row=options.count("header_row"),
        sheet=options.text("sheet"),
        only=only,
    )


def _zone(name: str) -> tzinfo | None:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a column's name without what differs for no reason: "Created At", "createdAt" are created_at."""
    name = re.sub(r"(?<=[a-z\d])(?=[A-Z])", " ", name.replace("\ufeff", "").strip())
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_") or name.casefold()


@lru_cache(maxsize=4096)
def shapes(name: str) -> tuple[str, ...]:
    """Return a column's plain name, and the one without its scale or zone: "Score (0-10)" is score too."""
    whole, bare = plain(name), plain(_SCALE_OR_ZONE.sub("", name))
    return (whole,) if bare in (whole, "") else (whole, bare)


# --- the header


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, and the place of the header's last row among the rows that were searched."""

    names: tuple[str, ...]
    last: int


def find_header(lines: Sequence[int], rows: Sequence[Sequence[str]], layout: Layout) -> Header | InputError:
    """Find the header in a table's first rows, below titles and over two rows where cells were merged.

    `lines` are the rows' lines in the file. An InputError says which column is missing.
    """
    if layout.header_row:
        found = [_header(rows, at, layout) for at, line in enumerate(lines) if line == layout.header_row]
    else:
        found = [_candidate(rows, at, layout) for at in range(len(rows)) if any(rows[at])]
    known = [header for header in found if knows_a_column(header.names, layout)]
    whole = [header for header in known if not _missing(header.names, layout)]
    if whole:
        return whole[0]
    if known or (layout.declared() and found):
        best = min(known or found, key=lambda header: len(_missing(header.names, layout)))
        return _no_column(_missing(best.names, layout), best.names)
    return InputError(
        "the first line names no column that we know",
        "head the words with text and the score with score, or declare which column is what",
    )


def knows_a_column(names: Collection[str], layout: Layout) -> bool:
    """Return True where a header names at least one column that can hold words or a score."""
    told = {shape for name in names for shape in shapes(name)}
    wanted = {plain(column) for field_ in ("text", "title", "score") for column in layout.columns.get(field_, ())}
    usual = {
        name for field_ in ("text", "title", "score") if field_ not in layout.columns for name in FIELDS[field_].names
    }
    return bool(told & (wanted | usual | {name for names_ in MEASURES.values() for name in names_}))


def _candidate(rows: Sequence[Sequence[str]], at: int, layout: Layout) -> Header:
    """Name the columns by this row, and by what a survey tool or merged cells put below it."""
    if more := rows_below(rows, at):
        names = names_over(rows[at], rows[at + 1]) if more == 1 else list(rows[at])
        return Header(tuple(names), at + more)
    return _header(rows, _last_of(rows, at, layout), layout)


def _header(rows: Sequence[Sequence[str]], at: int, layout: Layout) -> Header:
    """Name the columns by one row; where it is blank by the row above it, and where that is needed by both."""
    above = list(rows[at - 1]) if at else []
    row = list(rows[at]) + [""] * (len(above) - len(rows[at]))
    above += [""] * (len(row) - len(above))
    own = [name or over for name, over in zip(row, above, strict=True)]
    wanted = {plain(name) for name in layout.declared()}
    names: list[str] = []
    for name, group in zip(own, _filled(above), strict=True):
        both = f"{group} / {name}" if group and group != name else name
        label = both if plain(both) in wanted or own.count(name) > 1 else name
        names.append(next(new for new in _numbered(label) if new not in names) if label else "")
    while names and not names[-1]:
        names.pop()
    return Header(tuple(names), at)


def _last_of(rows: Sequence[Sequence[str]], at: int, layout: Layout) -> int:
    """Return the row below where it only names what merged cells of this one leave open, such as NPS below Scores."""
    if at + 1 >= len(rows) or len(rows[at + 1]) > len(rows[at]):
        return at
    row, below = [*rows[at], ""], rows[at + 1]
    places = [place for place, cell in enumerate(below) if cell]
    opens = any(not row[place] and any(row[:place]) for place in places)
    beside = all(not row[place] or not row[place + 1] for place in places)
    words = all(not re.fullmatch(r"[\d.,:/\s%+-]+", below[place]) for place in places)
    names = not knows_a_column([row[place] for place in places], layout) or knows_a_column(below, layout)
    return at + 1 if opens and beside and words and names else at


def _filled(row: Sequence[str]) -> Iterator[str]:
    """Yield for each column the cell that was merged over it: itself, or the last one before it."""
    last = ""
    for cell in row:
        last = cell or last
        yield last


def _numbered(label: str) -> Iterator[str]:
    yield label
    yield from (f"{label} ({number})" for number in range(2, 10_000))


def _missing(names: Sequence[str], layout: Layout) -> list[str]:
    known = {plain(name) for name in names}
    return [name for name in layout.declared() if plain(name) not in known]


def _no_column(missing: Sequence[str], names: Sequence[str]) -> InputError:
    told = []
    for name in missing:
        near = difflib.get_close_matches(name, [known for known in names if known], n=1)
        told.append(f"{name!r}" + (f" (did you mean {near[0]!r}?)" if near else ""))
    return InputError(
        f"there is no column {' and no '.join(told)}", f"the file has {', '.join(name for name in names if name)[:400]}"
    )
