"""A source's health where people meet it: the night's mail and its printout, the list, the doctor, the report."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from cli_nouns import Run
from nights_houses import House
from nights_world import MONDAY
from sources_site import Reply, config, site

from listening import pipeline
from listening.cli import opened
from listening.demo.mailbox import Mailbox
from listening.pipeline import caring
from listening.settings import Settings
from listening.sources import hosts, robots_notes
from listening.store import Store, reads
from listening.store.tables import crawls, sources
from listening.types import Memory

pytest_plugins = ("cli_fixtures", "nights_fixtures", "store_fixtures")
NIGHT = date(2026, 3, 9)
DRY = "board: 1 new post, usually 30 a night; look at its page"


def visits(store: Store, source: str, *new: int, until: date = NIGHT, **last: object) -> None:
    """One good visit a night with so many new posts, the last one on `until`."""
    rows = [
        {
            "source": source,
            "night": until - timedelta(days=len(new) - 1 - at),
            "state": "done",
            "new": count,
            "error": "",
        }
        | {"error_kind": ""}
        for at, count in enumerate(new)
    ]
    rows[-1] |= last
    with store.writing() as connection:
        connection.execute(sa.delete(crawls).where(crawls.c.source == source))
        connection.execute(sa.insert(crawls), rows)


# --- the mail


def test_the_night_on_which_a_source_falls_ill_somebody_hears_of_it(house: House, mailbox: Mailbox) -> None:
    visits(house.store, "board", *[30] * 20, 1)
    assert pipeline.tell(house.store, house.settings, now=MONDAY).sent == 1
    (mail,) = mailbox.mails()
    assert "rest@house.test" in mail.to
    assert DRY in mail.path.read_text().replace("=\n", "")
    assert pipeline.tell(house.store, house.settings, now=MONDAY).sent == 0


def test_it_is_not_told_again_each_night(house: House, mailbox: Mailbox) -> None:
    visits(house.store, "board", *[30] * 20, 1, 1)
    assert pipeline.tell(house.store, house.settings, now=MONDAY).sent == 0
    assert not mailbox.mails()


def test_who_gets_a_mail_anyway_reads_it_there(lived: House, mailbox: Mailbox) -> None:
    visits(lived.store, "board", *[30] * 20, 1, 1)
    assert pipeline.tell(lived.store, lived.settings, now=MONDAY).sent
    assert all(DRY in mail.path.read_text().replace("=\n", "") for mail in mailbox.mails())


def test_a_source_that_failed_is_no_riddle_and_one_that_is_off_no_worry(house: House) -> None:
    visits(house.store, "board", *[30] * 20, 0, state="failed", error="503")
    visits(house.store, "yard", *[30] * 20, 0, state="off", error="no key")
    assert caring.ill_tonight(house.store, house.settings, night=NIGHT) == ()


def test_the_report_holds_each_sources_health(house: House) -> None:
    visits(house.store, "board", *[30] * 20, 1)
    visits(house.store, "yard", *[3] * 20)
    made = pipeline.make_report(house.store, house.settings, since=None, until=None, now=MONDAY)
    assert {one.source: one.state for one in made.health} == {"yard": "well", "board": "ill"}


# --- the command line


@pytest.fixture
def two_sources(bikes_home: Path) -> Settings:
    (bikes_home / "configs" / "sources.toml").write_text(
        '[sources.board]\nkind = "feed"\nurl = "http://board.test/"\nterms = "asked on 2 March"\n'
        '[sources.gone]\nkind = "feed"\nurl = "http://gone.test/"\nenabled = false\n'
    )
    return opened.load_settings(None)


def today(settings: Settings) -> date:
    return pipeline.night_of(settings, opened.current())


def test_the_list_tells_how_each_source_fares(cli: Run, bikes_store: Store, two_sources: Settings) -> None:
    night = today(two_sources)
    visits(bikes_store, "board", *[30] * 20, 1, until=night)
    with bikes_store.writing() as connection:
        new = {"name": "board", "kind": "feed", "first_night": night, "cursor": "", "notes": ["robots.txt is obeyed"]}
        connection.execute(sa.insert(sources).values(**new))
    first, second = cli("sources", "list").out.splitlines()
    assert first.split()[:5] == ["board", "feed", "on", "http://board.test/", "ill"]
    assert (
        f"last success {night}; 1 new (usually 30); 1 new post, usually 30 a night; look at its page; "
        "robots.txt is obeyed; terms: asked on 2 March"
    ) in first
    assert second.split()[:5] == ["gone", "feed", "off", "http://gone.test/", "off"]


def test_the_doctor_warns_without_calling_it_broken(cli: Run, bikes_store: Store, two_sources: Settings) -> None:
    visits(bikes_store, "board", *[30] * 20, 1, until=today(two_sources))
    (line,) = [line for line in cli("doctor").out.splitlines() if "source board" in line]
    assert line.startswith("ill")
    assert "1 new post, usually 30 a night" in line
    visits(bikes_store, "board", *[30] * 20, 0, until=today(two_sources), state="failed", error="503", error_kind="x")
    (line,) = [line for line in cli("doctor").out.splitlines() if "source board" in line]
    assert line.startswith("BROKEN")
    assert "503" in line


# --- a trial visit


FEED = "<rss version='2.0'><channel><title>B</title>{}</channel></rss>"
ITEM = "<item><guid>{0}</guid><title>Post {0}</title><description>mail me: a@b.test, says {0}</description></item>"


def test_check_shows_five_posts_their_page_and_what_robots_txt_says(cli: Run, bikes_home: Path) -> None:
    items = "".join(ITEM.format(number) for number in range(7))
    robots = Reply("User-agent: *\nDisallow: /private\nCrawl-delay: 0.01\n")
    with site({"/feed": Reply(FEED.format(items + "<item>cut"))}, robots) as it:
        (bikes_home / "configs" / "sources.toml").write_text(
            f'[sources.board]\nkind = "feed"\nurl = "{it.url}/feed"\nallow_hosts = ["127.0.0.1"]\ngap = 0.0\n'
            'full_text = "never"\n'
        )
        hosts._NIGHTS.clear()
        got = cli("sources", "check", "board")
    assert got.code == 0
    assert got.out.count("mail me: [email]") == 5
    assert "robots.txt is obeyed, with 0.01 s between pages" in got.out
    assert "is damaged" in got.err


def test_a_trial_reads_one_page_of_the_list_and_keeps_nothing(house: House) -> None:
    rows = "".join(f"<li class='row'><a class='topictitle' href='/viewtopic.php?t={n}'>T</a></li>" for n in (1, 2))
    more = "<div class='pagination'><a rel='next' href='/viewforum.php?f=1&amp;start=2'>Next</a></div>"
    post = (
        "<div id='p{0}' class='post'><p class='author'><a class='username'>u</a></p><div class='content'>it drips {0}"
    )
    pages = {
        "/viewforum.php": Reply(f"<html><ul class='topiclist topics'>{rows}</ul>{more}"),
        "/viewtopic.php": Reply(f"<html>{post.format(5)}</div></div>"),
    }
    with site(pages) as it:
        source = config("forum", it.url + "/viewforum.php?f=1", engine="phpbb")
        hosts._NIGHTS.clear()
        found = pipeline.look(house.settings, source, key=b"k" * 32, now=MONDAY)
        assert it.paths().count("/viewforum.php") <= 2
    assert (len(found.documents), found.notes) == (2, ("robots.txt sets no rules",))
    assert reads.memory(house.store, "it") == Memory()


# --- robots.txt in a sentence


@pytest.mark.parametrize(
    ("robots", "said"),
    [
        (Reply(status=404), "robots.txt sets no rules"),
        (Reply("User-agent: *\nDisallow: /x\n"), "robots.txt is obeyed"),
        (Reply("User-agent: *\nCrawl-delay: 2\n"), "robots.txt is obeyed, with 2 s between pages"),
        (Reply(status=503), "robots.txt could not be read (http"),
    ],
)
def test_what_robots_txt_says(robots: Reply, said: str, house: House) -> None:
    with site({"/feed": Reply(FEED.format(""))}, robots) as it:
        source = config("feed", it.url + "/feed", tries=1)
        hosts._NIGHTS.clear()
        pipeline.crawl(house.store, house.settings, source, key=b"k" * 32, now=MONDAY)
        (note,) = robots_notes(source, MONDAY)
    assert note.startswith(said)


def test_a_source_without_a_web_address_has_no_note() -> None:
    assert robots_notes(config("file", "/some/file.jsonl"), MONDAY) == ()
