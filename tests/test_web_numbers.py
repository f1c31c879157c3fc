"""Every number on a page of the board opens the posts that it was made from, or stands here with the reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode
from store_nouns import NIGHT, NOW, alert, at, document, keep
from web_nouns import NOON, SAMPLES, Clients

from listening import journey
from listening.store import NightStep, Store, writes
from listening.types import Crawl, LedgerEntry, Reminder, Shown
from listening.web.access import RULES
from listening.web.looking import window_of
from listening.web.visit import API, Board

pytest_plugins = ("store_fixtures", "web_fixtures")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DAY = re.compile(rf"\b\d{{1,2}} ({MONTHS}|[A-Z][a-z]{{2}})\b( \d{{4}})?|\b\d\d:\d\d\b|\b\d{{4}}-\d\d-\d\d\b")
NUMBER = re.compile(r"(?<![\w#-])[+\u2212-]?\d")
# what is no figure of ours: links, words of people, code, times, what one chooses, types or rates, what explains, the
# axes of pictures, whose columns are links, and the flags' words, which are links below
NOT_OURS = (
    "a, bdi, blockquote, code, pre, time, option, textarea, label, legend, .hint, .help, .key, .ledger, "
    "#priority p, svg .scale, svg .week-name, svg .flag"
)
REASONS: tuple[tuple[str, str, str], ...] = (  # of a page's path, of the words around the number, and why
    ("", r"^([\w ]+: )?0$", "nothing: there is no post"),
    ("/map", r"touchpoints? blind", "counts boxes that stand on this very page"),
    ("/map", r"^95 % interval$", "names a column"),
    ("/map", r"^[+\u2212]?[012]\.\d$", "the emotion that people drew; what was measured is a link"),
    ("/map/edit", r", assumed [+\u2212]\d\.\d$|^reviewed every \d+ months$", "what people drew and set"),
    ("/pain-points/", r"(^|: )of (5|125)$", "the end of a scale"),
    ("/pain-points/", r"(a week|seen|aloud|Wanted): [\d.]+ by", "the goal's target, which people set"),
    ("/pain-points/", r"could not be read on \d+ nights?", "an outage: there are no posts, which is the point"),
    ("/pain-points/", r"Not SMART yet: \d missing", "counts what is named on the goal's page"),
    ("/pain-points/", r"^\d+ nights? that brought passages$", "counts the lines below it"),
    ("/evidence", r"passages?\.|^\d+ of \d+$", "these are the posts"),
    ("/pain-points", r"^\d+ pain points?; people|^\d+ of \d+$", "counts the lines below it"),
    ("/reviews", r"^\d+$|^Every \d+ months|^The \d+ of most people", "counts the lines below it; how often people set"),
    ("/goals", r"and \d more$", "counts what is named on the goal's page"),
    ("/alerts", r"mails?, the newest|\d+ (try|tries)|and \d+ more$|with too little$", "mails and what they hold"),
    ("/sources$", r"^\d+ places?$", "counts the lines below it"),
    ("/sources/", r"^Pages: ", "pages that were opened: no posts"),
    ("/nights$", r"^Took: \d+ (s|min)$", "a duration"),
    ("/nights$", r"nights?, the newest|^page \d+ of", "counts the lines of the table"),
    (r"/nights/[^/]+$", r"^Gone: ", "withdrawn where they stood: nothing of them is kept that could be opened"),
    (r"/nights/[^/]+$", r"^Seconds: ", "a duration"),
    ("/nights/.+/posts", r": \d+ posts?\.( The visit counted \d+\.)?$|^\d+ of \d+$", "these are the posts"),
    ("/people|/audit", r"(people|person|lines?, the newest.*)$|^page", "counts the lines below it"),
    ("/privacy", r"is \d+\.$|days|^\d+$", "a setting"),
    ("/api-reference", r"^\d+ calls$|^Does: |: a stable word", "words of the API's description"),
)


def bare(html: str) -> Iterator[str]:
    """The words around each number of a page that no link holds."""
    main = LexborHTMLParser(html).css_first("main")
    assert main is not None
    kept = {id_of(inner) for outer in main.css(NOT_OURS) for inner in outer.traverse(include_text=True)}
    for node in main.traverse(include_text=True):
        words = " ".join((node.text_content or "").split()) if node.is_text_node else ""
        if id_of(node) not in kept and NUMBER.search(DAY.sub("", words)):
            yield called(node) + words


def called(node: LexborNode) -> str:
    """What a table's column or a list of facts calls the number in it, with a colon; else nothing."""
    holder = node
    while holder.parent is not None and holder.tag not in ("td", "dd"):
        holder = holder.parent
    if holder.tag != "dd":
        name = holder.attributes.get("data-name") or ""
    else:
        while holder.tag != "dt" and holder.prev is not None:
            holder = holder.prev
        name = " ".join(holder.text().split()) if holder.tag == "dt" else ""
    return f"{name}: " if name else ""


