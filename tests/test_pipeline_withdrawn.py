"""After a deletion or an erasure: what was named in a person's words is named anew, in the ledger and in mails too."""

from __future__ import annotations

from nights_houses import House
from nights_world import KEY, MONDAY

from listening import journey, pipeline
from listening.documents import pseudonym
from listening.store import reads, writes
from listening.types import Document, PainPoint

pytest_plugins = ("nights_fixtures",)
AUTHORS = [f"{place} writer 2-{number}" for place in ("yard", "board") for number in range(80)]


def plain(text: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())


def namesake(house: House) -> tuple[PainPoint, Document]:
    """A pain point, and the one document in whose words it is named."""
    for point in reads.points(house.store, map_id="bags"):
        ids = {pain.document_id for pain in reads.pains_of(house.store, [point.id])[point.id]}
        said = [one for one in reads.documents_by_id(house.store, ids) if plain(point.name) in plain(one.text)]
        if len(said) == 1:
            return point, said[0]
    raise AssertionError("the world names no pain point after one person")


def waiting_names(house: House, point: str) -> set[str]:
    alerts = [reads.alert(house.store, row.id) for row in reads.alerts(house.store)]
    return {item.name for one in alerts for item in one.items if item.pain_point_id == point}


def test_an_erasure_leaves_no_name_in_their_words(lived: House) -> None:
    lived.change(mail={"host": ""})
    pipeline.tell(lived.store, lived.settings, now=MONDAY)
    point, said = namesake(lived)
    author = next(one for one in AUTHORS if pseudonym(one, KEY) == said.person)
    assert waiting_names(lived, point.id) <= {point.name}
    assert waiting_names(lived, point.id)
    journey.erase(lived.store, author, source=None, key=KEY)
    new = reads.point(lived.store, point.id).name
    assert new
    assert new != point.name
    assert waiting_names(lived, point.id) == {new}
    assert point.name not in {one.detail for one in reads.ledger(lived.store)}


def test_a_deletion_upstream_is_named_anew_by_the_same_night(lived: House) -> None:
    point, said = namesake(lived)
    writes.keep_batch(
        lived.store,
        source=said.source,
        kind="file",
        documents=(),
        cursor="",
        validators=(),
        night=pipeline.night_of(lived.settings, MONDAY),
        gone=[said.id],
    )
    assert reads.point(lived.store, point.id).name == ""
    pipeline.recheck(lived.store, lived.settings, now=MONDAY)
    found = reads.point(lived.store, point.id)
    assert found.name
    assert plain(found.name) != plain(point.name)
    left = reads.pains_of(lived.store, [point.id])[point.id]
    assert found.size == len(left) < point.size
    assert said.id not in {pain.document_id for pain in left}
    assert point.name not in {one.detail for one in reads.ledger(lived.store)}
