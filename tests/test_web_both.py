"""What the board does, programs can do too: each of its routes has a call, or stands here with the reason why not."""

from __future__ import annotations

import re

import pytest
from store_nouns import NIGHT, document, keep
from test_web_api import call
from web_nouns import Clients

from listening.documents import pseudonym
from listening.settings import pseudonym_key
from listening.store import NightStep, reads, writes
from listening.web.access import RULES
from listening.web.visit import API

pytest_plugins = ("store_fixtures", "web_fixtures")
CALLED_OTHERWISE = {  # of the board's routes, the call that does the same
    ("POST", "/map/import"): ("POST", "/map"),
    ("GET", "/map/edit"): ("GET", "/map/versions"),
    ("POST", "/map/stages"): ("POST", "/map/stages/{stage}"),
    ("POST", "/map/touchpoints"): ("POST", "/map/touchpoints/{touchpoint}"),
    ("POST", "/map/owners"): ("POST", "/map/owners/{owner}"),
    ("POST", "/map/personas"): ("POST", "/map/personas/{persona}"),
    ("GET", "/inbox"): ("GET", "/pain-points"),
    ("POST", "/inbox"): ("POST", "/pain-points/{point}/assign"),
    ("GET", "/pack"): ("GET", "/pack/{ending}"),
    ("POST", "/pack/preview"): ("POST", "/pack/workbook"),  # with dry_run
    ("POST", "/pack/apply"): ("POST", "/pack/workbook"),
    ("GET", "/sources/{source}"): ("GET", "/sources"),
    ("GET", "/nights/{night}"): ("GET", "/nights/{night}/visits"),
    ("POST", "/alerts/{alert}/mute"): ("POST", "/pain-points/{point}/mute"),
    ("POST", "/alerts/subscriptions/{owner}"): ("POST", "/map/owners/{owner}/subscription"),
    ("GET", "/privacy"): ("GET", "/counts"),
    ("GET", "/account"): ("GET", "/me"),
}
# a key that leaks must not make another one, nor change how somebody signs in
NOT_FOR_A_KEY = ("/account/", "/sign-in", "/sign-out")
NO_DOING = {"/", "/look", "/api-reference"}  # the way in, the colours, and the description itself


def test_all_that_the_board_does_has_a_call() -> None:
    calls = {(rule.method, rule.path.removeprefix(API)) for rule in RULES if rule.path.startswith(API)}
    ours = [(rule.method, rule.path) for rule in RULES if not rule.path.startswith((API, *NOT_FOR_A_KEY))]
    lacking = [one for one in ours if one[1] not in NO_DOING and CALLED_OTHERWISE.get(one, one) not in calls]
    assert lacking == []
    assert [one for one in CALLED_OTHERWISE if one not in ours or one in calls] == []


def test_a_merge_and_a_split_are_looked_at_before_they_are_done(client: Clients) -> None:
    editor = client("editor")
    before = [reads.point(editor.board.store, one) for one in ("pp-1", "pp-2")]
    status, told = call(editor, "/pain-points/pp-1/merge?into=pp-2")
    assert (status, told["passages"], told["people_after"]) == (200, 3, [0, 5])
    status, told = call(editor, "/pain-points/pp-1/split?passage=s-d1-0")
    assert (status, told["people_after"]) == (200, [2, 1])
    assert [reads.point(editor.board.store, one).size for one in ("pp-1", "pp-2")] == [one.size for one in before]
    assert call(editor, "/pain-points/pp-1/merge?into=pp-1")[0] == 422
    assert call(editor, "/pain-points/pp-1/split?passage=s-d4-0")[0] == 404


def test_a_night_s_news_and_a_mail_in_full(client: Clients) -> None:
    viewer = client("viewer")
    status, news = call(viewer, "/nights/2026-03-10/news")
    assert (status, [one["pain_point_id"] for one in news]) == (200, ["pp-1"])
    status, mail = call(viewer, "/alerts/a-1")
    assert (status, mail["owner"]["id"], mail["items"][0]["pain_point_id"]) == (200, "ann", "pp-1")
    assert call(viewer, "/alerts/none")[0] == 404


def test_a_night_s_steps_stand_in_their_order_with_what_stopped_them(client: Clients) -> None:
    viewer = client("viewer")
    for step, error in (("read", "no <weights>"), ("tell", ""), ("crawl", "")):
        writes.keep_step(viewer.board.store, NIGHT, NightStep(step, 1.25, error))
    shown = viewer.get("/nights/2026-03-10").text
    assert re.findall(r'<th scope="row">(\w+)<br>', shown) == ["Crawl", "Read", "Tell"]
    assert "no &lt;weights&gt;" in shown
    assert call(viewer, "/nights/2026-03-10/steps")[1][0] == {"step": "crawl", "seconds": 1.25, "error": ""}


def test_a_search_gives_the_words(client: Clients) -> None:
    found = call(client("viewer"), "/search?q=words")[1]
    assert {one["id"] for one in found["hits"]} == {*found["pain_points"], *found["posts"]} >= {"d1", "d5"}
    assert all("words" in one["snippet"] for one in found["hits"])


@pytest.mark.parametrize(("source", "posts"), [("", {"yard": 2, "board": 1}), ("yard", {"yard": 2}), ("none", {})])
def test_what_is_kept_of_somebody_is_counted_before_it_goes(
    client: Clients, source: str, posts: dict[str, int]
) -> None:
    admin = client("admin")
    person = pseudonym("somebody we know", pseudonym_key(admin.board.read_settings()))
    for number, place in enumerate(("yard", "yard", "board")):
        keep(admin.board.store, document(f"k{number}", source=place, person=person), source=place)
    assert call(admin, "/privacy/look", {"author": "somebody we know", "source": source}) == (200, posts)
    line = reads.audit(admin.board.store, limit=1)[0][0]
    assert (line.what, line.thing) == ("looked for an author", source or "every source")
    assert "somebody we know" not in repr(line)
