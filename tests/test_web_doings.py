"""What was done to a pain point, in words that somebody reads who knows no ids."""

from __future__ import annotations

import pytest
from store_nouns import NOW
from web_nouns import Clients

from listening.store import Store, writes
from listening.types import LedgerEntry
from listening.web.doings import done

pytest_plugins = ("store_fixtures", "web_fixtures")
NAMES = {"ann": "Ann Example", "rain_cover": "Rain cover", "use": "Use"}


@pytest.mark.parametrize(
    ("what", "detail", "words", "rest"),
    [
        ("assigned", "ann", "gave it to", "Ann Example"),
        ("assigned", "nobody", "gave it to", "nobody"),
        ("status", "open > came_back", "set its status:", "open to came back"),
        ("placed", "> rain_cover", "put it at", "Rain cover"),
        ("placed", "old_one > use", "put it at", "old_one to Use"),
        ("due", "2026-03-10", "set its day:", "10 March 2026"),
        ("due", "2026-99-99", "set its day:", "2026-99-99"),
        ("goal", "a > b by 2026-03-10", "set a goal:", "a > b by 10 March 2026"),
        ("renamed", "ann", "named it", "ann"),
        ("born", "", "heard it first", ""),
        ("undone", "assigned", "took back:", "gave it to"),
        ("moved out", "s-d1-0", "took a passage out", ""),
        ("called no pain", "s-d1-0", "called a passage no pain", ""),
        ("called no pain", "", "called it no pain", ""),
        ("something new", "x", "something new", "x"),
    ],
)
def test_each_is_said_in_words(what: str, detail: str, words: str, rest: str) -> None:
    assert done(what, detail, NAMES) == (words, rest)


def test_history_and_audit_say_it_with_names(client: Clients, board_store: Store) -> None:
    lines = [
        LedgerEntry(NOW, "bob", "assigned", "pp-1", detail="cara"),
        LedgerEntry(NOW, "bob", "split", "pp-1", other_id="pp-2"),
    ]
    writes.keep_ledger(board_store, lines)
    history = client("viewer").get("/pain-points/pp-1").text
    audit = client("admin").get("/audit").text
    assert "<strong>gave it to</strong>" in history
    assert ">Cara" in history.partition('class="ledger"')[2]
    assert 'href="/pain-points/pp-2"><bdi>' in history.partition("<strong>parted it from</strong>")[2]
    assert '<a href="/pain-points/pp-1"><bdi>the cover drips</bdi></a>' in audit
    assert "<bdi>gave it to</bdi>" in audit