def id_of(node: LexborNode) -> int:
    return int(node.mem_id)


def unexplained(path: str, html: str) -> list[str]:
    """The bare numbers of a page for which no reason is given."""
    mine = [(words, why) for where, words, why in REASONS if re.match(where, path)]
    return [one for one in bare(html) if not any(re.search(words, one) for words, _ in mine)]


@pytest.fixture(scope="module")
def lived_in(browser: Clients) -> Clients:
    """A board on which people have worked: ratings, a goal, a mended pain point, a comment."""
    board: Board = browser("admin").board
    store, settings = board.store, board.read_settings()
    journey.rate(store, "pp-1", importance=5, cost=3, ease=2, who="ann", now=NOON)
    sent = {"specific": "no wet seats", "metric": "people_week", "target": 0.0, "due": date(2026, 6, 1), "stage": "use"}
    journey.set_goal(store, settings, "pp-1", who="ann", now=NOON, **sent)  # type: ignore[arg-type]  # its own words
    journey.resolve(store, "pp-2", on=date(2026, 3, 9), who="bob", now=NOON)
    journey.comment(store, settings, "pp-1", "Seen it 3 times. @cara", who="ann", now=NOON)
    writes.keep_ledger(store, [LedgerEntry(NOW, "listening", "carried", "pp-1", detail="3 passages")])
    visit_the_yard(store)
    keep(store, document("x", source="survey"), source="survey")
    writes.keep_crawl(store, Crawl("survey", NIGHT, "done"))
    due = replace(alert("al-due"), reminders=(DUE,), night=NIGHT + timedelta(days=1))
    writes.queue_alerts(store, [due], map_id="bikes", now=NOON)
    return browser


def visit_the_yard(store: Store) -> None:
    """Six nights: posts that stand there longer, one that is written anew, one that goes, and a night that failed."""
    names = ("e1", "e2", "e3", "e4", "e5", "e6")
    for ago in range(6, -1, -1):
        night = NIGHT - timedelta(days=ago)
        if ago in {2, 3}:  # no night's: somebody looked at it in between
            writes.keep_crawl(store, Crawl("yard", night, "failed", error="503", error_kind="http-status"))
            continue
        seen = [document(one, first_seen=at(-ago, 2)) for one in names[max(0, 4 - ago) : 7 - ago]]
        seen += [document("e6", "other words", first_seen=at(0, 2))] * (ago == 0)
        shown = [Shown(f"https://yard.test/{page}", 2, "t") for page in range(2)]
        keep(store, *seen, night=night, shown=shown, gone=["e4"] if ago == 0 else [], warnings=["page 2 was cut"])
        writes.keep_crawl(store, Crawl("yard", night, "done", seconds=2.5))
        writes.open_night(store, night, at(-ago, 2))
        writes.keep_step(store, night, NightStep("crawl", 2.5))
        writes.close_night(store, night, state="done", now=at(-ago, 3), note="")


DUE = Reminder("due", NIGHT, "the cover drips", "Due on 10 March 2026.", "day of pp-1", about="pp-1")
MERGE = "/pain-points/pp-1/merge?into=pp-2"
PAGES = sorted(
    re.sub(r"{(\w+)}", lambda found: SAMPLES[found[1]][0], rule.path)
    for rule in RULES
    if rule.method == "GET" and not rule.path.startswith((API, "/sign-in"))
    if rule.path not in ("/", "/map/journey.toml", "/map/versions/{number}", "/pack/{ending}")
)


@pytest.mark.parametrize("path", [*PAGES, "/pain-points/pp-2", MERGE, "/inbox?kind=all"])
def test_every_number_opens_its_posts(lived_in: Clients, path: str) -> None:
    got = lived_in("admin").get(path)
    assert got.status_code == 200
    assert unexplained(path, got.text) == []


def test_every_reason_is_needed(lived_in: Clients) -> None:
    paths = [*PAGES, "/pain-points/pp-2", MERGE, "/inbox?kind=all"]
    found = [(path, words) for path in paths for words in bare(lived_in("admin").get(path).text)]
    idle = [
        (where, words)
        for where, words, _ in REASONS
        if not any(re.match(where, path) and re.search(words, one) for path, one in found)
    ]
    assert idle == []


