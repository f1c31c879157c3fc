"""A place whose posts come late, tie, change, lie about their date or vanish, served as three kinds of site."""

from __future__ import annotations

import html
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sources_fakes import stamp
from sources_site import Call, Reply

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
THEN_2099 = datetime(2099, 1, 1, tzinfo=UTC)
WORDS = tuple(
    "bag zip strap bottle rain cover pocket seam buckle handle lining colour wheel clasp label frame sleeve".split()  # noqa: SIM905 -- a list to read
)


@dataclass(slots=True)
class Said:
    """One post: the date that the site shows, when it can first be seen, and its later versions."""

    id: int
    thread: int
    shown: datetime
    visible: datetime
    text: str
    edits: list[tuple[datetime, str, bool]] = field(default_factory=list)  # (when, text, does the thread come up again)
    gone: datetime | None = None

    def at(self, now: datetime) -> str:
        """The text that stands at a moment."""
        return [self.text, *(text for when, text, _ in self.edits if when <= now)][-1]

    def there(self, now: datetime) -> bool:
        """Whether one can see it at a moment."""
        return self.visible <= now and (self.gone is None or now < self.gone)


def generate(count: int, *, days: float, seed: int) -> list[Said]:
    """Posts of some days: a third share their second with another, a fifth come up to 48 h late, a fifth are edited.

    A tenth of the clocks are an hour off, one is of 2099. Late posts do not bring their thread up, nor do half of the
    edits: those come within 20 h of when the post could first be seen.
    """
    rng = random.Random(seed)  # noqa: S311 - chance, no secret
    moment, made = START, list[Said]()
    for number in range(1, count + 1):
        if rng.random() > 1 / 3:
            moment += timedelta(seconds=round(rng.expovariate(count / (days * 86_400))))
        late = timedelta(seconds=rng.randint(0, 172_800)) if rng.random() < 0.2 else timedelta()
        off = rng.choice((-HOUR, HOUR)) if rng.random() < 0.1 else timedelta()
        one = Said(number, 1 + int(rng.random() ** 2 * count / 6), moment + off, moment + late, _words(rng, number, 0))
        for version in range(1, rng.choice((1, 1, 1, 1, 2, 3))):
            bumps = not late and rng.random() < 0.5
            after = timedelta(hours=rng.uniform(0, 120 if bumps else 20))
            one.edits.append((one.visible + after, _words(rng, number, version), bumps))
        one.edits.sort(key=lambda edit: edit[0])
        made.append(one)
    made[count // 2].shown = THEN_2099
    return made


def _words(rng: random.Random, number: int, version: int) -> str:
    return f"{' '.join(rng.choices(WORDS, k=8))} said {number} in version {version}"


@dataclass
class World:
    """The place at a moment (`now`), as a Discourse, a phpBB and a feed."""

    posts: Sequence[Said]
    now: datetime = START
    per_page: int = 30

    def threads(self) -> dict[int, list[Said]]:
        """What can be seen, by thread."""
        found: dict[int, list[Said]] = {}
        for one in self.posts:
            if one.there(self.now):
                found.setdefault(one.thread, []).append(one)
        return found

    def bumped(self, posts: Sequence[Said]) -> datetime:
        """When the site says that a thread last had news."""
        edits = [when for one in posts for when, _, bumps in one.edits if bumps and when <= self.now]
        return max([*(one.shown for one in posts), *edits])

    def order(self) -> list[tuple[int, list[Said]]]:
        """The threads as their list shows them, newest activity first."""
        return sorted(self.threads().items(), key=lambda pair: (self.bumped(pair[1]), pair[0]), reverse=True)

    # --- Discourse

    def discourse(self, call: Call) -> Reply:
        """Answer as Discourse does, thirty threads a page and twenty posts a call."""
        if call.path == "/latest.json":
            return self._latest(int(call.query.get("page", ["0"])[0]))
        number = int(call.path.split("/")[2].removesuffix(".json"))
        posts = self.threads().get(number, [])
        if not posts:
            return Reply(status=404)
        raw = [self._raw(one, place) for place, one in enumerate(posts, start=1)]
        if call.path.endswith("posts.json"):
            wanted = {int(one) for one in call.query["post_ids[]"]}
            return Reply(json.dumps({"post_stream": {"posts": [one for one in raw if one["id"] in wanted]}}))
        stream = {"posts": raw[:20], "stream": [one.id for one in posts]}
        topic = {"id": number, "title": f"Topic {number}", "slug": "s", "views": 0, "post_stream": stream}
        return Reply(json.dumps(topic))

    def _latest(self, page: int) -> Reply:
        order = self.order()
        part = order[page * self.per_page : (page + 1) * self.per_page]
        topics = [{"id": number, "bumped_at": stamp(self.bumped(posts))} for number, posts in part]
        more = {"more_topics_url": "/latest?page=1"} if len(order) > (page + 1) * self.per_page else {}
        return Reply(json.dumps({"topic_list": {"topics": topics, **more}}))

    def _raw(self, one: Said, place: int) -> dict[str, object]:
        text = one.at(self.now)
        return {
            "id": one.id,
            "post_number": place,
            "username": f"u{one.id % 97}",
            "cooked": f"<p>{text}</p>",
            "created_at": stamp(one.shown),
            "updated_at": stamp(one.shown),
            "version": 1 if text == one.text else 2,
            "post_type": 1,
            "reads": 0,
            "reply_to_post_number": None,
            "actions_summary": [],
        }

    # --- phpBB

    def phpbb(self, call: Call) -> Reply:
        """Answer as a phpBB of one board does, thirty threads and ten posts a page."""
        start = int(call.query.get("start", ["0"])[0])
        body = self._board(start) if call.path == "/viewforum.php" else self._topic(int(call.query["t"][0]), start)
        if not body:
            return Reply(status=404)
        page = f"<html><head><title>Board</title></head><body id='phpbb'>{body}</body></html>"
        return Reply(page, headers={"Content-Type": "text/html"})

    def _board(self, start: int) -> str:
        order = self.order()
        rows = "".join(
            f"<li class='row'><dl><dt><a class='topictitle' href='./viewtopic.php?f=1&amp;t={number}'>Topic {number}"
            f"</a></dt><dd class='lastpost'>by x <time datetime='{self.bumped(posts).isoformat()}'>then</time></dd>"
            "</dl></li>"
            for number, posts in order[start : start + self.per_page]
        )
        after = start + self.per_page
        more = f"<a rel='next' href='./viewforum.php?f=1&amp;start={after}'>Next</a>" if len(order) > after else ""
        return f"<ul class='topiclist topics'>{rows}</ul><div class='pagination'>{more}</div>"

    def _topic(self, number: int, start: int) -> str:
        posts = self.threads().get(number, [])
        shown = "".join(
            f"<div id='p{one.id}' class='post bg1'><div class='postbody'><p class='author'>by <a class='username'>"
            f"u{one.id % 97}</a> » <time datetime='{one.shown.isoformat()}'>then</time></p>"
            f"<div class='content'>{html.escape(one.at(self.now))}</div></div></div>"
            for one in posts[start : start + 10]
        )
        after = start + 10
        more = f"<a rel='next' href='./viewtopic.php?f=1&amp;t={number}&amp;start={after}'>Next</a>"
        foot = more if len(posts) > after else ""
        return shown and f"<h2 class='topic-title'>Topic {number}</h2>{shown}<div class='pagination'>{foot}</div>"

    # --- a feed

    def feed(self, _call: Call) -> Reply:
        """Answer as a blog's feed does: what was written in the last eight days, in the order of the dates shown."""
        recent = [one for one in self.posts if one.there(self.now) and one.visible > self.now - 192 * HOUR]
        items = "".join(
            f"<item><guid isPermaLink='false'>g{one.id}</guid><title>Post {one.id}</title><link>http://b.test/{one.id}"
            f"</link><pubDate>{one.shown:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
            f"<description>{one.at(self.now)}</description></item>"
            for one in sorted(recent, key=lambda one: (one.shown, one.id), reverse=True)
        )
        return Reply(f"<rss version='2.0'><channel><title>B</title>{items}</channel></rss>")
