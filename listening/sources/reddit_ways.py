"""The three ways to Reddit's words, and which of them is open: the operator's key, their own feed token, an archive."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from listening.errors import SourceRefused

KEYS = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET")
USER, TOKEN = "REDDIT_USER", "REDDIT_RSS_TOKEN"
SITE = "https://www.reddit.com"
API = "https://oauth.reddit.com"
SEARCH = "?"  # before a search's words where places are named: no subreddit begins so


class Lost(SourceRefused):
    """One subreddit, search or thread cannot be read; the others can."""

    id = "reddit-lost"


@dataclass(frozen=True, slots=True)
class Way:
    """The way that is open: `name` is "key", "feed" or "archive"; `why` tells the reason, `mend` what is better."""

    name: str
    why: str
    mend: str = ""


def way(secrets: Mapping[str, str]) -> Way:
    """Return the best way that these secrets open."""
    no_key = _missing(secrets, KEYS)
    if not no_key:
        return Way("key", f"{KEYS[0]} and {KEYS[1]} are set: whole threads, searches, and deletions followed")
    no_token = _missing(secrets, (USER, TOKEN))
    key = "ask Reddit for a script app at reddit.com/prefs/apps"
    if not no_token:
        told = (
            f"{no_key} not set, but {USER} and {TOKEN} are: the newest posts and comments as your own feeds show them"
        )
        return Way("feed", told, f"{key}: only with it are deletions followed and long threads whole")
    token = f"set {USER} and {TOKEN} from reddit.com/prefs/feeds"
    told = f"{no_key} not set, nor {no_token}: only archives that you import"
    return Way("archive", told, f"{key}, or {token}, or use `listening import`")


def _missing(secrets: Mapping[str, str], names: tuple[str, ...]) -> str:
    return " and ".join(name for name in names if not secrets.get(name))


def reddit_agent(secrets: Mapping[str, str], contact: str) -> str:
    """Who we are, in the form that Reddit asks for: platform:app:version (by /u/user)."""
    try:
        number = version("listening")
    except PackageNotFoundError:
        number = "0"
    user = secrets.get(USER, "").removeprefix("/").removeprefix("u/")
    whom = f"by /u/{user}" if user else f"+{contact}" if contact else ""
    whom = "".join(sign for sign in whom if sign.isascii() and sign.isprintable())
    return f"{sys.platform}:listening:v{number}" + (f" ({whom})" if whom else "")