def test_a_bare_number_would_be_found() -> None:
    page = '<main><p>12 people</p><p><a href="/evidence">7 people</a> on 3 March</p><dl><dd>90 %</dd></dl></main>'
    assert list(bare(page)) == ["12 people", "90 %"]
    assert unexplained("/map", page) == ["12 people", "90 %"]


@pytest.mark.parametrize(
    "path",
    [
        "/map",
        "/pain-points/pp-1",
        "/pain-points/pp-1/goal",
        "/inbox?kind=all",
        "/nights",
        "/sources",
        "/sources/yard",
        MERGE,
    ],
)
def test_where_a_figure_leads_there_are_posts(lived_in: Clients, path: str) -> None:
    admin = lived_in("admin")
    links = re.findall(r'href="(/evidence\?[^"]+)"[^>]*>[^<]*?[1-9]', admin.get(path).text)
    for link in sorted(set(links)):
        got = admin.get(link.replace("&amp;", "&"))
        assert got.status_code == 200
        assert 'class="said-so"' in got.text, f"{path} leads to {link}, where nothing is"


@pytest.mark.parametrize(
    ("sentence", "first"),
    [
        (
            "7 people in 4 nights, 0.0 expected (0.0 to 0.1) from 49 posts seen; new: first told on 7 March",
            date(2026, 3, 7),
        ),
        ("1 person in 1 night, 0.0 expected (0.0 to 0.1) from 9 posts seen; back", date(2026, 3, 10)),
        ("what an older version said", date(2026, 2, 11)),
    ],
)
def test_a_sentence_leads_to_the_nights_that_it_counts(sentence: str, first: date) -> None:
    assert window_of(sentence, date(2026, 3, 10)) == first


def test_a_visits_number_opens_as_many_posts(lived_in: Clients) -> None:
    admin, seen = lived_in("admin"), set[str]()
    for path in ("/nights", "/nights/2026-03-10", "/nights/2026-03-09", "/sources", "/sources/yard"):
        for link, number in re.findall(r'href="(/nights/[^"]+/posts[^"]+)">([\d,]+)<', admin.get(path).text):
            got = admin.get(link.replace("&amp;", "&")).text
            counted = re.search(r"(\d+) posts?\.(?: The visit counted (\d+)\.)?</p>", got)
            assert counted is not None
            assert number == (counted[2] or counted[1])
            assert got.count('class="post"') == int(counted[1])
            gone = "2026-03-09" in link  # e4 stood there then and was withdrawn since
            assert gone or (counted[1] != "0" and not counted[2]), f"{link} on {path}"
            seen.add(re.sub(r"\d{4}-\d\d-\d\d", "", link))
    assert len(seen) == 6  # a night's new ones; a source's and an import's new ones, seen and changed


def test_every_link_leads_somewhere(lived_in: Clients) -> None:
    admin = lived_in("admin")
    seen = {link: path for path in (*PAGES, MERGE) for link in links_of(admin.get(path).text)}
    assert len(seen) > len(PAGES)
    lost = {link: path for link, path in seen.items() if admin.get(link).status_code >= 400}
    assert lost == {}


def links_of(html: str) -> set[str]:
    """Where a page's links lead on this board."""
    found = (one.attributes.get("href") or "" for one in LexborHTMLParser(html).css("a[href]"))
    return {one.partition("#")[0] for one in found if one.startswith("/") and not one.startswith("/pack/")}


def test_what_a_night_brought_opens_what_joined_then(lived_in: Clients) -> None:
    admin = lived_in("admin")
    link = re.search(r'href="(/evidence\?point=pp-1&amp;joined=[^"]+)">3 passages', admin.get("/pain-points/pp-1").text)
    assert link is not None
    got = admin.get(link[1].replace("&amp;", "&")).text
    assert re.search(r"that came to it on the night to 10 March 2026</bdi>, all time up to", got)
    assert got.count('class="said-so"') == 3
    other = admin.get("/evidence?point=pp-1&joined=2026-03-09&since=").text
    assert 'class="said-so"' not in other


def test_a_number_of_two_pain_points_opens_the_posts_of_both(lived_in: Clients) -> None:
    shown = lived_in("admin").get(MERGE).text
    people = re.search(r'href="(/evidence\?point=pp-1&amp;also=pp-2[^"]*)">(\d+)</a>', shown)
    assert people is not None
    got = lived_in("admin").get(people[1].replace("&amp;", "&")).text
    assert got.count('class="said-so"') == int(people[2]) == 5
