"""The posts behind a persona's number: those that hold its phrases, and no phrase of another persona."""

from __future__ import annotations

from datetime import date

from store_nouns import document, pain_point, told

from listening.store import Store, reads
from listening.types import Lens

pytest_plugins = ("store_fixtures",)
YEAR = Lens(date(2026, 1, 1), date(2026, 12, 31), "UTC")


def found(store: Store, *said: str, unsaid: tuple[str, ...] = ()) -> list[str]:
    asked = reads.Asked(point="pp-1", said=said, unsaid=unsaid)
    return sorted(one.document_id for one in reads.evidence(store, asked, YEAR)[1])


def test_posts_are_found_by_who_tells_them(store: Store) -> None:
    told(
        store,
        document("d1", "I ride as a Courier all day"),
        document("d2", "as a courier and as a parent I say no"),
        document("d3", "100% of couriers_ would"),
        point=pain_point(),
    )
    assert found(store) == ["d1", "d2", "d3"]
    assert found(store, "as a courier") == ["d1", "d2"]
    assert found(store, "as a courier", unsaid=("as a parent",)) == ["d1"]
    assert found(store, "as a baker", "AS A PARENT") == ["d2"]
    assert found(store, "100% of couriers_") == ["d3"]
    assert found(store, "1%couriers") == []
