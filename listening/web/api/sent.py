"""What programs send: unknown fields are refused, lengths have an end."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from listening.web.days import FIRST, LAST, read_day
from listening.web.demo_world import Wish


def _as_written(day: object) -> object:
    """Refuse what is no day as ISO 8601 writes it: a number would be taken for seconds since 1970."""
    if not isinstance(day, str) or read_day(day) is None:
        raise ValueError(f"a day is written as YYYY-MM-DD, from {FIRST} to {LAST}")
    return day


Word = Annotated[str, Field(max_length=300)]
Day = Annotated[date, BeforeValidator(_as_written)]
Rating = Annotated[int | None, Field(ge=1, le=5, strict=True)]


class Sent(BaseModel):
    """Something sent; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Assignment(Sent):
    """To whom, and how it is rated from 1 to 5."""

    owner: Word
    importance: Rating = None
    cost: Rating = None
    ease: Rating = None


class Name(Sent):
    """What it is called from now on."""

    name: Word


class Into(Sent):
    """The pain point that stays."""

    into: Word


class Passages(Sent):
    """The passages that are another pain."""

    passages: Annotated[list[Word], Field(min_length=1, max_length=1000)]


class OnePassage(Sent):
    """The passage that does not belong there."""

    passage: Word


class On(Sent):
    """The day on which it was mended."""

    on: Day


class Until(Sent):
    """The last day of the silence."""

    until: Day


class Address(Sent):
    """An address, and under which name it is kept; "" lets us choose."""

    url: Annotated[str, Field(max_length=2000)]
    name: Word = ""


class Author(Sent):
    """An author's name as the site shows it; "" as source means everywhere."""

    author: Annotated[str, Field(min_length=1, max_length=300)]
    source: Word = ""


class Person(Sent):
    """Somebody who may sign in."""

    name: Word
    password: Annotated[str, Field(max_length=256)]
    role: Word = "viewer"
    owner: Word = ""
    email: Word = ""


class Role(Sent):
    """What somebody may do, and who they are on the map."""

    role: Word
    owner: Word = ""


class Password(Sent):
    """A new password."""

    password: Annotated[str, Field(max_length=256)]


class Ratings(Sent):
    """How it is rated from 1 to 5; what is left out is emptied."""

    importance: Rating = None
    cost: Rating = None
    ease: Rating = None


class Status(Sent):
    """How it goes with it: open, planned, doing, done, watch, holds, came_back or wont."""

    status: Word


class Due(Sent):
    """Its day, or none."""

    due: Day | None


class Place(Sent):
    """Where it stands on the map."""

    stage: Word
    touchpoint: Annotated[str | None, Field(max_length=300)] = None


class Comment(Sent):
    """What is said; each @owner gets a mail."""

    text: Annotated[str, Field(min_length=1, max_length=5000)]


class LedgerKey(Sent):
    """The change that is taken back, by its key in the history."""

    key: Word


class GoalSent(Sent):
    """A SMART goal; the baseline is measured by us."""

    specific: Annotated[str, Field(max_length=1000)] = ""
    metric: Word = ""
    target: Annotated[float | None, Field(allow_inf_nan=False, strict=True)] = None
    due: Day | None = None
    stage: Word = ""


class ReviewStamp(Sent):
    """That the map was reviewed for a period."""

    since: Day
    until: Day
    note: Annotated[str, Field(max_length=5000)] = ""


class MapText(Sent):
    """The map as a journey.toml."""

    text: Annotated[str, Field(min_length=1, max_length=500_000)]
    note: Word = ""


Words = Annotated[tuple[Word, ...], Field(max_length=100)]
Long = Annotated[str, Field(max_length=2000)]


class StageSent(Sent):
    """A stage as it shall stand; what is left out is emptied. `assumed_emotion` runs from -2 to 2."""

    name: Word
    description: Long = ""
    examples: Words = ()
    assumed_emotion: Annotated[float | None, Field(ge=-2, le=2, allow_inf_nan=False, strict=True)] = None
    owner: Word = ""


class TouchpointSent(Sent):
    """A touchpoint as it shall stand; what is left out is emptied."""

    name: Word
    stage: Word
    description: Long = ""
    examples: Words = ()
    owner: Word = ""
    channels: Words = ()


class OwnerSent(Sent):
    """An owner as they shall stand; what is left out is emptied."""

    name: Word
    email: Word
    department: Word = ""


class Subscription(Sent):
    """How an owner hears: "daily" or "weekly", how readily, and which stages they hear of beside their own."""

    digest: Annotated[str, Field(pattern="^(daily|weekly)$")] = "daily"
    sensitivity: Annotated[str, Field(pattern="^(low|medium|high)?$")] = ""
    follows: Words = ()


class PersonaSent(Sent):
    """A persona as it shall stand."""

    name: Word
    description: Long = ""
    examples: Words = ()


class Home(Sent):
    """Where the pain points of a touchpoint go that is taken off the map; "" leaves them waiting."""

    home: Word = ""


class About(Sent):
    """What a map says of itself: its name, every how many months it is reviewed, and who hears of what nobody owns."""

    name: Word
    review_months: Annotated[int, Field(ge=1, le=24)] = 3
    fallback_owner: Word = ""


class Shift(Sent):
    """By how many places a stage moves to the right, or to the left where it is negative."""

    by: Annotated[int, Field(ge=-50, le=50)]


class Rehoming(Sent):
    """The place that is gone, and the touchpoint or stage that gets its pain points."""

    lost: Word
    to: Word


class Accepted(Sent):
    """What a suggested touchpoint is called on the map, and in which stage it stands ("" where it was heard)."""

    name: Word
    stage: Word = ""


class NoPain(Sent):
    """One passage that is no pain, or "" for the whole pain point."""

    passage: Word = ""


class DemoWish(Sent):
    """What becomes of the demo world."""

    wanted: Wish
