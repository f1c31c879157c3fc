"""A post in, a document out; and who copies whom."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.documents import clean, near_copies, prepare, pseudonym, redact
from listening.documents.clean import LIMIT
from listening.documents.dedupe import signature
from listening.types import BodyFormat, Document, Post, PostKind

NOW = datetime(2024, 3, 9, 22, 0, tzinfo=UTC)
KEY = b"a key of the tests"
BILL = "The bill came twice this month and nobody at the desk could tell me why it did"


def post(body: str, native_id: str = "1", **more: object) -> Post:
    plain = {"source": "forum", "kind": PostKind.FORUM, "format": BodyFormat.TEXT, "created_at": NOW}
    return Post(**{**plain, **more, "native_id": native_id, "body": body})  # type: ignore[arg-type]


def made(body: str, native_id: str = "1", *, names: tuple[str, ...] = (), **more: object) -> Document:
    return prepare(post(body, native_id, **more), key=KEY, names=names, now=NOW)


def test_a_document_holds_the_post_without_its_people() -> None:
    one = made(
        "<p>Thanks @kim, norali here: mail me at n@example.org</p><blockquote>old</blockquote>",
        format=BodyFormat.HTML,
        title="Bill for norali &amp; co",
        author="Norali",
        url="https://forum.example/t/1",
        thread="t1",
        likes=3,
        views=40,
        metric="nps",
        score=2.0,
    )
    assert one.title == "Bill for [name] & co"
    assert one.text == "Bill for [name] & co\n\nThanks [name], [name] here: mail me at [email]"
    assert one.person == pseudonym("norali", KEY)
    assert (one.source, one.native_id, one.kind, one.url, one.thread) == (
        "forum",
        "1",
        PostKind.FORUM,
        "https://forum.example/t/1",
        "t1",
    )
    assert (one.likes, one.views, one.metric, one.score, one.language) == (3, 40, "nps", 2.0, "")
    assert (one.created_at, one.first_seen, one.date_from, one.truncated) == (NOW, NOW, "page", False)


def test_a_title_is_not_said_twice() -> None:
    assert made("No bill. Help!", title="No bill").text == "No bill. Help!"
    assert made("", title="No bill").text == "No bill"
    assert made("Help!").text == "Help!"


def test_an_id_depends_on_source_and_native_id_alone() -> None:
    assert made("a").id == made("b", title="c", author="d").id == "d" + made("a").id[1:]
    assert len(made("a").id) == 21
    assert len({made("a").id, made("a", "2").id, made("a", source="blog").id, made("a", "1", source="foru").id}) == 4


@pytest.mark.parametrize(
    ("shown", "kept", "date_from"),
    [
        (None, NOW, "first-seen"),
        (NOW + timedelta(days=1, seconds=1), NOW, "first-seen"),
        (NOW + timedelta(hours=23), NOW + timedelta(hours=23), "page"),
        (NOW - timedelta(days=4000), NOW - timedelta(days=4000), "page"),
        (NOW.replace(tzinfo=None), NOW, "page"),
    ],
)
def test_a_missing_or_future_date_is_the_night_it_was_seen(
    shown: datetime | None, kept: datetime, date_from: str
) -> None:
    one = made("a", created_at=shown)
    assert (one.created_at, one.date_from) == (kept, date_from)


def test_a_pseudonym_stands_for_a_person_and_a_key() -> None:
    same = {pseudonym(name, KEY) for name in ("Norali", "norali ", "u/norali", "/u/Norali", "@norali", "\uff4eorali")}
    assert len(same) == 1
    assert len(same.pop()) == 32
    assert pseudonym("norali", b"other") != pseudonym("norali", KEY)
    assert pseudonym("noralo", KEY) != pseudonym("norali", KEY)


@pytest.mark.parametrize("nobody", ["", "  ", "[deleted]", "Guest", "u/[deleted]", "\0"])
def test_nobody_has_no_pseudonym(nobody: str) -> None:
    assert pseudonym(nobody, KEY) == ""


def test_a_text_with_its_title_is_no_longer_than_the_limit() -> None:
    one = made("word " * LIMIT, title="Long")
    assert one.truncated
    assert len(one.text) <= LIMIT
    assert one.text.startswith("Long\n\nword")


@pytest.mark.parametrize(
    "other",
    [
        BILL.upper(),
        BILL.replace("bill", "b\u200bi\u00adll"),
        BILL.replace("a", "\u0430").replace("o", "\u03bf").replace("e", "\u0435"),
        "  " + BILL.replace(" ", "\u00a0 ") + "!!!",
        BILL.replace("e", "e\u0301\u0316"),
        "".join(chr(ord(one) + 0xFEE0) if one.isalpha() else one for one in BILL),
    ],
)
def test_what_looks_the_same_has_one_fingerprint(other: str) -> None:
    one, same = made(BILL), made(other)
    assert (same.fingerprint, same.minhash, same.bands) == (one.fingerprint, one.minhash, one.bands)


def test_a_signature_is_the_same_on_every_machine() -> None:
    found = signature(BILL)
    assert (len(found.fingerprint), len(found.minhash), len(found.bands)) == (32, 256, 21)
    assert found.bands[0] == "0-a2166054a3200884"
    assert signature("10 euros a month") != signature("100 euros a month")
    assert signature("seven words are too few to copy").bands == ()


def _by_datasketch(words: list[str]) -> bytes:
    sketch = MinHash(num_perm=64, seed=1, hashfunc=crc32, scheme="affine32")
    sketch.update_batch(" ".join(three).encode() for three in zip(words, words[1:], words[2:], strict=False))
    return bytes(sketch.hashvalues.astype("<u4").tobytes())


@given(st.lists(st.from_regex(r"[a-z0-9_]{1,9}", fullmatch=True), min_size=8, max_size=60))
def test_a_minhash_is_the_one_that_datasketch_makes(words: list[str]) -> None:
    assert signature(", ".join(words).upper()).minhash == _by_datasketch(words)


@pytest.mark.parametrize("odd", ["...", "€", "!? \x1f ;"])
def test_a_text_without_words_still_has_its_own_fingerprint(odd: str) -> None:
    assert len({signature(text).fingerprint for text in (odd, odd + " ?", "")}) == 3


def test_the_earliest_is_the_original_whatever_the_order() -> None:
    first = made(BILL, "9", created_at=NOW - timedelta(days=2))
    second = made(BILL + ", really", "5", created_at=NOW - timedelta(days=1))
    third = made(BILL.upper(), "7")
    other = made("The app closes itself whenever I open the map of my own street on the train", "3")
    copies = {second.id: first.id, third.id: first.id}
    assert near_copies([first, second, third, other], []) == copies
    assert near_copies([other, third, second, first], []) == copies
    assert near_copies([third, other], [first, second]) == {third.id: first.id}


def test_an_older_post_that_comes_late_copies_nobody() -> None:
    late = made(BILL, "2", created_at=NOW - timedelta(days=9))
    assert near_copies([late], [made(BILL, "1")]) == {}


def test_a_document_is_no_copy_of_its_former_self() -> None:
    assert near_copies([made(BILL + " again")], [made(BILL)]) == {}


def test_a_long_text_pasted_with_a_word_changed_here_and_there_is_a_copy() -> None:
    told = (
        "I must warn everyone about the paint on this kettle. After some weeks the red paint comes off at the rim and "
        "you find it in your tea. Very poor quality, and nobody in the shop cares about the people who bought it."
    )
    again = told.replace("must warn everyone", "have to warn all of you").replace("some weeks", "a few weeks")
    again = again.replace("Very poor", "Really bad").replace("in your tea", "in your cup")
    assert near_copies([made(told, "1", created_at=NOW - timedelta(hours=1)), made(again, "2")], []) != {}
    assert near_copies([made(told[:70], "1", created_at=NOW - timedelta(hours=1)), made(again[:70], "2")], []) == {}


def test_short_and_unlike_texts_are_no_copies() -> None:
    short = [made("same here, no bill", str(at)) for at in range(5)]
    unlike = [
        made(BILL, "a"),
        made(BILL.replace("bill", "parcel").replace("month", "week").replace("desk", "door"), "b"),
    ]
    assert near_copies(short, []) == {}
    assert near_copies(unlike, []) == {}


def test_a_flood_has_one_original() -> None:
    flood = [made(f"{BILL} number {at}", str(at), created_at=NOW + timedelta(seconds=at)) for at in range(300)]
    copies = near_copies(flood, [])
    assert set(copies) == {one.id for one in flood[1:]}
    assert set(copies.values()) == {flood[0].id}


@settings(max_examples=150, deadline=None)
@given(
    body=st.one_of(
        st.text(max_size=300),
        st.text(alphabet="ab @.-+()[]<>:/0123456789\n", max_size=120),
        st.lists(
            st.sampled_from(
                [
                    "0151 2345678",
                    "a@b.example",
                    "@kim",
                    "[phone]",
                    "1.2.3.4",
                    "::1",
                    "> ",
                    "-- ",
                    "\n",
                    "Kim",
                    "</b>",
                    " ",
                ]
            ),
            max_size=12,
        ).map("".join),
    ),
    form=st.sampled_from(list(BodyFormat)),
    title=st.text(max_size=30),
    author=st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["Kim", "a", "name", "phone", "12 34"])),
)
def test_whatever_cheerful_people_write_cleans_once(
    body: str, form: BodyFormat, title: str, author: str | None
) -> None:
    once = made(body, format=form, title=title, author=author)
    again = made(once.text, title=once.title, author=author)
    assert again.text == once.text
    assert again.fingerprint == once.fingerprint
    once.text.encode()


@pytest.mark.shared
def test_naughty_strings_are_only_strings(shared: Path) -> None:
    naughty = json.loads((shared / "corpora" / "blns" / "blns.json").read_text(encoding="utf-8"))
    assert len(naughty) > 500
    for text in naughty:
        for form in BodyFormat:
            one = made(text, text, format=form, title=text, author=text, source=text)
            assert made(one.text, title=one.title, author=text).text == one.text


HOSTILE = (
    *("a@", "@a.", "a (at) ", "1 ", "1-", "+1.1", "12.05.2013 - ", "aa11", "aa11 ", ":", "::1 ", "Anna ", "www."),
    *("<", "<a ", "<p><b>", "&gt;", "(", "[a](x ", "`", "*a ", "\n> x", "e\u0301\u0302", "\U0001f600"),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_anything_becomes_a_document(piece: str) -> None:
    for form in BodyFormat:
        one = made(piece * (1_000_000 // len(piece)), format=form, author="Anna", title="T")
        assert len(one.text) <= LIMIT


def test_the_room_shows_its_steps() -> None:
    text, truncated = clean("<p>Ask a@b.example</p>", BodyFormat.HTML)
    assert (redact(text), truncated) == ("Ask [email]", False)
