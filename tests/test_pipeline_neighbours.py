"""A name is told from the nearest pain points: the same ones however many are asked for at once."""

from __future__ import annotations

import dataclasses

import numpy as np
from store_nouns import pain_point

from listening.pipeline.clustering import NEIGHBOURS, _neighbours


def test_the_nearest_are_those_that_one_by_one_would_find() -> None:
    middles = np.random.default_rng(0).normal(size=(60, 24)).astype(np.float32)
    middles[30:] = middles[:30]  # each has a twin: of equals the first by id
    points = [dataclasses.replace(pain_point(f"pp-{row:02}"), centroid=middle) for row, middle in enumerate(middles)]
    found = _neighbours(points[:5], points)
    for point in points[:5]:
        near = sorted(points, key=lambda other: (-float(other.centroid @ point.centroid), other.id))
        assert found[point.id] == [other.id for other in near if other.id != point.id][:NEIGHBOURS]


def test_of_few_all_are_neighbours_and_of_none_none() -> None:
    points = [pain_point("pp-1"), pain_point("pp-2")]
    assert _neighbours(points, points) == {"pp-1": ["pp-2"], "pp-2": ["pp-1"]}
    assert _neighbours([], points) == {}
