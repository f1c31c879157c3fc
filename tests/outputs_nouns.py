"""A report and an alert of an invented bicycle hire, for the tests of what leaves the house."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from listening.types import (
    Alert,
    AlertItem,
    Crawl,
    Emergence,
    Health,
    Interval,
    MapChange,
    Measures,
    Owner,
    PainPointRow,
    Quote,
    Report,
    StageMood,
    TouchpointRow,
)

NOW = datetime(2026, 4, 1, 5, 30, tzinfo=UTC)
NIGHT = date(2026, 3, 31)
WHY = "4 people in 3 nights, 0.6 expected (0.2 to 1.4) from 1,204 posts seen; rising: first told on 9 January"


def quote(text: str = "I just bring my own strap, the buckle never closes.", **more: object) -> Quote:
    given = Quote("d1", text, "yard", "https://yard.test/t/17/3", datetime(2026, 3, 28, 9, 5, tzinfo=UTC), 7, "p-1")
    return replace(given, **more)  # type: ignore[arg-type]


def row(**more: object) -> PainPointRow:
    given = PainPointRow(
        id="pp-0a1b2c3d4e",
        name="Helmet buckle never closes, so people bring their own strap",
        stage="use",
        touchpoint="helmet",
        status="open",
        owner="",
        department="",
        people=12,
        people_inside=3,
        posts=17,
        reach=1830,
        unspoken_share=0.57,
        first_seen=date(2026, 1, 9),
        last_seen=date(2026, 3, 30),
        trend=(0, 0, 1, 0, 1, 0, 1, 2, 1, 3, 4, 6),
        sources=("reddit", "yard"),
        quotes=(
            quote(),
            quote("Tip: skip the helmets at the station, it is quicker to carry one.", source="reddit", likes=41),
            quote("Gave up on the third buckle and walked.", url="", created_at=datetime(2026, 2, 2, tzinfo=UTC)),
        ),
        emergences=(WHY,),
    )
    return replace(given, **more)  # type: ignore[arg-type]


def measures(**more: object) -> Measures:
    given = Measures(
        since=date(2026, 1, 1),
        until=NIGHT,
        people=12,
        people_inside=3,
        posts=17,
        reach=1830,
        sentiment=Interval(-0.41, -0.6, -0.22),
        unspoken_share=0.57,
        signals=(("workaround", 7), ("dead_end", 2)),
        sources=(("yard", 9), ("reddit", 6)),
        exposure=2310,
        unspoken_index=Interval(0.8, 0.55, 0.93),
        importance=4,
        formula="4 = 1 + 2 for 15 people + 0 + 0 + 1 for 12 who told only others",
    )
    return replace(given, **more)  # type: ignore[arg-type]


def mood(
    stage: str, name: str, assumed: float | None, mean: float | None, spread: float = 0.2, *, people: int = 40
) -> StageMood:
    if mean is None:
        return StageMood(stage, name, assumed, None, None, None, 0)
    return StageMood(stage, name, assumed, mean, max(-1.0, mean - spread), min(1.0, mean + spread), people)


def report(**more: object) -> Report:
    given = Report(
        map="hire",
        map_name="Wheelwright bicycle hire",
        since=date(2026, 1, 1),
        until=date(2026, 3, 31),
        made_at=NOW,
        moods=(
            mood("discover", "Hear of it", 1.0, 0.35, 0.3, people=19),
            mood("choose", "Choose", 0.5, 0.05, 0.15, people=64),
            mood("buy", "Book and pay", 1.0, -0.42, 0.12, people=118),
            mood("start", "First ride", 1.5, 0.6, 0.25, people=33),
            mood("use", "Ride", 2.0, -0.1, 0.1, people=240),
            mood("help", "Get help", None, -0.7, 0.3, people=12),
            mood("stay", "Stay a member", 1.0, None),
        ),
        touchpoints=(
            TouchpointRow("poster", "Poster at the station", "discover", "quiet", 0, 0),
            TouchpointRow("prices", "Price page", "choose", "heard", 5, 1),
            TouchpointRow("checkout", "Checkout", "buy", "heard", 31, 1),
            TouchpointRow("deposit", "Deposit", "buy", "quiet", 0, 0),
            TouchpointRow("unlock", "Unlocking", "start", "quiet", 0, 0),
            TouchpointRow("helmet", "Helmet box", "use", "heard", 12, 1),
            TouchpointRow("brakes", "Brakes", "use", "quiet", 0, 0),
            TouchpointRow("hotline", "Hotline", "help", "heard", 9, 0),
            TouchpointRow("renewal", "Renewal letter", "stay", "blind", 0, 0),
        ),
        pain_points=(
            row(
                id="pp-1111111111",
                name="Checkout asks for the deposit twice",
                stage="buy",
                touchpoint="checkout",
                status="doing",
                owner="ann",
                department="Payments",
                people=31,
                people_inside=0,
                trend=(2, 2, 3, 1, 2, 4, 3, 2, 3, 4, 2, 3),
                unspoken_share=0.08,
                importance=5,
                cost=3,
                ease=2,
                emergences=(),
            ),
            row(),
            row(
                id="pp-2222222222",
                name="Nobody knows which price applies on public holidays",
                stage="choose",
                touchpoint="prices",
                status="came_back",
                owner="bo",
                people=5,
                trend=(0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1),
                emergences=("5 people in 71 nights, 1.2 expected; slow burn: about one every 14 nights",),
                quotes=(quote("We always ask the man at the kiosk instead."),),
            ),
        ),
        sources=tuple(crawls()),
        documents=4218,
        people=1377,
        owners=(Owner("ann", "Ann Example", "ann@house.test", "Payments"), Owner("bo", "", "bo@house.test")),
        changes=(
            MapChange("grown", "pp-0a1b2c3d4e", row().name, 3, 12, "12 people after 3, in 4,000 posts seen"),
            MapChange("merged", "pp-3333333333", "Straps are short", 0, 0, "into Helmet buckle (pp-0a1b2c3d4e)"),
        ),
        health=(Health("yard", "ill", date(2026, 3, 31), 0, 12.0, 0.0, 40.0, {"source-unavailable": 2}, ("0 posts",)),),
    )
    return replace(given, **more)  # type: ignore[arg-type]


def crawls() -> list[Crawl]:
    """Ninety nights of three sources; the blog was down for five, Reddit has no key."""
    found = []
    for number in range(90):
        night = date(2026, 1, 1) + timedelta(days=number)
        down = 40 <= number < 45 or number == 60
        found += [
            Crawl("yard", night, "done", 50, 20, 1, 3.2),
            Crawl("blog", night, "failed", error="https://blog.test answered 503")
            if down
            else Crawl("blog", night, "done", 4, 1),
            Crawl("reddit", night, "off", error="no key: set LISTENING_REDDIT_ID"),
        ]
    return found


def hostile_report(text: str) -> Report:
    """A report in which every text that anybody could have written is the given one."""
    bad_quote = quote(text, source=text, url=text)
    bad = row(
        name=text, owner=text, department=text, stage=text, touchpoint=text, status=text, quotes=(bad_quote,) * 2,
        sources=(text,), emergences=(text,),
    )  # fmt: skip
    return report(
        owners=(Owner(text, text, text, text), Owner("bo", text, "", text)),
        changes=(MapChange("new", text, text, 0, 1, text), MapChange("merged", text, text, 0, 0, text)),
        map_name=text,
        moods=(replace(mood("use", "", 1.0, 0.1), name=text),),
        touchpoints=(TouchpointRow(text, text, "use", "heard", 1, 1), TouchpointRow("x", text, text, "quiet", 0, 0)),
        pain_points=(bad, row(id=text, name=text)),
        sources=(replace(crawls()[0], source=text, error=text, warnings=(text,)),),
    )


def empty() -> Report:
    """What a team gets that has a map and has not listened yet."""
    moods = tuple(replace(one, mean=None, low=None, high=None, people=0) for one in report().moods)
    touchpoints = tuple(replace(one, state="blind", people=0, pain_points=0) for one in report().touchpoints)
    return report(moods=moods, touchpoints=touchpoints, pain_points=(), sources=(), documents=0, people=0, changes=())


def item(name: str = "Helmet buckle never closes", kind: str = "rising", **more: object) -> AlertItem:
    why = Emergence("pp-0a1b2c3d4e", NIGHT, kind, 4, 0.6, 0.2, 1.4, 4.1, WHY)
    given = AlertItem("pp-0a1b2c3d4e", name, "Ride", "Helmet box", why, row().quotes, row().trend)
    return replace(given, **more)  # type: ignore[arg-type]


def alert(*items: AlertItem, **more: object) -> Alert:
    owner = Owner("ann", "Ann Example", "ann@house.test", "Riding")
    given = Alert("a-2026-03-31-ann", owner, NIGHT, items or (item(),), ("blog: was down on 3 of the last 7 nights",))
    return replace(given, **more)  # type: ignore[arg-type]
