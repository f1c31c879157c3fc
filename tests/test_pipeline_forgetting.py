"""What was deleted at Reddit is gone here after the next night: text, vector, quotes, names; and the counts say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from reddit_fake import FakeReddit
from sources_site import NOW, SECRETS, Reply, Site, config, site
from store_nouns import alert, document, keep, pain_point, rows, told

from listening import pipeline
from listening.cli.reddit_findings import reddit_lines
from listening.pipeline import forgetting
from listening.settings import Settings, load
from listening.store import Store, reads, writes
from listening.types import Document, PostKind

pytest_plugins = ("store_fixtures",)
DAY = timedelta(days=1)
FAR = NOW + 40 * DAY


@pytest.fixture
def fake() -> FakeReddit:
    return FakeReddit()


@pytest.fixture
def it(fake: FakeReddit) -> Iterator[Site]:
    with site(fake) as running:
        yield running


@pytest.fixture
def settings(it: Site) -> Settings:
    """An installation with one Reddit source, and the map of the store's nouns."""
    plain = load(Path(__file__).parent.parent / "configs", {})
    source = replace(config("reddit", "", base_url=it.url, subreddits=("it",)), name="reddit")
    return replace(plain, sources=(source,), secrets=SECRETS, journey=replace(plain.journey, id="bikes"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wait takes time."""
    monkeypatch.setattr("time.sleep", lambda _: None)


def stored(name: str, text: str = "", **more: Any) -> Document:  # noqa: ANN401 -- any field
    """A document of the post `t1_<name>`."""
    values = {"source": "reddit", "native_id": f"t1_{name}", "kind": PostKind.REDDIT, "url": ""}
    return document(name, text, **{**values, **more})


def ids(store: Store) -> list[str]:
    return [str(row["native_id"]) for row in reads.export_rows(store, "posts")]


class TestDeletion:
    def test_takes_text_vectors_quotes_and_names_along_and_counts_again(
        self, store: Store, settings: Settings, fake: FakeReddit
    ) -> None:
        link = fake.post("aa")
        for key in ("d1", "d2", "d3"):
            fake.comment(key, link)
        mine = stored("d1", "plantedmark drips at the seam")
        told(store, mine, stored("d2"), stored("d3"), point=pain_point(name="plantedmark drips", size=3))
        writes.queue_alerts(store, [alert(quoted="d1")], map_id="bikes", now=NOW)
        fake.delete("t1_d1")
        done = pipeline.recheck(store, settings, now=NOW)
        assert (done.state, done.checked, done.gone, done.nameless) == ("done", 3, 1, 0)
        assert ids(store) == ["t1_d2", "t1_d3"]
        left = repr(rows(store))
        assert "plantedmark" not in left
        assert "words of d1" not in left
        point = reads.point(store, "pp-1")
        assert (point.size, point.people) == (2, 2)
        assert point.name
        assert point.words
        assert reads.alert(store, "a-1").items[0].quotes == ()

    @pytest.mark.parametrize("how", ["deleted", "removed", "spam", "absent", "thread"])
    def test_is_seen_however_it_was_done(self, store: Store, settings: Settings, fake: FakeReddit, how: str) -> None:
        link = fake.post("aa")
        fake.comment("d1", link)
        fake.comment("d2", link)
        keep(store, stored("d1"), stored("d2"), stored("aa", native_id=link), source="reddit", kind="reddit")
        if how == "absent":
            del fake.things["t1_d1"]
        elif how == "thread":
            fake.things[link] |= {"selftext": "[removed]", "removed_by_category": "moderator"}
        elif how == "spam":
            fake.things["t1_d1"]["removed_by_category"] = "automod_filtered"
        else:
            fake.things["t1_d1"]["body"] = f"[{how}]"
        assert pipeline.recheck(store, settings, now=NOW).gone == 1
        assert link not in ids(store) if how == "thread" else "t1_d1" not in ids(store)

    def test_of_an_account_takes_the_pseudonym_and_leaves_the_words(
        self, store: Store, settings: Settings, fake: FakeReddit
    ) -> None:
        fake.comment("d1", fake.post("aa"), author="[deleted]")
        fake.comment("d2", "t3_aa")
        told(store, stored("d1", person="p-gus"), stored("d2", person="p-gus"), point=pain_point())
        writes.queue_alerts(store, [alert(quoted="d1")], map_id="bikes", now=NOW)
        assert reads.point(store, "pp-1").people == 1
        done = pipeline.recheck(store, settings, now=NOW)
        assert (done.gone, done.nameless) == (0, 1)
        assert [one.person for one in reads.documents_by_id(store, ["d1", "d2"])] == ["", "p-gus"]
        assert (reads.point(store, "pp-1").people, reads.alert(store, "a-1").items[0].quotes[0].person) == (2, "")
        assert pipeline.recheck(store, settings, now=NOW).nameless == 0

    def test_leaves_no_byte_in_the_file(self, sqlite_store: Store, settings: Settings, fake: FakeReddit) -> None:
        fake.post("aa")
        told(sqlite_store, stored("d1", "plantedmark " * 2000), stored("aa", native_id="t3_aa"))
        assert pipeline.recheck(sqlite_store, settings, now=NOW).gone == 1
        folder = Path(sqlite_store.engine.url.database or "").parent
        assert [file.name for file in folder.iterdir() if b"plantedmark" in file.read_bytes()] == []

    def test_does_not_touch_other_places(self, store: Store, settings: Settings) -> None:
        keep(store, document("yard", native_id="t1_x"), document("blog", kind=PostKind.BLOG))
        assert pipeline.recheck(store, settings, now=NOW) == pipeline.Rechecked(whole=NOW.isoformat())
        assert len(ids(store)) == 2

    def test_reaches_archives_by_their_addresses(self, store: Store, settings: Settings, fake: FakeReddit) -> None:
        fake.post("1ab")
        place = "https://www.reddit.com/r/x/comments/{}/title/"
        keep(
            store,
            stored("a", source="old", native_id="1ab", url=place.format("1ab")),
            stored("b", source="old", native_id="1ac", url=place.format("1ac")),
            stored("c", source="old", native_id="row 3"),
        )
        done = pipeline.recheck(store, settings, now=NOW)
        assert (done.checked, done.unknown, done.gone) == (2, 1, 1)
        assert sorted(ids(store)) == ["1ab", "row 3"]

    def test_in_a_thousand_posts_is_followed_whole(
        self, sqlite_store: Store, settings: Settings, fake: FakeReddit, it: Site
    ) -> None:
        link = fake.post("aa")
        names = [fake.comment(f"c{number}", link) for number in range(1200)]
        keep(sqlite_store, *(stored(name[3:]) for name in names), source="reddit", kind="reddit")
        for name in names[::3]:
            fake.delete(name)
        done = pipeline.recheck(sqlite_store, settings, now=NOW)
        assert (done.checked, done.gone) == (1200, 400)
        assert sorted(ids(sqlite_store)) == sorted(name for at, name in enumerate(names) if at % 3)
        asked = [call for call in it.calls if call.path == "/api/info/"]
        assert len(asked) == 12
        assert all(call.query["id"][0].count(",") < 100 for call in asked)


class TestRound:
    def test_goes_on_where_a_failure_was_and_comes_round(
        self, sqlite_store: Store, settings: Settings, fake: FakeReddit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(forgetting, "A_PART", 2)
        for key in "abcdef":
            fake.post(key)
        keep(sqlite_store, *(stored(key, native_id=f"t3_{key}") for key in "abcdef"))
        good, asked = FakeReddit.__call__, list[str]()

        def answer(self: FakeReddit, call: Any) -> Reply:  # noqa: ANN401 -- what it is called with
            if call.path == "/api/info/":
                asked.append(call.query["id"][0].replace("t3_", ""))
                if len(asked) == 3:
                    return Reply(status=418)
            return good(self, call)

        monkeypatch.setattr(FakeReddit, "__call__", answer)
        fake.delete("t3_e")
        first = pipeline.recheck(sqlite_store, settings, now=NOW)
        assert (first.state, first.checked, first.after, first.whole) == ("failed", 4, "d", "")
        assert asked == ["a,b", "c,d", "e,f"]
        second = pipeline.recheck(sqlite_store, settings, now=NOW + DAY)
        assert asked[3:] == ["e,f", "a,b", "c,d"]
        assert (second.state, second.checked, second.gone) == ("done", 6, 1)
        assert second.whole == (NOW + DAY).isoformat()

    def test_a_run_that_dies_before_the_names_is_made_up_for(
        self, sqlite_store: Store, settings: Settings, fake: FakeReddit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fake.post("d2")
        told(sqlite_store, stored("d1", native_id="t3_d1"), stored("d2", native_id="t3_d2"), point=pain_point())
        with monkeypatch.context() as patch:
            patch.setattr(forgetting, "_name_nameless", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                pipeline.recheck(sqlite_store, settings, now=NOW)
        assert reads.point(sqlite_store, "pp-1").name == ""
        pipeline.recheck(sqlite_store, settings, now=NOW + DAY)
        assert reads.point(sqlite_store, "pp-1").name != ""

    def test_only_posts_as_young_as_the_settings_say(
        self, sqlite_store: Store, settings: Settings, fake: FakeReddit
    ) -> None:
        keep(sqlite_store, stored("old", day=-100), stored("young", day=-1))
        younger = replace(settings, store=replace(settings.store, recheck_days=90))
        assert pipeline.recheck(sqlite_store, younger, now=NOW).checked == 1
        assert ids(sqlite_store) == ["t1_old"]
        assert fake.asked == ["/api/info/", "/api/info/"]  # an empty answer is asked for twice

    def test_twice_changes_nothing(self, sqlite_store: Store, settings: Settings, fake: FakeReddit) -> None:
        fake.post("aa")
        told(sqlite_store, stored("d1"), stored("aa", native_id="t3_aa"), point=pain_point())
        pipeline.recheck(sqlite_store, settings, now=NOW)
        pipeline.recheck(sqlite_store, settings, now=NOW)
        before = rows(sqlite_store)
        assert pipeline.recheck(sqlite_store, settings, now=NOW).gone == 0
        assert rows(sqlite_store) == before


class TestTrouble:
    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            ([Reply(status=503)] * 9, "status 503"),
            ([Reply("<html>")], "cannot be read"),
            ([Reply('{"kind": "Listing", "data": {}}')], "cannot be read"),
            ([Reply("{}")], "cannot be read"),
            ([Reply(status=403)], "cannot be read"),
        ],
    )
    def test_at_reddit_deletes_nothing(
        self, sqlite_store: Store, settings: Settings, fake: FakeReddit, bad: list[Reply], words: str
    ) -> None:
        keep(sqlite_store, stored("d1"))
        fake.bad = list(bad)
        done = pipeline.recheck(sqlite_store, settings, now=NOW)
        assert (done.state, words in done.reason, ids(sqlite_store)) == ("failed", True, ["t1_d1"])

    def test_without_a_key_it_is_off_and_says_so(self, sqlite_store: Store, settings: Settings) -> None:
        keep(sqlite_store, stored("d1"))
        done = pipeline.recheck(sqlite_store, replace(settings, secrets={}), now=NOW)
        assert (done.state, "reddit.com/prefs/apps" in done.reason) == ("off", True)
        assert ids(sqlite_store) == ["t1_d1"]


class TestDoctor:
    def lines(self, settings: Settings, store: Store | None, now: datetime = NOW) -> dict[str, tuple[str, str]]:
        return {part: (state, told_of) for part, state, told_of in reddit_lines(settings.secrets, store, now)}

    def test_names_the_way_that_is_live_and_why(self, settings: Settings) -> None:
        own = {"REDDIT_USER": "ann", "REDDIT_RSS_TOKEN": "secrettoken"}
        states = [self.lines(replace(settings, secrets=secrets), None) for secrets in (SECRETS, own, {})]
        assert [state["reddit"][0] for state in states] == ["ok", "ok", "off"]
        assert [state["reddit"][1].partition(":")[0] for state in states] == [
            "live by your key",
            "live by your own feeds",
            "not live",
        ]
        assert "secrettoken" not in repr(states)

    def test_says_whether_deletions_are_followed_in_time(
        self, sqlite_store: Store, settings: Settings, fake: FakeReddit
    ) -> None:
        assert "reddit deletions" not in self.lines(settings, sqlite_store)
        keep(sqlite_store, stored("d1"), stored("d2"))
        assert self.lines(settings, sqlite_store)["reddit deletions"][0] == "off"
        fake.bad = [Reply(status=503)] * 9
        pipeline.recheck(sqlite_store, settings, now=NOW)
        state, sentence = self.lines(settings, sqlite_store)["reddit deletions"]
        assert (state, "status 503" in sentence) == ("BROKEN", True)
        fake.comment("d1", fake.post("aa"))
        pipeline.recheck(sqlite_store, settings, now=NOW + DAY)
        assert self.lines(settings, sqlite_store, NOW + 2 * DAY)["reddit deletions"] == (
            "ok",
            "1 posts, all looked up since 2026-03-21 03:00 UTC; 1 went then",
        )
        assert self.lines(settings, sqlite_store, FAR)["reddit deletions"][0] == "BROKEN"
        keyless = self.lines(replace(settings, secrets={}), sqlite_store)["reddit deletions"]
        assert (keyless[0], "without a key" in keyless[1]) == ("off", True)
