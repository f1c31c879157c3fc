"""Reads robots.txt as the standard says (RFC 9309): what we may open, and how long to pause between pages.

The longest fitting rule wins, and `Allow` wins a tie. Spelling mistakes, half a byte order mark, missing colons and
long lines are taken as Google's open parser takes them, for that is what site owners test their files with. Where it
and the standard disagree about percent-encoding, the stricter of the two counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

AGENT = "listening"  # the product token that site owners write into their robots.txt
MAX_BYTES = 512_000  # 500 KiB is the least a crawler must read; what follows is ignored
MAX_LINE = 16_663  # longer lines are cut, as Google's parser does

_BLANK = " \t\v\f"
_END = re.compile(r"\r\n|\r|\n")
_GAP = re.compile(r"[ \t]+")
_TOKEN = re.compile(r"[A-Za-z_-]*")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_RATE = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})\s*([smhd]?)", re.ASCII | re.IGNORECASE)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# A key is what it begins with: "Disallow-all" and "User-agent-name" are meant as they look.
_KEYS = {
    "user-agent": "agent",
    "useragent": "agent",
    "user agent": "agent",
    "allow": "allow",
    "disallow": "disallow",
    "dissallow": "disallow",
    "dissalow": "disallow",
    "disalow": "disallow",
    "diasllow": "disallow",
    "disallaw": "disallow",
    "crawl-delay": "delay",
    "request-rate": "rate",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One Allow or Disallow line: the text before each `*`, and whether the path must end where the pattern does."""

    allow: bool
    length: int
    parts: tuple[str, ...]
    ends: bool
    plain: tuple[str, ...]  # the parts again, with needless percent-encoding undone

    def fits(self, path: str, plain_path: str) -> bool:
        """Return True where the rule speaks of a path, given as it is and with needless encoding undone.

        Allow must fit letter by letter, Disallow either way: doubt never opens a page.
        """
        found = _fits(self.parts, path, ends=self.ends)
        return found or (not self.allow and _fits(self.plain, plain_path, ends=self.ends))


@dataclass(slots=True)
class Group:
    """The rules under some agents' names, as they are read."""

    agents: set[str] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Robots:
    """One host's rules. Without groups everything is allowed; where it is `closed` nothing is, and then `why`."""

    groups: tuple[Group, ...] = ()
    closed: bool = False
    why: str = ""

    def allows(self, url: str, agent: str = AGENT) -> bool:
        """Return True where `agent` may open `url`."""
        if self.closed:
            return False
        path = path_of(url)
        plain = _plain(_escaped(path.encode("utf-8", errors="replace")))
        own = self._named(agent)
        best = _strongest(own, path, plain)
        if best is None and not own:
            best = _strongest(self._named("*"), path, plain)
        return best is None or best.allow

    def delay(self, agent: str = AGENT) -> float:
        """Seconds that the host wants between two pages, 0 where it does not say."""
        groups = self._named(agent) or self._named("*")
        return max((group.delay for group in groups), default=0.0)

    def _named(self, agent: str) -> list[Group]:
        return [group for group in self.groups if agent.casefold() in group.agents]


def read_robots(body: bytes) -> Robots:
    """Rules from the bytes of a robots.txt; never raises, and lines that mean nothing are skipped."""
    groups: list[Group] = []
    open_for_agents = False
    for key, value in _lines(_without_mark(_within_limit(body))):
        if key == "agent":
            if not open_for_agents:
                groups.append(Group())
            open_for_agents = True
            groups[-1].agents |= _agents(value)
        elif groups:
            # a pause does not end a list of agents: RFC 9309 knows only rules
            open_for_agents = open_for_agents and key not in ("allow", "disallow")
            _add(groups[-1], key, value)
    return Robots(tuple(groups))


def path_of(url: str) -> str:
    """Return path, parameters and query of a URL as robots.txt speaks of them; "/" where there are none."""
    start = 2 if url.startswith("//") else 0
    early = _first(url, "/?;", start)
    scheme = url.find("://", start)
    after = scheme + 3 if 0 <= scheme < early else start
    begin, mark = _first(url, "/?;", after), _first(url, "#", start)
    if begin == len(url) or mark < begin:
        return "/"
    path = url[begin:mark]
    return path if path.startswith("/") else "/" + path


def _first(text: str, signs: str, start: int) -> int:
    """Return where the first of some signs stands, or the text's length."""
    return min((at for sign in signs if (at := text.find(sign, start)) >= 0), default=len(text))


