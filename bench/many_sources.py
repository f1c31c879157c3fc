"""How long a night over 200 sources takes when four of them are bad, against the same night when none is.

    .venv/bin/python bench/many_sources.py [--sources 200]

The blogs are served on loopback. Of the bad four one hangs, one goes on for ever, one sends a gigabyte, one has a
mistake in it. Four sources are read at a time, as the night does. Promised: all others done, exit code 3, the four
named, and no more time than the clean night's and the longest time-out of a bad source.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import test_sources_many as town  # noqa: E402 -- the checkout is found by the line above
from nights_world import settings_of, settle  # noqa: E402 -- the same
from sources_site import Reply, Site, site  # noqa: E402 -- the same

from listening import sources  # noqa: E402 -- the same
from listening.cli.nights import ENDS  # noqa: E402 -- the same
from listening.pipeline import crawling  # noqa: E402 -- the same
from listening.store import open_store  # noqa: E402 -- the same
from listening.types import SourceConfig  # noqa: E402 -- the same

TIME_OUT = 0.6  # seconds: `loops` may visit for 0.01 minutes, `hangs` wait for 0.5 s
IN_PART = 3


def night(name: str, folder: Path, good: Site, others: dict[str, Site]) -> tuple[float, int, int, str]:
    """One night: seconds, sources done, exit code, and its note. Without `others` all sources are blogs."""
    configs = settle(folder / name, sources=())
    blocks = town.blocks(good, others)
    (configs / "sources.toml").write_text(blocks if others else blocks.replace('"discourse"', '"feed"'))
    settings = settings_of(configs)
    store = open_store(settings.database_url)
    start = time.monotonic()
    crawls, ended = town.Town(settings, store, good, others).night(0)
    seconds = time.monotonic() - start
    store.close()
    return seconds, sum(one.state == "done" for one in crawls), ENDS[ended.state], ended.note


def main() -> None:
    """Live both nights and print them; exit code 1 where the promise is not kept."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sources", type=int, default=200)
    town.MANY = asked.parse_args().sources - len(town.BAD)
    real, bad = sources.open_source, False

    def opened(config: SourceConfig, **given: object) -> sources.Source:
        if bad and config.name == "raises":
            return town.Raises()
        return real(config, **given)  # type: ignore[arg-type]  # as given

    crawling.open_source = opened
    with (
        tempfile.TemporaryDirectory(prefix="listening-bench-") as folder,
        site(town.feed) as good,
        site(lambda _: Reply(hold=30)) as hanging,
        site(town.loops) as looping,
        site(town.sends) as sending,
    ):
        night("warm", Path(folder), good, {})
        clean = night("clean", Path(folder), good, {})
        bad = True
        worse = night("bad", Path(folder), good, {"hangs": hanging, "loops": looping, "sends": sending})
    for name, (seconds, done, code, note) in {"clean": clean, "four bad": worse}.items():
        print(f"{name:<10}{seconds:>8.2f} s {done:>5} done, exit code {code}  {note}")
    kept = worse[0] <= clean[0] + TIME_OUT and worse[1:3] == (town.MANY, IN_PART)
    print(f"allowed   {clean[0] + TIME_OUT:>8.2f} s: {'kept' if kept else 'missed'}")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
