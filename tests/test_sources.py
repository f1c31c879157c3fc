from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sources_fakes import FakeDiscourse
from sources_site import NOW, Kept, Reply, config, opened, site

from listening.errors import SettingsError, SourceBroken, SourceUnavailable
from listening.sources import KINDS, check_config
from listening.sources.dates import find_moment, read_moment
from listening.types import PostKind

DAY = timedelta(days=1)


# --- the table of kinds


def test_every_kind_tells_its_options() -> None:
    assert set(KINDS) == {"feed", "discourse", "forum", "reddit", "file"}
    for kind in KINDS.values():
        assert all(option.sentence for option in kind.OPTIONS.values())


@pytest.mark.parametrize(
    ("conf", "words"),
    [
        (config("fed", "http://x.example"), "did you mean 'feed'"),
        (config("feed", ""), "url: is missing"),
        (config("feed", "http://x.example", full_txt="auto"), "did you mean 'full_text'"),
        (config("feed", "http://x.example", comments="yes"), "should be bool"),
        (config("feed", "http://x.example", tries=-1), "should be int"),
        (config("reddit", ""), "subreddits: is missing"),
        (config("file", ""), "path: is missing"),
        (config("feed", "x.example/feed"), "url: .x.example/feed. should begin with https://"),
        (config("file", "a.csv", post_kind="poll"), "take one of"),
        (config("forum", "http://x.example", engine="phbb"), "phpbb"),
        (config("forum", "http://x.example", selectors={"post": "div["}), "post: .* is no CSS"),
        (config("forum", "http://x.example", engine="phpbb", selectors={"poster": "b"}), "poster unknown"),
        (config("forum", "http://x.example", engine="phpbb", timezone="Mars/North"), "no time zone"),
    ],
)
def test_mistakes_in_settings_are_named(conf: object, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        opened(conf)


def test_all_mistakes_of_a_block_are_named_at_once() -> None:
    assert len(check_config(config("feed", "", tires=1, comments=3))) == 3


# --- dates


@pytest.mark.parametrize(
    ("shown", "want"),
    [
        ("2026-03-02T14:05:00Z", datetime(2026, 3, 2, 14, 5, tzinfo=UTC)),
        ("2026-03-02T14:05:00+02:00", datetime(2026, 3, 2, 12, 5, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("1772460300", datetime(2026, 3, 2, 14, 5, tzinfo=UTC)),
        (1772460300, datetime(2026, 3, 2, 14, 5, tzinfo=UTC)),
        ("1772460300000", datetime(2026, 3, 2, 14, 5, tzinfo=UTC)),
        ("soon", None),
        ("", None),
        (True, None),
        (float("nan"), None),
        (1e300, None),
    ],
)
def test_moments(shown: str | float, want: datetime | None) -> None:
    assert read_moment(shown) == want


@pytest.mark.parametrize(
    ("shown", "form", "want"),
    [
        ("by X » Sun May 26, 2019 4:43 pm", "%a %b %d, %Y %I:%M %p", datetime(2019, 5, 26, 14, 43, tzinfo=UTC)),
        ("06-15-2016,\xa005:21 PM #2", "%m-%d-%Y, %I:%M %p", datetime(2016, 6, 15, 15, 21, tzinfo=UTC)),
        ("May 3rd, 2026, 6:40 pm", "%B %d, %Y, %I:%M %p", datetime(2026, 5, 3, 16, 40, tzinfo=UTC)),
        ("Today, 01:30 AM", "", datetime(2026, 3, 19, 23, 30, tzinfo=UTC) + DAY),
        ("Yesterday 17:21", "", datetime(2026, 3, 19, 16, 21, tzinfo=UTC)),
        ("3 hours ago", "", datetime(2026, 3, 20, 0, 0, tzinfo=UTC)),
        ("99-99-2016, 05:21 PM", "%m-%d-%Y, %I:%M %p", None),
        ("Joined: 1970-01-01", "%Y-%m-%d", None),
    ],
)
def test_shown_dates(shown: str, form: str, want: datetime | None) -> None:
    found = find_moment(shown, [form] if form else [], now=NOW, zone=ZoneInfo("Europe/Berlin"))
    if shown.startswith("Today"):
        want = datetime(2026, 3, 20, 0, 30, tzinfo=UTC)
    assert found == want


# --- Discourse


def forum_of_57() -> FakeDiscourse:
    long = [(100 + n, NOW - 9 * DAY + n * timedelta(hours=3), f"post {n}") for n in range(57)]
    short = [
        (1, NOW - 30 * DAY, "old"),
        (2, NOW - 20 * DAY, "edited"),
        (3, NOW - 20 * DAY, "closed"),
        (4, NOW - 20 * DAY, "hidden"),
    ]
    return FakeDiscourse({7: long, 3: short})


def test_discourse_threads_come_whole() -> None:
    with site(forum_of_57()) as it:
        kept = Kept().night(config("discourse", it.url + "/"))
    assert set(kept.posts) == {str(100 + n) for n in range(57)} | {"1", "2"}
    assert kept.yielded == 59
    first, second, edited = kept.posts["100"], kept.posts["141"], kept.posts["2"]
    assert (first.title, first.author, first.likes, first.views, first.reply_to) == ("Topic 7", "u100", 4, 70, None)
    assert (second.title, second.reply_to, second.thread, second.views) == ("", "140", "7", 9)
    assert (first.kind, first.created_at, first.date_from) == (PostKind.FORUM, NOW - 9 * DAY, "api")
    assert (first.edited_at, edited.edited_at) == (None, NOW - 20 * DAY + timedelta(hours=1))
    assert first.url == f"{it.url}/t/s/7/1"


def test_discourse_second_night_reads_only_what_moved_and_the_overlap() -> None:
    fake = forum_of_57()
    with site(fake) as it:
        kept = Kept().night(config("discourse", it.url))
        it.calls.clear()
        fake.topics[3].append((999, NOW + timedelta(hours=5), "news"))
        kept.night(config("discourse", it.url), NOW + DAY)
        assert "999" in kept.posts
        kept.night(config("discourse", it.url), NOW + 30 * DAY)
        it.calls.clear()
        assert kept.night(config("discourse", it.url), NOW + 31 * DAY).yielded == 0
        assert it.paths() == ["/latest.json"]


@pytest.mark.parametrize("stop_after", range(1, 5))
def test_discourse_killed_run_goes_on_in_the_middle_of_a_thread(stop_after: int) -> None:
    with site(forum_of_57()) as it:
        kept = Kept().night(config("discourse", it.url), stop_after=stop_after)
        kept.night(config("discourse", it.url))
    assert len(kept.posts) == 59
    assert kept.yielded == [59, 39, 19, 57][stop_after - 1]


def test_discourse_pages_past_pinned_threads_and_ties() -> None:
    same = NOW - 2 * DAY
    topics = {n: [(n, same, f"tie {n}")] for n in range(1, 41)} | {90: [(90, NOW - 300 * DAY, "pinned")]}
    with site(FakeDiscourse(topics, pinned={90})) as it:
        kept = Kept().night(config("discourse", it.url, backlog_days=30))
    assert set(kept.posts) == {str(n) for n in range(1, 41)}


def test_discourse_future_activity_does_not_blind_the_source() -> None:
    fake = FakeDiscourse({1: [(1, datetime(2099, 1, 1, tzinfo=UTC), "from 2099")]})
    with site(fake) as it:
        kept = Kept().night(config("discourse", it.url))
        fake.topics[2] = [(2, NOW + timedelta(hours=3), "next day")]
        kept.night(config("discourse", it.url), NOW + DAY)
    assert set(kept.posts) == {"1", "2"}


def test_discourse_one_broken_thread_is_told_and_met_again() -> None:
    fake = FakeDiscourse({n: [(n, NOW - n * DAY, "x")] for n in range(1, 11)}, broken={5})
    with site(fake) as it:
        kept = Kept().night(config("discourse", it.url, tries=1))
        assert len(kept.posts) == 9
        assert "/t/5.json" in kept.warnings[0]
        fake.broken.clear()
        kept.night(config("discourse", it.url, overlap_days=0))
        assert len(kept.posts) == 10


def test_discourse_that_is_down_in_the_middle_ends_the_visit() -> None:
    fake = FakeDiscourse({n: [(n, NOW - n * DAY, "x")] for n in range(1, 11)}, broken=set(range(1, 8)))
    with site(fake) as it:
        with pytest.raises(SourceUnavailable):
            Kept().night(config("discourse", it.url, tries=1))
        assert len(it.calls) == 1 + 3 + 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<html><title>Log in</title>", "an HTML page titled 'Log in'"),
        ('{"errors": []}', "no 'topic_list'"),
        ("[" * 100_000, "JSON instead"),
        ("", "an empty answer"),
    ],
)
def test_discourse_that_gives_something_else_says_what(body: str, words: str) -> None:
    with site({"/latest.json": Reply(body)}) as it, pytest.raises(SourceBroken, match=words):
        Kept().night(config("discourse", it.url))
