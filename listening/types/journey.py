"""The customer's journey as its owners drew it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One place where customer and company meet; `examples` are a few phrases that belong there.

    `channels` are by which ways they meet there, in the company's own words ("app", "shop", "phone").
    """

    id: str
    name: str
    stage: str
    description: str = ""
    examples: tuple[str, ...] = ()
    owner: str = ""
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of the journey; `assumed_emotion` (-2..2) is what the owners drew before they listened."""

    id: str
    name: str
    description: str = ""
    examples: tuple[str, ...] = ()
    assumed_emotion: float | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Persona:
    """One of at most three kinds of customer that the map is drawn for.

    `examples` are phrases by which such a customer is known ("my first one"); where a post has none, nobody guesses.
    """

    id: str
    name: str
    description: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """A person or department that answers for a part of the map, and how they want to hear of it.

    `digest` is "daily" (each night with news) or "weekly". `sensitivity` overrides the map's; "" keeps it. `channels`
    are "mail", "webhook ADDRESS" or "apprise ADDRESS". Where not `enabled`, the next in line hears instead. `follows`
    are stages of which they hear too, whoever owns them.
    """

    id: str
    name: str
    email: str
    department: str = ""
    digest: str = "daily"
    sensitivity: str = ""
    channels: tuple[str, ...] = ("mail",)
    enabled: bool = True
    follows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JourneyMap:
    """The map: stages in order, touchpoints, personas and owners; `fallback_owner` gets what nobody owns.

    A touchpoint's or owner's id is for ever; names may change.
    """

    id: str
    name: str
    stages: tuple[Stage, ...]
    touchpoints: tuple[Touchpoint, ...] = ()
    personas: tuple[Persona, ...] = ()
    owners: tuple[Owner, ...] = ()
    fallback_owner: str = ""
    review_months: int = 3  # how often the map is reviewed
