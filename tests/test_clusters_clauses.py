"""Where a clause begins and ends in what customers write, and what a phrase is worth that stands by itself."""

from __future__ import annotations

import pytest
from identity_world import pain

from listening.clusters.clauses import begin, find_sentences
from listening.clusters.naming import name
from listening.clusters.phrases import LONGEST, SHORTEST, Phrase, find_phrases

SENTENCES = [
    ("The hinge is bent. It squeaks!", ["The hinge is bent", "It squeaks"]),
    ("@HingeCo @help the hinge is bent #fail", ["the hinge is bent"]),
    (".@HingeCo the hinge of @HingeCo is bent", ["the hinge of HingeCo is bent"]),
    ("the hinge is bent \U0001f621 \U0001f621 never again", ["the hinge is bent", "never again"]),
    ("the hinge at 14:30 costs 9.50 more", ["the hinge at 14:30 costs 9.50 more"]),
    ("hinge & door", ["hinge & door"]),
    ("\U0001f621 #fail @HingeCo", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "parts"), SENTENCES)
def test_sentences_leave_out_pictures_and_tags_at_their_edges(text: str, parts: list[str]) -> None:
    found = find_sentences(pain("d1.0", "ann", text))
    assert [" ".join(word.written for word in one.words) for one in found] == parts


def test_a_word_knows_what_stands_around_it() -> None:
    said = "The hinge , bent (badly), isn\u2019t @mine is it?"
    (one,) = find_sentences(pain("d1.0", "ann", said, cues=((12, 16),)))
    assert one.asks
    told = {word.low: word for word in one.words}
    assert [low for low, word in told.items() if word.comma] == ["hinge", "badly"]
    assert [low for low, word in told.items() if word.heard] == ["bent"]
    assert told["badly"].opens
    assert told["badly"].closes
    assert told["mine"].tag
    assert "isn't" in told


BEGINS = [
    ("And then the hinge bends", "the hinge bends"),
    ("I noticed that the hinge bends", "the hinge bends"),
    ("That there are no hinges", "there are no hinges"),
    ("That hinge bends", "That hinge bends"),
    ("Does anyone else know why the hinge bends", "why the hinge bends"),
    ("The only problem is that my hinge bends", "my hinge bends"),
    ("Folks, my hinge bends", "Folks, my hinge bends"),  # a thing could have been listed
    ("Folks, it bends", "it bends"),
    ("No, not the hinge", "not the hinge"),
    ("I don't know how to bend it", "I don't know how to bend it"),
    ("I found the hinge bent", "I found the hinge bent"),
    ("I think the hinge is bent", "the hinge is bent"),
    ("Sorry", ""),
]


@pytest.mark.parametrize(("text", "left"), BEGINS)
def test_a_sentence_begins_behind_what_only_introduces_it(text: str, left: str) -> None:
    (one,) = find_sentences(pain("d1.0", "ann", text))
    rest = one.words[begin(one.words) :]
    assert " ".join(f"{word.written}," if word.comma else word.written for word in rest) == left


CORE = {"hing", "door", "screw"}


def phrases(text: str, *, scraps: bool = False) -> dict[str, Phrase]:
    found = find_phrases(pain("d1.0", "ann", text), CORE, 1, scraps=scraps)
    return {one.text: one for several in found for one in several}


LEFT_OUT = {
    "which the hinge never did",
    "the hinge never did",
    "the latter hinge being a joke at",
    "The hinge see my other post",
    "I open the door the hinge falls off",
    "log in with the new door code",
    "I can't log",
    "the courier says",
}
CLAUSES = [
    (
        "We ordered a door in June, which the hinge never did, and the latter hinge being a joke at present",
        {"We ordered a door in June"},
    ),
    ("When I open the door the hinge falls off", {"When I open the door the hinge falls off"}),
    ("the courier says the hinge is lost", {"the courier says the hinge is lost", "the hinge is lost"}),
    ("I can't fit the hinge because the screw is missing", {"I can't fit the hinge", "the screw is missing"}),
    ("My door was scratched on the way home", {"My door was scratched", "My door was scratched on the way home"}),
    ("I can't log in with the new door code", {"I can't log in with the new door code"}),
    ("The hinge (see my other post) is bent", set()),
]


@pytest.mark.parametrize(("text", "found"), CLAUSES)
def test_phrases_are_whole_clauses(text: str, found: set[str]) -> None:
    said = set(phrases(text))
    assert found <= said
    assert not said & LEFT_OUT
    assert all(SHORTEST <= len(one.split()) <= LONGEST for one in said)


@pytest.mark.parametrize(
    "text",
    [
        "I told the shop about the door and",
        "The door shop refuses to",
        "The hinge is not",
        "Nobody at the door could explain",
        "The door costs more than",
    ],
)
@pytest.mark.parametrize("scraps", [False, True])
def test_a_phrase_does_not_dangle(text: str, *, scraps: bool) -> None:
    assert not any(text.endswith(one) for one in phrases(text, scraps=scraps))


def test_a_cut_clause_does_not_end_with_a_number() -> None:
    assert "We waited for door 2" not in phrases("We waited for door 2 for the whole day")
    assert "We waited for door 2" in phrases("We waited for door 2")


BETTER = [
    ("The hinge is bent", "It is the hinge"),
    ("The hinge is bent", "They bent the hinge"),
    ("The hinge is bent", "That is the hinge"),
    ("The hinge is bent", "Thanks for the hinge"),
    ("The hinge is bent", "I love the hinge"),
    ("The hinge is bent", "No problems with the hinge"),
    ("I have to bend the hinge", "I have to recommend the hinge"),
    ("The hinge is not comfortable", "The hinge is comfortable"),
    ("Why is the hinge bent?", "Is the hinge bent?"),
    ("The hinge is bent", "When the hinge is bent"),
    ("The hinge is broken", "The hinge is bent"),
    ("The hinge is bent", "Bent, the hinge"),
    ("I need the hinge now", "Sanded the hinge now"),
    ("Great hinge but broken", "Great hinge but blue"),
]


@pytest.mark.parametrize(("better", "worse"), BETTER)
def test_what_stands_by_itself_is_worth_more(better: str, worse: str) -> None:
    assert phrases(better)[better].worth > phrases(worse)[worse].worth


def test_a_question_keeps_its_mark() -> None:
    assert "Why is the hinge bent?" in phrases("Why is the hinge bent?")
    assert "The hinge is bent" in phrases("The hinge is bent?")


def test_scraps_are_looked_for_only_where_they_are_wanted() -> None:
    said = "sadly bending again old door hinge parts [name] sold"
    assert not any(one.startswith("old door") for one in phrases(said))
    assert any(one.startswith("old door") for one in phrases(said, scraps=True))


FLAWED = [
    (["Thanks in advance for the hinge door", "hinge of the door: it came off", "The door hinge came off"], "came off"),
    (["Hi all, door hinge question", "Is the door hinge ok?", "The door hinge squeaks all night"], "squeaks"),
    (["I love the door hinge", "Great door hinge", "The door hinge never closes"], "never"),
]


@pytest.mark.parametrize(("texts", "holds"), FLAWED)
def test_a_name_is_no_greeting_no_bare_question_and_no_praise(texts: list[str], holds: str) -> None:
    pains = [pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(texts)]
    assert holds in name(pains).name
    assert name(pains[::-1]) == name(pains)
