"""What an owner or operator set: configs/*.toml and the environment, read once into one frozen Settings."""

from listening.settings.installation import Settings
from listening.settings.journey_file import MOST_PERSONAS
from listening.settings.journey_writer import journey_text, parse_journey, write_journey
from listening.settings.load import factor_key, load, pseudonym_key, web_secret
from listening.settings.maps import is_map_id
from listening.settings.sources_writer import source_block, write_source
from listening.settings.table import (
    AlertSettings,
    MailSettings,
    NightSettings,
    OidcSettings,
    ReadingSettings,
    StoreSettings,
    WebSettings,
)

__all__ = [
    "MOST_PERSONAS",
    "AlertSettings",
    "MailSettings",
    "NightSettings",
    "OidcSettings",
    "ReadingSettings",
    "Settings",
    "StoreSettings",
    "WebSettings",
    "factor_key",
    "is_map_id",
    "journey_text",
    "load",
    "parse_journey",
    "pseudonym_key",
    "source_block",
    "web_secret",
    "write_journey",
    "write_source",
]
