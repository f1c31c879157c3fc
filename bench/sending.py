"""Kills the process that sends with SIGKILL a hundred times at random moments, and counts mails lost and doubled.

    python bench/sending.py [--kills 100] [--seed 0]

A real store, a real mail server on loopback, forty mails waiting at a time. Exits with 1 where a mail was lost, or came
twice though the server had not answered the first one.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from kill_sending import kill_while_sending  # noqa: E402 -- the tests' server, found by the line above
from nights_world import settle  # noqa: E402 -- the same
from smtp_faults import Mind  # noqa: E402 -- the same


def main() -> int:
    """Print one line; 1 where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        configs = settle(Path(folder), sources=("yard",))
        mind = Mind(SSLContext(PROTOCOL_TLS_SERVER))
        chance = random.Random(given.seed)  # noqa: S311 -- chance, no secret
        found = kill_while_sending(configs, mind, kills=given.kills, chance=chance)
    print(
        f"{found.kills} kills over {found.mails} mails: {len(found.lost)} lost, {found.doubles} doubled, "
        f"{len(found.outside_the_window)} of them outside the window after the server's 250"
    )
    return int(bool(found.lost or found.outside_the_window))


if __name__ == "__main__":
    sys.exit(main())
