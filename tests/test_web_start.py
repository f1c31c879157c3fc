"""The first visit, before anything was read: what to do first, with commands that work as they stand."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_nouns import NOON, Clients, Clock, browsers, furnish

from listening.journey import accounts
from listening.store import open_store
from listening.web import create_app

pytest_plugins = ("store_fixtures",)


@pytest.fixture
def fresh(shaped_file: Path, tmp_path: Path) -> Iterator[Clients]:
    """Browsers at a board that has read nothing yet."""
    settings = furnish(tmp_path)
    store = open_store(f"sqlite:///{shutil.copy(shaped_file, tmp_path / 'store.db')}")
    for name in ("admin", "viewer"):
        accounts.add_user(store, settings.journey, name, "", role=name, who="test", now=NOON)
    with browsers(create_app(settings, store, clock=Clock())) as make:
        yield make
    store.close()


def test_an_admin_may_begin_with_a_place_or_with_the_demo_world(fresh: Clients) -> None:
    shown = fresh("admin").get("/").text
    assert 'action="/sources/look"' in shown
    assert 'action="/demo"' in shown
    command = re.search(r"<code>(.*) import answers.csv", shown)
    assert command is not None
    program = shlex.split(command[1])[0]
    assert shutil.which(program), f"{program} is no program here"


def test_the_empty_map_leads_there(fresh: Clients) -> None:
    assert '<a href="/">Add a first place to listen to' in fresh("admin").get("/map").text


def test_others_are_told_whom_to_ask(fresh: Clients) -> None:
    shown = fresh("viewer").get("/").text
    assert "An admin can start it here." in shown
    assert 'action="/demo"' not in shown
    assert 'action="/sources/look"' not in shown
