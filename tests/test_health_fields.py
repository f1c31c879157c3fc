"""A theme that changes in part: posts come as ever, and no longer tell something that they told; it is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from cli_nouns import Run
from nights_houses import House
from nights_world import MONDAY
from sources_site import Call, Reply, config, site
from store_nouns import NIGHT as STORED
from store_nouns import document, keep

from listening import pipeline
from listening.cli import opened
from listening.health import ill_this_week, judge
from listening.pipeline import caring
from listening.sources import hosts
from listening.store import Store, reads, writes
from listening.types import Crawl

pytest_plugins = ("cli_fixtures", "nights_fixtures", "store_fixtures")
NIGHT = date(2026, 3, 30)
WHOLE = {"author": 40, "date": 40, "likes": 12, "views": 0, "reply": 15, "title": 40, "characters": 8_000}


def visits(*nights: Mapping[str, int]) -> list[Crawl]:
    first = NIGHT - timedelta(days=len(nights) - 1)
    days = (first + timedelta(days=at) for at in range(len(nights)))
    return [
        Crawl("yard", day, "done", seen=told["posts"], new=40, told=told)
        for day, told in zip(days, nights, strict=True)
    ]


def told(posts: int = 40, **fields: int) -> dict[str, int]:
    """What so many posts told, each field in its usual share unless it is given."""
    return {"posts": posts, **{name: round(count * posts / 40) for name, count in WHOLE.items()}, **fields}


def said(*nights: Mapping[str, int]) -> tuple[str, ...]:
    return judge("yard", visits(*nights), night=NIGHT).warnings


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ({"author": 0}, "0 of 40 posts tell an author, usually 100%"),
        ({"author": 20}, "20 of 40 posts tell an author, usually 100%"),
        ({"date": 8}, "8 of 40 posts tell a date, usually 100%"),
        ({"characters": 1_500, "posts": 60}, "texts of 25 characters, usually 200"),
        ({"title": 0}, "0 of 40 posts tell a title, usually 100%"),
        ({"reply": 0}, "0 of 40 posts tell whom they answer, usually 38%"),
    ],
)
def test_what_posts_do_not_tell_any_more_is_named(last: dict[str, int], words: str) -> None:
    (warning,) = said(*[told()] * 8, {**told(last.get("posts", 40)), **last})
    assert warning.startswith(words)
    assert " -> " in warning


def test_few_posts_a_night_are_judged_together() -> None:
    """Three of ten have likes: that ten posts have none is chance, that fifty have none is not."""
    few, without = told(10), told(10, likes=0)
    assert said(*[few] * 14, without) == ()
    (warning,) = said(*[few] * 14, *[without] * 5)
    assert warning.startswith("0 of 50 posts tell likes, usually 30%")


@pytest.mark.parametrize(
    "nights",
    [
        [told()] * 9,
        [told()] * 6 + [told(author=0)],  # too few nights say what is usual
        [told()] * 8 + [told(author=35)],
        [told()] * 8 + [told(characters=4_100)],
        [told(2)] * 8 + [told(2, reply=0)],
        [told(views=0)] * 9,
        [told(400, likes=400), *[told(5, likes=1)] * 8],  # the first visit brought years, with all their likes
        [told()] * 8 + [{"posts": 0}],
        [told(author=n) for n in (40, 3, 40, 3, 40, 3, 40, 3, 40)],  # never steady
    ],
)
def test_what_is_no_change_is_not_told(nights: list[dict[str, int]]) -> None:
    assert said(*nights) == ()


def test_the_week_tells_it_too_and_a_source_from_before_the_counts_is_left_alone() -> None:
    found = ill_this_week("yard", visits(*[told()] * 9, told(likes=0, posts=80)), night=NIGHT)
    assert len(found) == 1
    assert found[0].startswith("yard: 0 of 80 posts tell likes")
    assert said(*[{"posts": 0}] * 20) == ()


# --- what is counted


def test_a_visit_counts_what_its_posts_tell_once(store: Store) -> None:
    new = [
        document("d1", "12345", person="p1", likes=3, title="T", reply_to="d0"),
        document("d2", "x" * 5_000, person="", date_from="first-seen", views=7),
    ]
    keep(store, *new)
    keep(store, document("d3", "123", person="p2"))
    (crawl,) = reads.crawls(store, STORED)
    assert crawl.told["posts"] == 3
    assert {name: crawl.told.get(name, 0) for name in WHOLE} == {
        "author": 2, "date": 2, "likes": 1, "views": 1, "reply": 1, "title": 1, "characters": 608,
    }  # fmt: skip


# --- whole nights


ROW = "<li class='row'><a class='topictitle' href='/viewtopic.php?t={0}'>T</a><dd class='lastpost'>{1}</dd></li>"
POST = (
    "<div id='p{n}' class='post'><p class='author'>"
    "by <a class='username'>u{n}</a> <time datetime='{at}'>then</time></p>"
    "<div class='content'>it drips again, for the {n}th time, and nobody of the makers has an answer to it</div>"
    "<div class='post_thanks'><span class='thanks-count'>3</span></div></div>"
)


def forum(change: Callable[[str], str], night: int) -> Callable[[Call], Reply]:
    """A board of one new thread a night, of twelve posts; `change` is made to the page of a thread."""
    at = (MONDAY + timedelta(days=night, hours=-1)).isoformat()

    def answer(call: Call) -> Reply:
        if call.path == "/viewforum.php":
            row = ROW.format(night, f"<time datetime='{at}'>x</time>")
            return Reply(f"<html id='phpbb'><ul class='topiclist topics'>{row}</ul>")
        if call.path != "/viewtopic.php":
            return Reply(status=404)
        posts = "".join(POST.format(n=100 * night + n, at=at) for n in range(1, 13))
        return Reply(change(f"<html id='phpbb'><h2 class='topic-title'>T</h2>{posts}"))

    return answer


CHANGES = {
    "authors": (lambda page: re.sub(r"by <a class='username'>u\d+</a>", "", page, count=10), "posts tell an author"),
    "dates": (lambda page: page.replace("<time datetime=", "<i data-x=", 10), "posts tell a date"),
    "texts": (lambda page: page.replace("for the", "</div><p>"), "texts of"),
    "likes": (lambda page: page.replace("thanks-count", "x"), "posts tell likes"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_theme_that_changes_in_part_is_named_by_list_doctor_and_night(name: str, house: House) -> None:
    change, words = CHANGES[name]
    warned: list[tuple[str, ...]] = []
    for night in range(14):
        with site(forum(change if night >= 9 else str, night)) as it:
            source = config(
                "forum", it.url + "/viewforum.php?f=1", engine="phpbb", selectors={"likes": ".thanks-count"}
            )
            hosts._NIGHTS.clear()
            now = MONDAY + timedelta(days=night)
            crawled = pipeline.crawl(house.store, house.settings, source, key=b"k" * 32, now=now)
        assert (crawled.state, crawled.error) == ("done", "")
        (found,) = caring.examine_sources(
            house.store, house.settings, night=pipeline.night_of(house.settings, now), only=[source]
        )
        warned.append(found.warnings)
    assert not any(warned[:9])
    assert any(words in one for told in warned[9:] for one in told)


def test_sources_list_and_doctor_print_it(cli: Run, bikes_store: Store, bikes_home: Path) -> None:
    (bikes_home / "configs" / "sources.toml").write_text('[sources.board]\nkind = "feed"\nurl = "http://board.test/"\n')
    night = pipeline.night_of(opened.load_settings(None), opened.current())
    for back in range(9, -1, -1):
        person = "" if back == 0 else "p"
        some_posts = [document(f"d{back}.{at}", f"post {back} {at}", source="board", person=person) for at in range(30)]
        keep(bikes_store, *some_posts, source="board", night=night - timedelta(days=back))
        writes.keep_crawl(bikes_store, Crawl("board", night - timedelta(days=back), "done"))
    lines = [line for name in ("sources list", "doctor") for line in cli(*name.split()).out.splitlines()]
    assert sum("0 of 30 posts tell an author, usually 100%" in line for line in lines) == 2
