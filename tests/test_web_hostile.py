"""Strangers' words in every field, on every page: nothing runs, nothing links to a script, and the words are there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser as Tree
from store_nouns import NIGHT, alert, at, document, entry, pain_point, told
from web_nouns import NOON, SAMPLES, Clients

from listening.journey import accounts, keep_audit
from listening.store import Store, writes
from listening.types import AuditLine, Crawl, Quote
from listening.web.access import RULES
from listening.web.visit import API

pytest_plugins = ("store_fixtures", "web_fixtures")
# Shapes of our own making, one for each way in that browsers have had.
PAYLOADS = [
    "<script>alert(1)</script>",
    "</title></textarea></style></script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "<div/onmouseover='alert(1)'>x",
    "<a href=javascript:alert(1)>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "{{ 7*7 }}{% include 'base.html' %}",
    "<!--><img src=x onerror=alert(1)>-->",
    "<base href=//evil.test/>",
    "<meta http-equiv=refresh content='0;url=//evil.test'>",
    "<form action=//evil.test><button>x</button></form>",
    "<style>@import '//evil.test'</style>",
    "<button hx-get=//evil.test hx-trigger=load>x</button>",
    "<div data-hx-on:click=alert(1)>x</div>",
    "\u202e\u2066 turned \x00\x0b\x1f\ud800 around",
    "`${alert(1)}`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]
LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    '"onmouseover="alert(1)',
    'https://a.test/"><script>alert(1)</script>',
    "//evil.test",
]
OURS = re.compile(r"/static/[\w.-]+\?v=[0-9a-f]{12}")


def poison(store: Store, words: str, link: str) -> None:
    """Put the words into every field that a stranger or a colleague can fill."""
    texts = {"title": words, "text": f"it hurts {words} a lot", "url": link, "source": "yard"}
    bad = [document(f"x{number}", day=-number, **{**texts, "text": f"{number} {texts['text']}"}) for number in range(3)]
    point = pain_point("pp-x", name=words, words=(words, "seam"), owner="ann", department=words, named_by=words)
    told(store, *bad, point=point)
    quote = Quote("x0", words, words, link, at(0), 3, "p-x0")
    mail = alert("a-1x", "cara", quoted="x0")
    item = mail.items[0]
    told_of = type(item)("pp-x", words, "use", words, item.emergence, (quote,), item.trend)
    poisoned = type(mail)(mail.id, mail.owner, mail.night, (told_of,), (words,))
    writes.queue_alerts(store, [poisoned], map_id="bikes", now=NOON)
    writes.keep_crawl(store, Crawl("yard", NIGHT, "failed", error=words, warnings=(words,)))
    writes.keep_notes(store, "yard", (words,))
    writes.keep_ledger(store, [entry("commented", "pp-x", detail=words)])
    keep_audit(store, AuditLine(NOON, words, words, words, words))
    accounts.change_email(store, "guest", words, who="test", now=NOON)


def pages() -> Iterator[str]:
    """Every page that is read as HTML, of the poisoned things where a path names one."""
    there = {"point": "pp-x", "alert": "a-1x"}
    for rule in RULES:
        if rule.method == "GET" and not rule.path.startswith(API):
            yield re.sub(r"{(\w+)(:\w+)?}", lambda found: there.get(found[1], SAMPLES[found[1]][0]), rule.path)
    yield "/search?q=hurts"
    yield "/audit?who=" + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    yield "/sign-in?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    yield "/%22%3E%3Cscript%3Ealert(1)%3C/script%3E"


def dangers(html: str) -> list[str]:
    """What would run, load or send elsewhere in a page."""
    found = []
    for node in Tree(html).css("*"):
        tag, attributes = node.tag, {key.lower(): value or "" for key, value in node.attributes.items()}
        if tag == "script" and not (OURS.fullmatch(attributes.get("src", "")) and not node.text()):
            found.append(f"script {node.html}")
        if tag in ("iframe", "object", "embed", "base", "style", "math", "frame", "applet", "portal"):
            found.append(tag)
        found += [f"{tag} {key}" for key in attributes if key.startswith(("on", "hx-on", "data-hx")) or key == "style"]
        for key in ("href", "src", "action", "formaction", "xlink:href", "hx-get", "hx-post"):
            to = attributes.get(key, "")
            here = to.startswith(("/", "#", "?")) and not to.startswith(("//", "/\\"))
            away = tag == "a" and key == "href" and to.startswith(("https://", "http://")) and '"' not in to
            if to and not here and not away:
                found.append(f"{tag} {key}={to}")
        if attributes.get("http-equiv"):
            found.append("meta http-equiv")
    return found


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_nothing_of_a_strangers_runs(app: FastAPI, client: Clients, number: int) -> None:
    poison(app.state.board.store, PAYLOADS[number], LINKS[number % len(LINKS)])
    browser = client("admin")
    for page in (*pages(), f"/search?q={quote(PAYLOADS[number], errors='replace')}"):
        got = browser.http.get(page)
        assert got.status_code < 500, page
        if got.headers["content-type"].startswith("text/html"):
            assert dangers(got.text) == [], page


def test_the_words_are_there_to_be_read(app: FastAPI, client: Clients) -> None:
    poison(app.state.board.store, "<b>five & six</b>", "https://yard.test/1")
    shown = client("admin").http.get("/alerts/a-1x").text
    assert "&lt;b&gt;five &amp; six&lt;/b&gt;" in shown
    assert 'href="https://yard.test/1" rel="noopener noreferrer nofollow"' in shown


@pytest.mark.shared
def test_naughty_strings_break_no_page(app: FastAPI, client: Clients, shared: Path) -> None:
    naughty: list[str] = json.loads((shared / "corpora" / "blns" / "blns.json").read_text())
    store, browser = app.state.board.store, client("admin")
    for number, words in enumerate(naughty):
        keep_audit(store, AuditLine(NOON, words, words, words, words))
        if number % 45 == 0 or number == len(naughty) - 1:
            got = browser.http.get("/audit")
            assert got.status_code == 200
            assert dangers(got.text) == []


def test_the_oracle_sees_what_it_should() -> None:
    assert dangers("<p onclick=x>") == ["p onclick"]
    assert dangers("<a href='javascript:x'>") == ["a href=javascript:x"]
    assert dangers("<script>x</script>")
    assert dangers("<img src=//evil.test>") == ["img src=//evil.test"]
    assert dangers("<a href='https://a.test'>x</a><a href='/x'>y</a>") == []
