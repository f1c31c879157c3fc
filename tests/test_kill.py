"""A night that is killed anywhere, and run again until it is done, ends like one that was never killed.

Kills are SIGKILL at 25 seeded moments: between two statements, before a commit, around a mail. One thing cannot be
promised by anybody: a kill after the mail server said 250 and before our commit leaves a mail that is out and not
marked, so the next night sends it again, *with the same Message-ID*, which mail programs show once. Such doubles are
counted and allowed for kills in that window only; every other mail is out exactly once.
"""

from __future__ import annotations

import email
import email.policy
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypedDict

import pytest
from nights_world import MONDAY, lasting, settings_of, settle, write_posts

from listening.demo.mailbox import Mailbox
from listening.store import open_store

CHAINS, KILLS_A_CHAIN, SEED = 5, 5, 7
PLACES = ("begin", "crawl", "clean", "read", "cluster", "watch", "tell", "end")
SOURCES = ("yard", "board", "diary")
FIRST = MONDAY - timedelta(days=14)


class Answer(TypedDict):
    """How far a night came: ticks by place, where it ended, and whether it was killed there."""

    ticks: dict[str, int]
    place: str
    killed: bool


class Nights:
    """The process that lives nights (see killed_night.py)."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("killed_night.py")
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        env = {**os.environ, **threads, "PYTHONPATH": str(script.parent.parent)}
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, script], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def live(self, configs: Path, now: datetime, kill_at: tuple[str, int] | None = None) -> Answer:
        """Live a night, or the part of it before its kill."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        wish = {"configs": str(configs), "now": now.isoformat(), "kill_at": kill_at}
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()
        answer: Answer = json.loads(self.process.stdout.readline())
        assert "broken" not in answer
        return answer

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def nights() -> Iterator[Nights]:
    opened = Nights()
    yield opened
    opened.close()


def move_in(template: Path, home: Path, port: int) -> Path:
    """A copy of the installation after its first night, with its own mailbox."""
    shutil.copytree(template, home)
    return settle(home, sources=SOURCES, port=port)


def rows(configs: Path) -> dict[str, list[str]]:
    store = open_store(settings_of(configs).database_url)
    try:
        return lasting(store)
    finally:
        store.close()


def message_ids(folder: Path) -> Counter[str]:
    mails = [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in folder.glob("*.eml")]
    return Counter(str(mail["Message-ID"]) for mail in mails)


def differing(
    ours: dict[str, list[str]], clean: dict[str, list[str]]
) -> dict[str, tuple[Sequence[str], Sequence[str]]]:
    """For each table what is doubled or wrong, and what is lost."""
    pairs = {name: (Counter(ours[name]), Counter(clean[name])) for name in clean}
    return {
        name: (sorted((mine - right).elements()), sorted((right - mine).elements()))
        for name, (mine, right) in pairs.items()
        if mine != right
    }


@dataclass(frozen=True, slots=True)
class Clean:
    """One night over 300 new posts that nobody killed: the house before it, its rows after it, its mails and ticks."""

    template: Path
    rows: dict[str, list[str]]
    mails: Counter[str]
    ticks: Mapping[str, int]


@pytest.fixture(scope="module")
def clean(nights: Nights, tmp_path_factory: pytest.TempPathFactory) -> Clean:
    folder = tmp_path_factory.mktemp("kill")
    template = folder / "template"
    configs = settle(template, sources=SOURCES)
    for name in SOURCES:
        write_posts(template / f"{name}.jsonl", 30, seed=1, start=FIRST - timedelta(days=20), days=20, troubles=())
    nights.live(configs, FIRST)
    for name in SOURCES:
        write_posts(template / f"{name}.jsonl", 100, seed=2, start=FIRST, days=13.5)
    with Mailbox(folder / "mails") as mailbox:
        configs = move_in(template, folder / "clean", mailbox.port)
        answer = nights.live(configs, MONDAY)
    assert not answer["killed"]
    return Clean(template, rows(configs), message_ids(mailbox.folder), answer["ticks"])


def moments(ticks: Mapping[str, int], rng: random.Random, count: int) -> list[tuple[str, int]]:
    """So many moments of a night in their order, each in another verb."""
    places = rng.sample(PLACES, count)
    return sorted(((one, rng.randint(1, ticks[one])) for one in places), key=lambda m: (PLACES.index(m[0]), m[1]))


def test_the_clean_night_has_all_kinds_of_rows(clean: Clean) -> None:
    assert len(clean.rows["documents"]) == 390
    kinds = ("signals", "pain_points", "memberships", "ledger", "emergences", "crawls", "nights")
    assert all(clean.rows[one] for one in kinds)
    assert not clean.rows["leases"]
    assert len(clean.mails) >= 3
    assert max(clean.mails.values()) == 1


@pytest.mark.parametrize("chain", range(CHAINS))
def test_kills_at_random_moments_leave_no_trace(nights: Nights, clean: Clean, tmp_path: Path, chain: int) -> None:
    planned = moments(clean.ticks, random.Random(SEED + chain), KILLS_A_CHAIN)  # noqa: S311 - chance, no secret
    with Mailbox(tmp_path / "mails") as mailbox:
        configs = move_in(clean.template, tmp_path / "home", mailbox.port)
        hit = [nights.live(configs, MONDAY, one) for one in planned]
        last = nights.live(configs, MONDAY)
    assert [one["killed"] for one in (*hit, last)] == [True] * KILLS_A_CHAIN + [False]
    assert not differing(rows(configs), clean.rows)
    got = message_ids(mailbox.folder)
    doubles = sorted(name for name, times in got.items() if times > 1)
    print(f"killed in {[one['place'] for one in hit]}; mails twice, from the window: {doubles}")  # noqa: T201 - where the kills hit is what a reader wants to know
    assert got.keys() == clean.mails.keys()
    assert got.total() - len(got) <= sum(one["place"] == "sent" for one in hit)


@pytest.mark.parametrize(("place", "twice"), [("sending", 0), ("sent", 1)])
def test_only_a_kill_between_the_servers_yes_and_our_commit_sends_a_mail_twice_and_it_is_the_same_mail(
    nights: Nights, clean: Clean, tmp_path: Path, place: str, twice: int
) -> None:
    with Mailbox(tmp_path / "mails") as mailbox:
        configs = move_in(clean.template, tmp_path / "home", mailbox.port)
        hit = nights.live(configs, MONDAY, (place, 1))
        nights.live(configs, MONDAY)
    assert hit["place"] == place
    assert not differing(rows(configs), clean.rows)
    got = message_ids(mailbox.folder)
    assert got.keys() == clean.mails.keys()
    assert got.total() - len(got) == twice
