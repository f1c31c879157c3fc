"""The page and the mail's HTML: what they say, and that no stranger's words come alive in them."""

# ruff: noqa: RUF001 -- the signs of our own pages are compared as they are

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from outputs_nouns import NIGHT, NOW, WHY, alert, crawls, empty, hostile_report, item, mood, quote, report, row
from selectolax.lexbor import LexborHTMLParser as Tree

from listening.outputs import compose
from listening.outputs.charts import BLOCKS, emotion_curve, text_bars, trend_bars
from listening.outputs.html_page import render, source_health
from listening.types import Crawl, Report

ATTACKS = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</textarea><svg onload=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.test/pixel.gif'>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus=alert(1) x="',
    "` onclick=alert(1) `",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    'https://yard.test/" onmouseover="alert(1)',
    "https://yard.test/'onmouseover='alert(1)",
    "//evil.test/x",
    "<a href=javascript:alert(1)>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href=https://evil.test/>",
    "<meta http-equiv=refresh content='0;url=https://evil.test'>",
    "<link rel=stylesheet href=https://evil.test/x.css>",
    "<style>@import 'https://evil.test/x.css'</style>",
    "<form action=https://evil.test><input name=q>",
    "<object data=x><embed src=x>",
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    "<!--><img src=x onerror=alert(1)>-->",
    "]]><script>alert(1)</script>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "{{ ''.__class__.__mro__ }}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#106;avascript:alert(1)",
    "\x00<script\x00>alert(1)</script>",
    "\ud83c<script>alert(1)</script>",
    "\u202e<script>\u2028alert(1)</script>",
    "expression(alert(1)); background:url(https://evil.test/)",
)  # fmt: skip
ALIVE = {
    "script",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "base",
    "link",
    "img",
    "video",
    "audio",
    "math",
    "foreignobject",
}
REQUESTS = re.compile(r"url\(|@import|\bsrc(set)?=|\bhttp-equiv=.refresh", re.IGNORECASE)


def find_living(html: str) -> list[str]:
    """Everything in a page that runs, asks for something, or leads anywhere but to http(s) or into the page."""
    found = []
    for node in Tree(html).css("*"):
        if (node.tag or "").lower() in ALIVE:
            found.append(node.tag or "")
        for name, value in node.attributes.items():
            bad_link = name in ("href", "xlink:href") and not re.match(r"(https?://[^/]|#)", value or "")
            if name.startswith("on") or name in ("src", "srcset", "srcdoc", "action", "formaction", "data") or bad_link:
                found.append(f"{node.tag} {name}={value}")
    return found


