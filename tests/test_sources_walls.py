"""What keeps programs out is named by the page that says so, whatever status it comes with; as data in walls.toml."""

from __future__ import annotations

import gzip
import tomllib
from pathlib import Path
from typing import Any

import pytest
from sources_site import Reply, config, opened, site

from listening.errors import SourceError, SourceRefused, SourceUnavailable
from listening.sources.fetch import Fetcher
from listening.sources.hosts import Hosts
from listening.sources.manners import Manners

WALLS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "walls" / "walls.toml").read_text(encoding="utf-8")
)
BOMB = gzip.compress(bytes(60_000_000), 9)


def refused(reply: Reply) -> tuple[SourceError, int]:
    """The error that a page with this answer gives, and how often it was asked for."""
    with site({"/t": reply}) as it:
        manners = Manners(gap=0.0, allow_hosts=("127.0.0.1",), tries=2, retry_wait=0.0)
        with Fetcher(manners, Hosts()) as web, pytest.raises(SourceError) as caught:
            web.get(f"{it.url}/t")
        return caught.value, it.paths().count("/t")


@pytest.mark.parametrize("name", WALLS)
def test_what_keeps_us_out_is_named(name: str) -> None:
    case = WALLS[name]
    headers = {"Content-Type": "text/html", **{key.title(): value for key, value in case.get("headers", {}).items()}}
    error, asked = refused(Reply(case["page"], status=case["status"], headers=headers))
    assert case["named"] in str(error)
    if case["named"]:
        assert isinstance(error, SourceRefused)
        assert asked == 1  # asking again cannot help
    else:
        assert "page" not in error.thing.partition("127.0.0.1")[2]
        assert isinstance(error, SourceUnavailable if case["status"] == 503 else SourceRefused)


@pytest.mark.parametrize("body", [BOMB, BOMB[:1_000], b"no gzip at all"], ids=["bomb", "cut off", "not packed"])
def test_a_refusal_that_cannot_be_unpacked_is_a_refusal(body: bytes) -> None:
    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
    error, _ = refused(Reply(body, status=403, headers=headers))
    assert isinstance(error, SourceRefused)
    assert "403" in str(error)


def test_a_source_behind_a_wall_says_so_in_its_visit() -> None:
    wall = Reply(WALLS["datadome"]["page"], status=403, headers={"Content-Type": "text/html"})
    with site({"/board": wall}) as it, pytest.raises(SourceRefused, match="captcha page"):
        list(opened(config("forum", it.url + "/board", engine="phpbb")).batches())
