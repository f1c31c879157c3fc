"""Who each cluster must be, night after night, and that order, ties and people's decisions do what they should."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from identity_world import DAY_0, STORIES, encode, live, make_point, pain, read_posts

from listening.clusters import attach, centre, group_texts, grow, name, place, point_id, reconsider
from listening.clusters.group import WordWeights, compare, compare_to_groups, find_voices
from listening.clusters.texts import Nights
from listening.clusters.words import STOP_WORDS, find_words, stem
from listening.errors import InputError
from listening.types import Pain, Placement


@pytest.mark.parametrize("story", STORIES, ids=[story["name"].replace(" ", "-") for story in STORIES])
def test_a_story_of_nights(story: dict[str, Any]) -> None:
    world = live(story)
    got: dict[str, set[str]] = {}
    for _, home, pains in read_posts(story):
        got.setdefault(home, set()).update(world.home.get(p.signal_id, ".") for p in pains)
    assert got.pop(".", {"."}) == {"."}
    assert all(len(points) == 1 and points != {"."} for points in got.values()), got
    assert len(set().union(*got.values())) == len(got), "two pains in one pain point"
    first = {p.person: p.signal_id for _, _, pains in read_posts(story)[::-1] for p in pains}
    happened = [[night, what] for night, what, _ in world.ledger]
    assert happened == [[night, what] for night, what, _ in story.get("happens", [])], world.ledger
    for (_, what, one), (_, _, person) in zip(world.ledger, story.get("happens", []), strict=True):
        home = world.home[first[person]]
        assert (world.points[str(one)].merged_into if what == "merge" else one) == home
    owned = [person for _, verb, person in (one for one in story.get("do", []) if one[1] == "own") if verb]
    for person in owned:
        point = world.points[world.home[first[person]]]
        assert (point.name, point.owner, point.merged_into) == ("Ours", "parts", None)


SIMPLE = [story for story in STORIES if story["file"] == "placing"]


def many() -> list[Pain]:
    return [p for i, story in enumerate(SIMPLE) for _, _, pains in read_posts(story) for p in shift(pains, i)]


def shift(pains: list[Pain], story: int) -> list[Pain]:
    return [replace(p, signal_id=f"s{story:02}{p.signal_id}", document_id=f"s{story:02}{p.document_id}") for p in pains]


def summarise(placed: Placement) -> tuple[object, ...]:
    return (
        placed.carried,
        tuple((c.members, c.stage, c.touchpoint, c.centroid.tobytes()) for c in placed.born),
        placed.waiting,
    )


def test_any_order_gives_the_same() -> None:
    pains = many()
    night = date(2026, 6, 1)
    points = [make_point("pp-a", pains[:2]), make_point("pp-b", pains[8:11])]
    first = summarise(place(pains, points, night=night))
    for seed in range(4):
        chance = random.Random(seed)  # noqa: S311 -- a shuffle
        assert summarise(place(chance.sample(pains, len(pains)), chance.sample(points, 2), night=night)) == first


def test_every_pain_is_in_exactly_one_place() -> None:
    pains = many()
    placed = place(pains, [make_point("pp-a", pains[:2])], night=date(2026, 6, 1))
    everywhere = [m.signal_id for m in placed.carried] + [m for c in placed.born for m in c.members] + [*placed.waiting]
    assert sorted(everywhere) == sorted(p.signal_id for p in pains)


def test_nothing_in_nothing_out() -> None:
    assert summarise(place([], [], night=date(2026, 3, 2))) == ((), (), ())
    assert summarise(place([], [make_point("pp-cap", CAPS)], night=date(2026, 3, 2))) == ((), (), ())
    lonely = pain("d1.0", "ann", "rubber cap lost")
    assert place([lonely], [], night=date(2026, 3, 2)).waiting == ("d1.0",)


CAPS = [
    pain("d1.0", "ann", "rubber cap of the charging port lost"),
    pain("d2.0", "ben", "charging port cap lost, rubber torn"),
    pain("d3.0", "cat", "lost rubber cap charging port"),
]


def test_what_a_person_kept_apart_stays_apart() -> None:
    new = pain("d9.0", "dan", "rubber charging port cap lost", 3)
    points = [make_point("pp-cap", CAPS)]
    assert place([new], points, night=date(2026, 3, 5)).carried[0].pain_point_id == "pp-cap"
    apart = place([new], points, night=date(2026, 3, 5), apart={("d9.0", "pp-cap")})
    assert apart.carried == ()
    assert apart.waiting == ("d9.0",)


def test_a_merged_pain_point_carries_nobody() -> None:
    gone = make_point("pp-gone", CAPS, merged_into="pp-cap")
    assert place([pain("d9.0", "dan", CAPS[2].text)], [gone], night=date(2026, 3, 5)).carried == ()


def test_equal_pain_points_are_told_apart_by_age_then_id() -> None:
    new = pain("d9.0", "dan", CAPS[2].text)
    points = [make_point("pp-2", CAPS), make_point("pp-1", CAPS), make_point("pp-0", CAPS, night=date(2026, 3, 3))]
    assert place([new], points, night=date(2026, 3, 5)).carried[0].pain_point_id == "pp-1"


def test_a_thread_that_already_told_the_pain_pulls() -> None:
    point = make_point("pp-cap", CAPS)
    vague = pain("d9.0", "dan", "cap fell off here too, cork now", thread="t1")
    kept = place([vague], [point], night=date(2026, 3, 5), threads={"t1": {"pp-cap"}})
    alone = place([vague], [point], night=date(2026, 3, 5), threads={"t2": {"pp-cap"}})
    assert [len(p.carried) for p in (kept, alone)] == [1, 0]


def test_a_centre_scaled_to_length_one_still_carries_its_own() -> None:
    centroid = centre(CAPS)
    point = make_point("pp-cap", CAPS, centroid=centroid / np.linalg.norm(centroid))
    placed = place(
        [pain("d9.0", "dan", CAPS[0].text), pain("d8.0", "eve", "courier came late")], [point], night=date(2026, 3, 5)
    )
    assert [m.signal_id for m in placed.carried] == ["d9.0"]


def test_the_score_of_a_membership_is_the_cosine_to_the_centroid() -> None:
    point = make_point("pp-cap", CAPS)
    carried = place([pain("d9.0", "dan", CAPS[0].text)], [point], night=date(2026, 3, 5)).carried[0]
    expected = float(CAPS[0].embedding @ point.centroid / np.linalg.norm(point.centroid))
    assert carried.score == pytest.approx(expected, abs=1e-3)


def test_a_person_counts_once_in_a_centre() -> None:
    talkative = [replace(CAPS[0], signal_id=f"d1{i % 2}.{i}", document_id=f"d1{i % 2}") for i in range(9)]
    assert np.allclose(centre([*talkative, CAPS[1]]), (CAPS[0].embedding + CAPS[1].embedding) / 2, atol=1e-6)
    with pytest.raises(ValueError, match="at least one"):
        centre([])


def test_a_pain_point_stands_where_most_documents_place_it() -> None:
    loud = [replace(CAPS[0], signal_id=f"d1.{i}", stage="help", touchpoint="chat") for i in range(9)]
    rest = [replace(p, stage="use", touchpoint="battery") for p in CAPS[1:]]
    assert attach([*loud, *rest]) == ("use", "battery")
    unplaced = [replace(p, stage="none", touchpoint=None) for p in CAPS]
    assert attach(unplaced) == ("none", None)
    assert attach([*unplaced[:2], replace(CAPS[2], stage="buy")]) == ("buy", None)


def test_growing_step_by_step_is_the_mean_of_all() -> None:
    grown = grow(make_point("pp-cap", CAPS[:2]), CAPS[2:], night=date(2026, 3, 9))
    assert np.allclose(grown.centroid, centre(CAPS), atol=1e-6)
    assert (grown.size, grown.people, grown.last_seen) == (3, 3, date(2026, 3, 9))
    assert grow(grown, [], night=date(2026, 4, 1)) is grown


def test_an_id_depends_on_map_night_and_members_only() -> None:
    night = date(2026, 3, 2)
    assert point_id("m", night, ["a", "b"]) == point_id("m", night, ["b", "a"])
    ids = {point_id("m", night, ["a", "b"]), point_id("n", night, ["a", "b"]), point_id("m", night, ["ab"])}
    ids.add(point_id("m", night + timedelta(days=1), ["a", "b"]))
    assert len(ids) == 4
    assert all(i.startswith("pp-") and len(i) == 13 for i in ids)


def test_twins_merge_into_the_elder_and_strangers_do_not() -> None:
    young = [
        replace(p, signal_id=f"y{p.signal_id}", document_id=f"y{p.document_id}", person=f"y{p.person}") for p in CAPS
    ]
    other = [pain("o1.0", "x", "courier rescheduled delivery"), pain("o2.0", "y", "delivery rescheduled by courier")]
    pains = {"pp-young": young, "pp-old": CAPS, "pp-other": other}
    points = [
        make_point("pp-young", young, night=date(2026, 3, 20)),
        make_point("pp-old", CAPS),
        make_point("pp-other", other),
    ]
    changes = reconsider(points, pains)
    assert [(c.kind, c.from_id, c.into_id) for c in changes] == [("merge", "pp-young", "pp-old")]
    assert reconsider(points[::-1], pains) == changes
    assert reconsider(points, pains, fixed={"pp-young"}) == ()
    assert reconsider(points, pains, fixed={"pp-old"}) == ()
    assert reconsider([], {}) == ()


def test_another_encoder_alone_makes_nothing_one_or_two() -> None:
    day = timedelta(days=1)
    caps = [pain(f"c{i}.0", f"a{i}", CAPS[i % 3].text, i) for i in range(6)]
    twin = [
        replace(p, signal_id=f"t{p.signal_id}", document_id=f"t{p.document_id}", person=f"t{p.person}") for p in caps
    ]
    late = [pain(f"k{i}.0", f"b{i}", "courier rescheduled delivery window", i) for i in range(5)]
    last = max(p.created_at for p in caps)
    twins = [make_point("pp-a", caps), make_point("pp-b", twin, night=date(2026, 3, 20))]
    lump = make_point("pp-lump", caps + late)
    for since, changes in ((None, 1), (last + day, 0), (last - 2.5 * day, 1), (last - 1.5 * day, 0)):
        assert len(reconsider(twins, {"pp-a": caps, "pp-b": twin}, since=since)) == changes
    assert len(reconsider([lump], {"pp-lump": caps + late}, since=None)) == 1
    assert reconsider([lump], {"pp-lump": caps + late}, since=last + day) == ()
    fresh = [replace(p, created_at=p.created_at + 30 * day) for p in twin]
    assert len(reconsider(twins, {"pp-a": caps, "pp-b": fresh}, since=last + day)) == 1


def test_what_lies_in_several_pieces_is_one_after_one_look() -> None:
    nights = Nights()
    for piece in range(4):
        held = [replace(p, signal_id=f"{piece}{p.signal_id}", person=f"{piece}{p.person}") for p in CAPS]
        key = f"pp-{piece}"
        nights.members[key], nights.points[key] = held, make_point(key, held, night=date(2026, 3, 2 + piece))
    merges = nights.reconsider()
    assert len(merges) == 3
    assert list(nights.points) == ["pp-0"]
    assert len(nights.homes()) == 4 * len(CAPS)
    assert nights.reconsider() == ()


def test_what_waits_to_the_end_joins_what_it_leans_on_and_not_before() -> None:
    held = [replace(p, person=f"{i}{p.person}") for i, p in enumerate(CAPS)]
    leans = {"saddle paint": 0.55, "courier window": 0.2}
    waiting = [
        replace(pain(f"{text}.0", text, text, 1), embedding=share * centre(held) + (1 - share**2) ** 0.5 * encode(text))
        for text, share in leans.items()
    ]
    nights = Nights()
    nights.members["pp-0"], nights.points["pp-0"] = list(held), make_point("pp-0", held)
    nights.live(date(2026, 3, 9), waiting)
    assert len(nights.homes()) == len(held)
    nights.finish()
    assert nights.homes().get("saddle paint.0") == "pp-0"
    assert "courier window.0" not in nights.homes()
    assert nights.points["pp-0"].size == len(held) + 1


def test_two_pains_in_one_are_split_when_each_has_people_enough() -> None:
    caps = [pain(f"c{i}.0", f"a{i}", CAPS[i % 3].text, i) for i in range(6)]
    late = [
        pain(f"k{i}.0", f"b{i}", ["courier rescheduled delivery window", "delivery window, courier"][i % 2], i)
        for i in range(5)
    ]
    lump = make_point("pp-lump", caps + late)
    changes = reconsider([lump], {"pp-lump": caps + late})
    assert [(c.kind, c.from_id) for c in changes] == [("split", "pp-lump")]
    assert sorted(changes[0].members) == sorted(p.signal_id for p in late)
    assert changes == reconsider([lump], {"pp-lump": [*late, *caps]})  # the new id too
    assert reconsider([lump], {"pp-lump": caps + late[:3]}) == ()
    assert reconsider([lump], {"pp-lump": caps + late}, fixed=["pp-lump"]) == ()


def test_those_who_founded_a_pain_point_may_leave_it_for_another_id() -> None:
    """A night of a real archive ended at a split of a pain point into itself: the founders were the smaller half."""
    late = [
        pain(f"k{i}.0", f"b{i}", ["courier rescheduled delivery window", "delivery window, courier"][i % 2], i)
        for i in range(5)
    ]
    caps = [pain(f"c{i}.0", f"a{i}", CAPS[i % 3].text, i) for i in range(6)]
    born = max(one.created_at for one in late).date()
    own = point_id("map", born, [one.signal_id for one in late])
    (change,) = reconsider([make_point(own, late + caps)], {own: late + caps})
    assert sorted(change.members) == sorted(one.signal_id for one in late)
    assert change.from_id == own != change.into_id
    # the half came back, and leaves again another night
    (again,) = reconsider([make_point(own, late + caps)], {own: late + caps}, night=date(2026, 5, 4))
    assert again.into_id not in {own, change.into_id}


NAMING = [
    (
        ["The voucher code vanished from the basket when I changed the address.",
         "Changed my address and the voucher code vanished.",
         "Paid full price: voucher code vanished from the basket!"],
        {"voucher", "code", "vanished"},
    ),
    (
        ["My neighbour Sally says the rain cover drips at the front seam.",
         "Sally again: rain cover front seam drips on the little one.",
         "We put a towel under the front seam of the rain cover, [name] too."],
        {"front", "seam"},
    ),
    (
        ["THE PAIRING CODE IS NOWHERE", "pairing code is nowhere in the box", "no pairing code anywhere"],
        {"pairing", "code"},
    ),
]  # fmt: skip
SCRAPS = [
    (
        ["do prices include shipping?", "shipping is not in the prices", "prices, and then shipping is not in"],
        "Shipping is not in the prices",
    ),
    (
        [
            "this keeps my computer from booting properly",
            "my computer won't boot properly",
            "computer boots, not properly",
        ],
        "My computer won't boot properly",
    ),
    (
        ["we waited all day for the courier", "Courier: we waited all day for nobody", "all day waited, no courier"],
        "We waited all day for the courier",
    ),
]


@pytest.mark.parametrize(("texts", "called"), SCRAPS)
def test_a_name_stands_by_itself_and_says_what_is_wrong(texts: list[str], called: str) -> None:
    assert name([pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(texts)]).name == called


TROUBLES = [
    (["Sanded the front pads, no change", "front pads squeal in the rain", "my front pads: a squeal"], "squeal"),
    (
        ["The rubber cap on the socket, red, is nice", "rubber cap of the socket came off", "socket rubber cap"],
        "came off",
    ),
]


@pytest.mark.parametrize(("texts", "holds"), TROUBLES)
def test_a_name_tells_the_trouble_before_what_somebody_did_about_it(texts: list[str], holds: str) -> None:
    assert holds in name([pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(texts)]).name


def test_a_name_comes_from_the_clause_in_which_a_signal_was_heard() -> None:
    said = "battery key of my bike; bike key of my battery"
    heard, other = pain("d1.0", "ann", said, cues=((24, 28),)), pain("d2.0", "ben", "battery; key; bike")
    assert name([heard, other]).name == "Bike key of my battery"
    assert name([replace(heard, cues=()), other]).name == "Battery key of my bike"


def test_a_name_does_not_end_within_a_number() -> None:
    said = ["the theft alarm from 14:00", "theft alarm from 14:00 again", "the theft alarm from 14:00 rang"]
    assert "14:00" in name([pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(said)]).name


BESIDE = [
    pain("o1.0", "x", "the courier never came to the address"),
    pain("o2.0", "y", "the basket on the front rattles, says the box maker"),
]


@pytest.mark.parametrize(("texts", "wanted"), NAMING)
def test_a_name_is_in_the_customers_own_words(texts: list[str], wanted: set[str]) -> None:
    pains = [pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(texts)]
    naming = name(pains, [BESIDE])
    words = naming.name.lower().split()
    assert 3 <= len(words) <= 8
    assert wanted <= set(words)
    assert naming.name[0].isupper()
    assert naming.name.lower() in " ".join(texts).lower()
    assert not {"sally", "[name]", "name"} & set(words)
    assert not naming.name.isupper()
    assert name(pains[::-1], [BESIDE]) == naming


def test_telling_words_stand_apart_from_the_neighbours() -> None:
    pains = [pain(f"d{i}.0", f"p{i}", text) for i, text in enumerate(NAMING[0][0])]
    around = [pain(f"n{i}.0", f"q{i}", "price of the basket and the address") for i in range(20)]
    words = name(pains, [around]).words
    assert set(words[:3]) == {"voucher", "code", "vanished"}
    assert len(words) <= 10


def test_quotes_are_by_different_people() -> None:
    pains = [pain(f"d{i}.0", ["ann", "ann", "ben", "cat", "dan"][i], CAPS[i % 3].text, i) for i in range(5)]
    quotes = name(pains).quotes
    people = [p.person for q in quotes for p in pains if p.signal_id == q]
    assert len(quotes) == len(set(people)) == 3
    assert name([]).quotes == ()


def test_a_name_is_found_for_scraps_too() -> None:
    assert name([pain("d1.0", "ann", "seat drips")]).name == "Drips seat"
    assert name([pain("d1.0", "ann", "!!! ???")]).name == ""


@pytest.mark.parametrize(
    ("left", "right"),
    [("taping", "taped"), ("caps", "cap"), ("batteries", "battery"), ("dropped", "dropping"), ("codes", "code")],
)
def test_forms_of_a_word_meet(left: str, right: str) -> None:
    assert stem(left) == stem(right)


def test_content_words_leave_out_fillers_and_placeholders() -> None:
    assert find_words("I really can't find the [email] caps, [name]'s Cap!") == ["caps", "cap"]
    assert "voucher" not in STOP_WORDS


TEXTS = [text for story in SIMPLE[:5] for _, _, _, text, _ in story["posts"]]


def test_texts_are_grouped_without_a_store() -> None:
    grouped = group_texts(TEXTS, [encode(t) for t in TEXTS])
    assert len(grouped) == len(TEXTS)
    homes = {text: home for text, (home, _, _) in zip(TEXTS, grouped, strict=True)}
    voucher = {homes[t] for t in TEXTS if "voucher" in t}
    assert len(voucher) == 1
    assert None not in voucher
    assert homes["rain drips through the front seam on my child"] is None
    for home, label, score in grouped:
        assert (home is None) == (label == "") == (score == 0.0)
    assert group_texts([], []) == []


def test_dated_texts_keep_their_ids_when_more_nights_come() -> None:
    dates = [DAY_0 + timedelta(days=i) for i in range(len(TEXTS))]
    vectors = [encode(t) for t in TEXTS]
    early = group_texts(TEXTS[:8], vectors[:8], created_at=dates[:8])
    late = group_texts(TEXTS, vectors, created_at=dates)
    assert [e[0] for e in early if e[0]] == [a[0] for e, a in zip(early, late, strict=False) if e[0]]


def test_one_writer_is_no_group() -> None:
    texts = ["rubber cap lost"] * 4
    vectors = [encode(t) for t in texts]
    assert {home for home, _, _ in group_texts(texts, vectors, people=["ann"] * 4)} == {None}
    assert {home is None for home, _, _ in group_texts(texts, vectors)} == {False}


def test_lengths_that_differ_are_named() -> None:
    with pytest.raises(InputError, match="2 texts but 1 embeddings"):
        group_texts(["a", "b"], [encode("a")])
    with pytest.raises(InputError, match="2 texts but 1 dates"):
        group_texts(["a", "b"], [encode("a"), encode("b")], created_at=[DAY_0])


def test_the_same_paragraph_under_three_names_founds_nothing() -> None:
    text = (
        "black saddle paint came off after some short weeks and customer service never answered about replacement seat"
    )
    flood = [pain(f"f{i}.0", f"dealer{i}", f"{text} {word}") for i, word in enumerate(("honest", "really", "beware"))]
    assert place(flood, [], night=date(2026, 3, 3)).born == ()


def test_a_painless_subject_that_one_or_two_dislike_founds_nothing() -> None:
    sore = [replace(one, pain=0.9) for one in CAPS[:2]]
    happy = [pain(f"h{i}.0", f"happy{i}", CAPS[0].text, pain=0.05) for i in range(6)]
    assert len(place(sore, [], night=date(2026, 3, 3), sure=0.45).born) == 1
    assert place([*sore, *happy], [], night=date(2026, 3, 3), sure=0.45).born == ()


def test_half_heard_voices_found_only_with_one_that_is_sure() -> None:
    night = date(2026, 3, 3)
    half = [replace(one, pain=0.6) for one in CAPS]
    assert place(half, [], night=night, sure=0.65).born == (), "nobody is sure"
    assert place([replace(half[0], pain=0.9), *half[1:2]], [], night=night, sure=0.65).born == (), "too few suffer"
    born = place([replace(half[0], pain=0.9), *half[1:]], [], night=night, sure=0.65).born
    assert [set(one.members) for one in born] == [{one.signal_id for one in half}]
    hardly = [replace(one, pain=0.2) for one in CAPS[1:]]
    assert place([replace(half[0], pain=0.9), *hardly], [], night=night, sure=0.65).born == (), "most enjoy it"


def test_a_touchpoint_speaks_for_its_stage_where_the_map_says_which() -> None:
    told = [replace(one, stage="use", touchpoint="trade_in") for one in CAPS[:2]]
    told += [replace(CAPS[2], stage="stay", touchpoint="trade_in")]
    assert attach(told) == ("use", "trade_in")
    assert attach(told, {"trade_in": "stay"}) == ("stay", "trade_in")
    doubtful = [replace(told[0], pain=0.1), replace(told[1], pain=0.1)]
    assert attach([*doubtful, replace(told[2], pain=0.9)])[0] == "stay"


def test_the_likeness_to_a_group_is_the_mean_likeness_to_its_members() -> None:
    random.seed(7)
    words = ["strap", "hinge", "invoice", "locker", "refund", "brake", "voucher", "tracker"]
    voices = find_voices(
        pain(
            f"d{i}.1",
            f"p{i % 9}",
            " ".join(random.choices(words, k=4)),  # noqa: S311 -- a test's dice
            stage=("use", "buy", "none")[i % 3],
            touchpoint=(None, "locker", "till")[i % 3],
            thread=f"t{i % 5}" if i % 2 else "",
        )
        for i in range(40)
    )
    left, groups = voices[:25], [voices[25:26], voices[26:30], voices[30:]]
    weights = WordWeights([v.stems for v in voices])
    expected = np.stack([compare(left, held, 0.1, weights).mean(axis=1) for held in groups], axis=1)
    assert np.allclose(compare_to_groups(left, groups, 0.1, weights), expected, atol=1e-5)
    assert compare_to_groups([], groups, 0.1, weights).shape == (0, 3)
    assert compare_to_groups(left, [], 0.1, weights).shape == (25, 0)