class _Reader(HTMLParser):
    """A second parser, of another make: tags as it sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.tags += [name for name, _ in attrs if name.startswith("on")]


def page(made: Report) -> str:
    return render(made).decode()


def text(html: str) -> str:
    body = Tree(html).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


class TestTheBoard:
    def test_a_page_leads_to_the_board_where_it_has_an_address(self) -> None:
        html = page(replace(report(), board="https://board.test/"))
        assert '<a href="https://board.test/pain-points/pp-0a1b2c3d4e">pp-0a1b2c3d4e</a>' in html
        assert 'href="https://board.test/pain-points/pp-0a1b2c3d4e#assign">Give it an owner</a>' in html
        assert "listening pain-points assign" not in html

    def test_an_address_that_is_none_is_no_link(self) -> None:
        assert "javascript:" not in page(replace(report(), board="javascript:alert(1)"))

    def test_what_is_aimed_at_is_said(self) -> None:
        made = report()
        aimed = replace(made.pain_points[0], goal="Nobody <b> brings a strap")
        html = page(replace(made, pain_points=(aimed,)))
        assert "Goal: Nobody &lt;b&gt; brings a strap" in html


class TestHostileWords:
    @pytest.mark.parametrize("attack", ATTACKS)
    def test_stay_words_in_the_report(self, attack: str) -> None:
        html = page(hostile_report(attack))
        assert find_living(html) == []
        tags = _Reader(html).tags
        assert not ALIVE & set(tags)
        assert tags.count("style") == tags.count("title") - sum(tag == "svg" for tag in tags) - 1 == 1
        assert not REQUESTS.search(
            html.replace("&#34;", "").split("</style>")[0].split("<title>")[1].split("</title>")[1]
        )

    @pytest.mark.parametrize("attack", ATTACKS)
    def test_stay_words_in_the_mail(self, attack: str) -> None:
        bad = item(
            attack,
            stage=attack,
            touchpoint=attack,
            pain_point_id=attack,
            emergence=replace(item().emergence, sentence=attack, kind=attack),
            quotes=(quote(attack, source=attack, url=attack),) * 3,
        )
        made = alert(bad, owner=replace(alert().owner, name=attack), not_seen=(attack,))
        message = compose(made, sender="listening@house.test", base_url="https://board.test", now=NOW)
        part = message.get_body(("html",))
        assert part is not None
        tree = Tree(part.get_content())
        ours = tree.css("img")
        assert len(ours) == 1, "the picture that we hang on the mail ourselves"
        assert all(re.fullmatch(r"cid:[A-Za-z0-9-]*\.trend@listening", one.attributes["src"] or "") for one in ours)
        assert not any(name.startswith("on") for one in ours for name in one.attributes)
        tree.strip_tags(["img"])
        assert find_living(tree.html or "") == []
        assert _Reader(part.get_content()).tags.count("img") == len(ours)
        assert not (ALIVE - {"img"}) & set(_Reader(part.get_content()).tags)

    def test_the_words_are_still_there_to_read(self) -> None:
        html = page(report(pain_points=(row(name="<b>5 < 6</b> & more", quotes=(quote("<script>x</script>"),)),)))
        assert "<b>5 < 6</b> & more" in text(html)
        assert "<script>x</script>" in text(html)

    def test_the_detector_would_see_a_living_page(self) -> None:
        assert find_living("<p onclick=x><a href='javascript:x'>y</a><img src=z>") == [
            "p onclick=x", "a href=javascript:x", "img", "img src=z",
        ]  # fmt: skip


class TestReport:
    def test_needs_nothing_from_anywhere(self) -> None:
        html = page(report())
        assert not REQUESTS.search(html)
        assert "default-src 'none'" in html
        assert {
            node.attributes["href"] for node in Tree(html).css("a") if not node.attributes["href"].startswith("#")
        } == {"https://yard.test/t/17/3"}
        assert "prefers-color-scheme:dark" in html
        assert "@media print" in html

    def test_every_link_into_the_page_arrives(self) -> None:
        tree = Tree(page(report()))
        ids = {node.attributes["id"] for node in tree.css("[id]")}
        inner = {node.attributes["href"][1:] for node in tree.css("a[href^='#']")}
        assert inner == {one.id for one in report().pain_points}
        assert inner <= ids

    def test_the_head_tells_period_counts_and_where_to_look_first(self) -> None:
        tree = Tree(page(report()))
        head = text(page(report()))
        assert "1 January 2026 to 31 March 2026" in head
        assert "4,218 posts by 1,377 people · 3 pain points, 2 of them mostly told without complaining aloud · " in head
        assert " · 1 of 9 touchpoints blind" in head
        assert [node.text(strip=True) for node in tree.css(".first a")] == [
            "Helmet buckle never closes, so people bring their own strap",
            "Nobody knows which price applies on public holidays",
        ]

    def test_a_card_tells_all_that_is_known(self) -> None:
        card = Tree(page(report())).css("article")[1]
        told = " ".join(card.text(separator=" ").split())
        for part in (
            "Ride › Helmet box", "People 12 + 3 who told us", "17 · 1,830", "Unspoken 57 %", "nobody yet",
            "Status open", WHY, "yard , 28 March 2026", "listening pain-points assign pp-0a1b2c3d4e --owner NAME",
            "at most 6 people", "People a week, oldest first: 0, 0, 1, 0, 1, 0, 1, 2, 1, 3, 4, 6",
        ):  # fmt: skip
            assert part in told
        assert len(card.css("blockquote")) == 3
        assert len(card.css("blockquote a")) == 2
        assert "= importance 5 × cost 3 × ease 2" in Tree(page(report())).css("article")[0].text()

    def test_at_most_three_quotes_and_three_reasons(self) -> None:
        card = Tree(page(report(pain_points=(row(quotes=(quote(),) * 9, emergences=tuple("abcde")),)))).css("article")[
            0
        ]
        assert (len(card.css("blockquote")), [one.text() for one in card.css(".why li")]) == (3, ["c", "d", "e"])

    def test_blind_is_said_and_never_looks_like_good_news(self) -> None:
        tree = Tree(page(report()))
        assert [node.text() for node in tree.css("svg .blind-word")] == ["blind"]
        line = tree.css("table")[0].css("tbody tr")[6]
        assert [one.text() for one in line.css("td")] == ["+0.5", "blind", "–", "0", "nobody heard: no statement"]
        assert [node.css_first("bdi").text() for node in tree.css(".is-blind")] == ["Renewal letter"]
        assert "◌ blind" in tree.css(".is-blind")[0].text()

    @pytest.mark.parametrize(
        ("assumed", "mean", "gap"),
        [
            (2.0, 0.1, "worse than assumed"),
            (-2.0, 0.1, "better than assumed"),
            (0.4, 0.1, "no clear difference"),
            (None, 0.1, "–"),
            (1.0, None, "nobody heard: no statement"),
            (float("nan"), 0.1, "–"),
        ],
    )
    def test_assumed_against_measured_on_one_scale(self, assumed: float | None, mean: float | None, gap: str) -> None:
        made = report(moods=(mood("use", "Ride", assumed, mean),))
        assert Tree(page(made)).css("table")[0].css("tbody td")[-1].text() == gap

    @pytest.mark.parametrize(
        ("people", "gap"),
        [(1, "1 person: too few to tell"), (7, "7 people: too few to tell"), (8, "worse than assumed")],
    )
    def test_few_people_give_no_verdict_however_alike_they_are(self, people: int, gap: str) -> None:
        made = report(moods=(mood("use", "Ride", 1.0, -0.8, 0.01, people=people),))
        assert Tree(page(made)).css("table")[0].css("tbody td")[-1].text() == gap

    def test_an_empty_report_says_what_to_do(self) -> None:
        told = text(page(empty()))
        for part in ("Nothing was read in this period", "listening doctor", "listening night", "No source was visited"):
            assert part in told
        assert find_living(page(empty())) == []

    def test_posts_without_pain_are_told_apart_from_no_posts(self) -> None:
        told = text(page(report(pain_points=())))
        assert "No pain point was told in this period, in 4,218 posts by 1,377 people" in told
        assert "Nothing was read" not in told

    def test_a_map_without_stages_still_gives_a_page(self) -> None:
        made = report(moods=(), touchpoints=())
        assert "Fits no stage" in text(page(made))
        assert "How people feel" not in text(page(made))


class TestSources:
    def test_those_in_trouble_come_first_with_their_dark_nights(self) -> None:
        reddit, blog, yard = source_health(crawls())
        assert (reddit.source, reddit.state, reddit.off, reddit.trouble) == (
            "reddit", "off", 90, "no key: set LISTENING_REDDIT_ID",
        )  # fmt: skip
        assert (blog.state, blog.failed, blog.new) == ("done", "10 Feb to 14 Feb, 2 Mar", 84)
        assert (yard.nights, yard.failed, yard.new, yard.trouble) == (90, "", 1800, "")

    def test_the_latest_visit_counts_in_any_order(self) -> None:
        visits = [Crawl("a", NIGHT.replace(day=3), "done", warnings=("x", "y")), Crawl("a", NIGHT, "failed", error="z")]
        for order in (visits, visits[::-1]):
            (found,) = source_health(order)
            assert (found.state, found.failed, found.trouble, found.nights) == ("failed", "31 Mar", "z", 2)
        assert source_health(visits[:1])[0].trouble == "x; y"


class TestPictures:
    def test_both_lines_share_one_scale_and_break_where_nothing_is_known(self) -> None:
        curve = emotion_curve(report().moods)
        top, middle, floor = (y for y, _ in curve.grid)
        ride, stay = curve.stops[4], curve.stops[6]
        assert ride.assumed == top
        assert ride.measured is not None
        assert middle < ride.measured.y < floor
        assert ride.measured.high < ride.measured.y < ride.measured.low
        assert stay.measured is None
        assert [len(line.split()) for line in curve.assumed] == [5]
        assert [len(line.split()) for line in curve.measured] == [6]

    @pytest.mark.parametrize("number", [0, 1, 2, 30])
    def test_any_number_of_stages_stays_inside(self, number: int) -> None:
        made = [mood(f"s{n}", "A stage with a rather long name", 9.0, -3.0) for n in range(number)]
        curve = emotion_curve(made)
        assert len(curve.stops) == number
        for stop in curve.stops:
            assert curve.left <= stop.left < stop.x < stop.left + stop.width <= curve.right + 1
            assert stop.measured is not None
            assert curve.top <= stop.measured.y <= curve.floor
            assert len(stop.lines) <= 2
            assert all(len(line) <= max(4, stop.width / 7.2) for line in stop.lines)

    @pytest.mark.parametrize(
        ("trend", "bars"),
        [((), ""), ((0, 0), "▁▁"), ((0, 1, 7), "▁▂█"), ((1, 1), "██"), ((0, 1, 1000), "▁▂█")],
    )
    def test_a_trend_in_characters(self, trend: tuple[int, ...], bars: str) -> None:
        assert text_bars(trend) == bars
        assert set(bars) <= set(BLOCKS)

    def test_a_trend_in_bars(self) -> None:
        bars = trend_bars((0, 3, 6), width=30, height=10)
        assert [(bar.x, bar.height, bar.y) for bar in bars] == [(0.0, 1.5, 8.5), (10.0, 5.0, 5.0), (20.0, 10.0, 0.0)]
        assert trend_bars(()) == ()


def test_a_page_for_paper_has_so_many_cards_and_says_what_it_left_out() -> None:
    rows = tuple(row(id=f"pp-{n}", name=f"pain {n}", people=100 - n, stage="use") for n in range(9))
    page = render(replace(report(), pain_points=rows), most=4).decode()
    tree = Tree(page)
    assert [one.attributes["id"] for one in tree.css("article")] == ["pp-0", "pp-1", "pp-2", "pp-3"]
    assert "The 4 that most people told stand here; 5 others" in tree.text()
    assert {one.attributes["href"] for one in tree.css(".map a")} <= {"#pp-0", "#pp-1", "#pp-2", "#pp-3"}
    assert len(Tree(render(replace(report(), pain_points=rows)).decode()).css("article")) == 9