# --- lines


def _within_limit(body: bytes) -> bytes:
    """Return what we read of a file: never half a line, for half an Allow allows more."""
    if len(body) <= MAX_BYTES:
        return body
    return body[: max(body.rfind(b"\n", 0, MAX_BYTES), body.rfind(b"\r", 0, MAX_BYTES)) + 1]


def _without_mark(body: bytes) -> bytes:
    """Return the bytes after a byte order mark; half a mark counts too, as in Google's parser."""
    for mark in (b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"):
        if body.startswith(mark):
            return body[len(mark) :]
    return body


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield what each line is and says; bytes stay bytes (Latin-1), for patterns are compared encoded."""
    for line in _END.split(body.decode("latin-1")):
        key, value = _split(line[:MAX_LINE].split("#", 1)[0].strip(_BLANK))
        meant = next((kind for name, kind in _KEYS.items() if key.startswith(name)), "")
        if meant:
            yield meant, value


def _split(line: str) -> tuple[str, str]:
    """Key and value of a line; the colon may be missing where two words stand alone."""
    key, colon, value = line.partition(":")
    if not colon:
        words = _GAP.split(line)
        key, value = words if len(words) == 2 else ("", "")  # noqa: PLR2004 -- a key and a value
    return key.strip(_BLANK).casefold(), value.strip(_BLANK)


def _agents(value: str) -> set[str]:
    """Return the agent that a line names: its token up to the first other sign, or `*`."""
    if value.startswith("*") and value[1:2] in ("", *_BLANK):
        return {"*"}
    token = _TOKEN.match(value)
    return {token.group().casefold()} - {""} if token else set()


def _add(group: Group, key: str, value: str) -> None:
    """Add a line to its group. An empty Allow or Disallow says nothing."""
    if key == "delay":
        found = _NUMBER.match(value)
        group.delay = max(group.delay, float(found.group()) if found else 0.0)
    elif key == "rate":
        rate = _RATE.match(value)
        pages = int(rate.group(1)) if rate else 0
        seconds = int(rate.group(2)) * _UNITS[rate.group(3).lower()] if rate else 0
        group.delay = max(group.delay, seconds / pages if pages else 0.0)
    elif value:
        group.rules += _rules(value, allow=key == "allow")


def _rules(value: str, *, allow: bool) -> Iterable[Rule]:
    """Yield the rule of a line, and a second one where it names a folder's index page: that is the folder."""
    pattern = _escaped(value.encode("latin-1"))
    yield _rule(pattern, allow=allow)
    folder, slash, page = pattern.rpartition("/")
    if allow and slash and page.startswith("index.htm"):
        yield _rule(f"{folder}/$", allow=True)


def _rule(pattern: str, *, allow: bool) -> Rule:
    ends = pattern.endswith("$")
    parts = tuple(pattern.removesuffix("$").split("*"))
    return Rule(allow, len(pattern), parts, ends, tuple(_plain(part) for part in parts))


# --- comparing


def _strongest(groups: Iterable[Group], path: str, plain: str) -> Rule | None:
    """Return the longest rule that fits; of two as long, Allow."""
    fitting = (rule for group in groups for rule in group.rules if rule.fits(path, plain))
    return max(fitting, key=lambda rule: (rule.length, rule.allow), default=None)


def _fits(parts: tuple[str, ...], path: str, *, ends: bool) -> bool:
    """Return True where a path begins with the first part and holds the others in order, in linear time."""
    first, *rest = parts
    if not path.startswith(first):
        return False
    if not rest:
        return not ends or len(path) == len(first)
    at = len(first)
    last = rest.pop() if ends else ""
    for part in rest:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return not ends or (len(path) - len(last) >= at and path.endswith(last))


def _escaped(raw: bytes) -> str:
    """Return bytes as a pattern or path: those beyond ASCII percent-encoded, and every escape in capitals."""
    text = "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in raw)  # noqa: PLR2004 -- the end of ASCII
    return _ESCAPE.sub(lambda found: found.group().upper(), text)


def _plain(text: str) -> str:
    """Return a text with letters and digits that needed no percent-encoding as themselves."""

    def undo(found: re.Match[str]) -> str:
        sign = chr(int(found.group()[1:], 16))
        return sign if sign in _UNRESERVED else found.group().upper()

    return _ESCAPE.sub(undo, text)
