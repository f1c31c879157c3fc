"""All settings of one installation, and which of its journey maps is in hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from listening.errors import NotFound
from listening.settings.maps import map_path
from listening.settings.table import (
    AlertSettings,
    MailSettings,
    NamerSettings,
    NightSettings,
    OidcSettings,
    ReadingSettings,
    StoreSettings,
    TicketSettings,
    WebhookSettings,
    WebSettings,
)
from listening.types import Ears, JourneyMap, SourceConfig, Swaps


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one installation; `root` is the folder that relative paths start from.

    `journey` is the map in hand, `maps` are all of them, the first one first; see `on`.
    """

    root: Path
    config: Path
    store: StoreSettings
    night: NightSettings
    reading: ReadingSettings
    alerts: AlertSettings
    mail: MailSettings
    sources: tuple[SourceConfig, ...]
    journey: JourneyMap
    web: WebSettings = field(default_factory=WebSettings)
    oidc: OidcSettings = field(default_factory=OidcSettings)
    webhook: WebhookSettings = field(default_factory=WebhookSettings)
    tickets: TicketSettings = field(default_factory=TicketSettings)
    namer: NamerSettings = field(default_factory=NamerSettings)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    maps: tuple[JourneyMap, ...] = ()

    def __post_init__(self) -> None:
        """Put the map in hand, as it stands now, among the maps; without any other it is the only one."""
        hand = self.journey
        known = tuple(hand if one.id == hand.id else one for one in self.maps)
        object.__setattr__(self, "maps", known if hand in known else (hand,))

    def on(self, map_id: str) -> Settings:
        """Return the same settings with another map in hand. Raises `NotFound` that names the maps."""
        found = next((one for one in self.maps if one.id == map_id), None)
        if found is None:
            known = ", ".join(one.id for one in self.maps)
            raise NotFound(f"no map {map_id!r}", f"use one of {known}; `listening maps list` shows them")
        return replace(self, journey=found)

    @property
    def on_first(self) -> bool:
        """True where the first map, that of journey.toml, is in hand."""
        return self.journey.id == self.maps[0].id

    @property
    def called(self) -> tuple[str, str]:
        """The id and name of the map in hand where there are several, else nothing: then it need not be said."""
        return (self.journey.id, self.journey.name) if len(self.maps) > 1 else ("", "")

    @property
    def map_file(self) -> Path:
        """The file in which the map in hand stands."""
        return map_path(self.config, self.journey.id, first=self.on_first)

    @property
    def ears(self) -> Ears:
        """Whose posts the map in hand hears."""
        mine, first = self.journey.id, self.maps[0].id
        if mine == first:
            return Ears(tuple(one.name for one in self.sources if (one.map or first) != first))
        return Ears(tuple(one.name for one in self.sources if one.map == mine), others=False)

    @property
    def heard(self) -> tuple[SourceConfig, ...]:
        """The sources of the map in hand."""
        return tuple(one for one in self.sources if self.ears.hears(one.name))

    @property
    def var(self) -> Path:
        """The folder for what the program makes."""
        return self.root / self.store.var

    @property
    def database_url(self) -> str:
        """The store's URL."""
        return self.store.database_url or f"sqlite:///{self.var / 'listening.db'}"

    @property
    def swaps(self) -> Swaps:
        """The models put in the place of the reader's own."""
        reading = self.reading
        return Swaps(self.root, reading.sentiment, reading.sentiment_labels, reading.encoder)

    @property
    def models(self) -> Path:
        """The shelf of models: the one set, the checkout's, or the one inside the installed package."""
        if self.reading.models:
            return self.root / self.reading.models
        package = Path(__file__).resolve().parent.parent
        beside = package.parent / "models"
        return beside if (beside / "manifest.toml").is_file() else package / "models"

    def source(self, name: str) -> SourceConfig | None:
        """The source of that name."""
        return next((s for s in self.sources if s.name == name), None)
