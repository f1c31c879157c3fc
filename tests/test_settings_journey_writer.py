"""The map as a file: what is not changed stays letter by letter, and what is written is read as the same map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from listening.errors import SettingsError
from listening.journey.mapping import differences, with_stage, with_touchpoint, without_touchpoint
from listening.settings import journey_text, parse_journey, write_journey
from listening.types import JourneyMap, Owner, Persona, Stage, Touchpoint

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "configs" / "journey.toml").read_text()
MAP = parse_journey(TEXT)


def changed(before: str, after: str) -> tuple[set[str], set[str]]:
    """Lines that went and lines that came."""
    old, new = before.splitlines(), after.splitlines()
    return set(old) - set(new), set(new) - set(old)


def test_the_same_map_is_the_same_text() -> None:
    assert journey_text(MAP, TEXT) == TEXT


def test_a_map_without_a_file_is_written_whole() -> None:
    assert parse_journey(journey_text(MAP)) == MAP


def test_one_changed_name_changes_one_line() -> None:
    touchpoint = replace(MAP.touchpoints[1], name="Hearsay")
    gone, came = changed(TEXT, journey_text(with_touchpoint(MAP, touchpoint), TEXT))
    assert (gone, came) == ({'name = "Word of mouth"'}, {'name = "Hearsay"'})


def test_a_new_touchpoint_stands_below_its_stage() -> None:
    wanted = with_touchpoint(MAP, Touchpoint("podcast", "Podcast", "discover", examples=("heard it in the car",)))
    text = journey_text(wanted, TEXT)
    assert set(parse_journey(text).touchpoints) == set(wanted.touchpoints)
    assert text.index("podcast") < text.index('id = "choose"')


def test_a_removed_touchpoint_takes_its_block_along_and_no_comment() -> None:
    text = journey_text(without_touchpoint(MAP, "advertising"), TEXT)
    assert "advertising" not in text.casefold().split("[[", 1)[1].replace("learns that it exists: advertising", "")
    assert [line for line in TEXT.splitlines() if line.startswith("#")] == [
        line for line in text.splitlines() if line.startswith("#")
    ]


@pytest.mark.parametrize(
    "odd",
    [
        '"quotes" and \\backslashes\\',
        "line\nbreaks\n[[touchpoints]]\nid = 'x'",
        "# no comment",
        "ünï¢ode 🚲",
        "'''",
        '"""',
        "tab\there",
    ],
)
def test_any_words_come_back_as_they_were(odd: str) -> None:
    wanted = replace(
        MAP,
        name=odd,
        owners=(*MAP.owners, Owner("odd", odd, "odd@house.test", odd)),
        stages=(*MAP.stages, Stage("odd", odd, odd, (odd, odd), -2.0, "odd")),
        touchpoints=(*MAP.touchpoints, Touchpoint("odd", odd, "odd", odd, (odd,))),
    )
    once = journey_text(wanted, TEXT)
    assert parse_journey(once) == wanted
    assert parse_journey(journey_text(MAP, once)) == MAP


def test_mistakes_are_told_all_at_once() -> None:
    with pytest.raises(SettingsError) as told:
        parse_journey(
            'id = "m"\nname = "M"\nfallback_owner = "nobody"\n[[touchpoints]]\nid = "x"\nname = "X"\nstage = "y"'
        )
    assert all(words in str(told.value) for words in ("stages", "touchpoints.x.stage", "fallback_owner"))


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "journey.toml").write_text(TEXT)
    write_journey(tmp_path / "journey.toml", TEXT.replace("Word of mouth", "Hearsay"))
    assert "Hearsay" in (tmp_path / "journey.toml").read_text()
    with pytest.raises(SettingsError):
        write_journey(tmp_path / "journey.toml", "no map")
    assert "Hearsay" in (tmp_path / "journey.toml").read_text()
    assert [one.name for one in tmp_path.iterdir()] == ["journey.toml"]


def test_differences_are_said_in_words() -> None:
    small = JourneyMap("m", "M", (Stage("a", "A"), Stage("b", "B")), (Touchpoint("x", "X", "a"),))
    other = with_stage(without_touchpoint(small, "x"), Stage("a", "Aa"))
    found = differences(small, replace(other, name="N", review_months=6, personas=(Persona("p", "P"),)))
    assert found.sentences == (
        "map renamed to N",
        "reviewed every 6 months",
        "stage a changed",
        "touchpoint x removed",
        "persona p added",
    )
    assert (found.lost_touchpoints, found.lost_stages) == (("x",), ())
