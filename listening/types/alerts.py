"""Mails to owners, and how they travel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from listening.types.emergence import Emergence, Sight
from listening.types.journey import Owner
from listening.types.measures import Interval, Measures
from listening.types.pain_points import Quote


@dataclass(frozen=True, slots=True)
class AlertItem:
    """One pain point inside an alert: why it speaks, its numbers and what customers said."""

    pain_point_id: str
    name: str
    stage: str
    touchpoint: str
    emergence: Emergence
    quotes: tuple[Quote, ...]
    trend: tuple[int, ...]  # distinct people a week, oldest first
    thread: tuple[str, ...] = ()  # ids of the earlier alerts in which this owner heard of it, oldest first
    measures: Measures | None = None  # of the four weeks to the night
    rate: Interval | None = None  # people per 1,000 posts in these weeks
    map: str = ""  # the id of its map and the map's name, where there are several maps
    map_name: str = ""


@dataclass(frozen=True, slots=True)
class SightItem:
    """One touchpoint inside an alert that went blind, or is seen again."""

    sight: Sight
    name: str
    stage: str
    map: str = ""  # as of an item
    map_name: str = ""
    told: str = ""  # under which name the store remembers that it was told; "" for that of the first map


@dataclass(frozen=True, slots=True)
class Reminder:
    """One day inside an alert that comes near ("due") or has passed ("late"): a review's, or a pain point's."""

    kind: str
    day: date
    name: str  # of the pain point, or what is to be reviewed
    sentence: str
    told: str  # under which name the store remembers that it was told
    about: str = ""  # the pain point; "" of a review
    map: str = ""  # as of an item
    map_name: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One mail to one owner for one night; `id` fixes its Message-ID for ever."""

    id: str
    owner: Owner
    night: date
    items: tuple[AlertItem, ...]
    not_seen: tuple[str, ...] = ()  # sentences: what we could not see tonight
    channel: str = "mail"  # or "webhook ADDRESS", "apprise ADDRESS"
    subject: str = ""  # of a mail that is no night's alert: a comment
    note: str = ""  # its words
    about: str = ""  # the pain point that it is about
    named: str = ""  # and its name, which goes where it was made of the words of somebody who is forgotten
    sights: tuple[SightItem, ...] = ()  # touchpoints that went blind or are seen again
    map: str = ""  # the id of the map on which the owner stands; items may be of others too
    reminders: tuple[Reminder, ...] = ()

    @property
    def title(self) -> str:
        """The subject of a mail of its own kind, with the name of what it is about; "" of a night's alert."""
        return f"{self.subject}: {self.named}" if self.named else self.subject


@dataclass(frozen=True, slots=True)
class Smtp:
    """How to reach a mail server; `security` is "none", "starttls" or "tls"."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = "listening@localhost"
    timeout: float = 30.0
