"""How we behave at other people's sites: pauses, patience, and saying who we are."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True, slots=True)
class Manners:
    """How we behave at a source's hosts. Times in seconds, `allow_hosts` are of the operator's own network."""

    gap: float = 1.0
    allow_hosts: tuple[str, ...] = ()
    contact: str = ""
    tries: int = 3
    retry_wait: float = 1.0  # before the second try; doubles with each
    longest_wait: float = 120.0  # a host that asks for more is left for tonight
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    total_timeout: float = 60.0  # for one page in all its tries, without the pauses between them
    visit_timeout: float = 10_800.0  # for all pages of one night; what is left comes next night
    max_bytes: int = 15_000_000


def user_agent(contact: str) -> str:
    """Who we are, and whom to write to."""
    try:
        number = version("listening")
    except PackageNotFoundError:
        number = "0"
    contact = "".join(sign for sign in contact if sign.isascii() and sign.isprintable()).strip()
    return f"listening/{number} (+{contact})" if contact else f"listening/{number}"
