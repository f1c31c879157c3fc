"""The bag maker's world with two maps: `bags` hears the source `yard`, `shops` the source `board`.

Both have the same places: that shows at once where one map would hear what is another's.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from nights_houses import FIRST, House, open_house
from nights_world import KEY, MONDAY, settings_of, write_posts

from listening import pipeline
from listening.store import reads

SHOPS = "shops"
SAME = "zip-owner@house.test"  # who owns on both maps


def open_two(home: Path, port: int = 0) -> House:
    """Open the installation in a folder, with two maps."""
    house = open_house(home, port=port)
    configs = home / "configs"
    first = (configs / "journey.toml").read_text()
    (configs / "journeys").mkdir(exist_ok=True)
    (configs / "journeys" / "shops.toml").write_text(second_map(first))
    places = (configs / "sources.toml").read_text()
    (configs / "sources.toml").write_text(places + f'map = "{SHOPS}"\n')
    house.settings = settings_of(configs)
    return house


def live_apart(home: Path) -> House:
    """Live the night in which the pain points of both maps are born, before any mail; their sources say the same."""
    house = open_two(home)
    for name in ("yard", "board"):
        write_posts(home / f"{name}.jsonl", 15, seed=1, start=FIRST.replace(day=14), days=9, troubles=())
    live(house, FIRST, tell=False)
    for name in ("yard", "board"):
        same = home / "same.jsonl"  # the words of a post depend on the file's name
        same.unlink(missing_ok=True)
        write_posts(same, 160, seed=2, start=FIRST, days=13.5)
        with (home / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.write(same.read_text(encoding="utf-8"))
    live(house, tell=False)
    return house


def second_map(first: str) -> str:
    """The map of shops: the same places, owners of its own, one of whom is the first map's by another id."""
    text = first.replace('id = "bags"\nname = "Bags"', f'id = "{SHOPS}"\nname = "Shops"')
    text = text.replace("-owner@house.test", "-owner@shops.test").replace("rest@house.test", "rest@shops.test")
    return text.replace("zip-owner@shops.test", SAME).replace('"zip-owner"', '"zips"')


def live(house: House, now: datetime = MONDAY, *, tell: bool = True) -> pipeline.Told:
    """Live a night over all maps, as the flow orders it."""
    moment = {"now": now}
    for one in house.settings.sources:
        pipeline.crawl(house.store, house.settings, one, key=KEY, **moment)
    hands = pipeline.each_map(house.store, house.settings)
    for verb in (pipeline.clean, pipeline.read, pipeline.reread, pipeline.cluster, pipeline.watch, pipeline.mind):
        for hand in hands:
            verb(*hand, **moment)
    return pipeline.tell(house.store, house.settings, **moment) if tell else pipeline.Told()


def sources_of(house: House, map_id: str) -> set[str]:
    """The sources that speak in a map's pain points."""
    points = [one.id for one in reads.points(house.store, map_id=map_id)]
    return {pain.source for pains in reads.pains_of(house.store, points).values() for pain in pains}
