"""What a merge or a split would change, said before anybody does it; nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from listening.clusters import name
from listening.errors import InputError, NotFound
from listening.store import Store, reads
from listening.types import Pain, PainPoint, Preview


def preview_merge(store: Store, from_id: str, into_id: str, names: Mapping[str, str] | None = None) -> Preview:
    """Return what merging `from_id` into `into_id` would change. Raises `InputError` where it cannot be done.

    `names` calls owners, stages and touchpoints (by id) as people do.
    """
    gone, stays = reads.point(store, from_id), reads.point(store, into_id)
    if gone.id == stays.id:
        raise InputError("a pain point cannot be merged into itself", "choose another one")
    if gone.map != stays.map:
        raise InputError(f"{gone.id} and {stays.id} are of different maps", "a pain point stays on its map")
    for one in (gone, stays):
        if one.merged_into:
            raise InputError(f"{one.id} was merged into {one.merged_into}", f"use {one.merged_into}")
    told = reads.pains_of(store, [from_id, into_id])
    together = [*told[from_id], *told[into_id]]
    called = stays.name if stays.named_by else name(together).name
    return Preview(
        kind="merge",
        into_id=into_id,
        from_id=from_id,
        passages=len(told[from_id]),
        people_before=(_people(told[from_id]), _people(told[into_id])),
        people_after=(0, _people(together)),
        name_after=(called,),
        notes=_lost(gone, stays, names or {}),
    )


def _people(pains: Collection[Pain]) -> int:
    return len({one.person for one in pains})


def _lost(gone: PainPoint, stays: PainPoint, names: Mapping[str, str]) -> tuple[str, ...]:
    """Say what stands on the one that goes and not on the one that stays."""
    found = []
    here, there = (names.get(one.owner, one.owner) for one in (gone, stays))
    if gone.owner and gone.owner != stays.owner:
        found.append(f"its owner {here} does not own the other one ({there or 'nobody does'})")
    if gone.status != stays.status:
        found.append(f"it is {gone.status}, the other one is {stays.status}")
    here, there = (names.get(place, place) for place in (one.touchpoint or one.stage for one in (gone, stays)))
    if (gone.stage, gone.touchpoint) != (stays.stage, stays.touchpoint):
        found.append(f"it stands at {here}, the other one at {there}")
    if gone.named_by:
        found.append(f"its name {gone.name!r}, given by {gone.named_by}, goes")
    return tuple(found)


def preview_split(store: Store, point: str, signal_ids: Collection[str]) -> Preview:
    """Return what taking these passages out into a pain point of their own would change."""
    old = reads.point(store, point)
    told = {one.signal_id: one for one in reads.pains_of(store, [point])[point]}
    if lost := sorted(set(signal_ids) - told.keys()):
        raise NotFound(f"passage {lost[0]} is not in {point}", "see its evidence")
    leaving = [told[one] for one in sorted(set(signal_ids))]
    staying = [one for one in told.values() if one.signal_id not in set(signal_ids)]
    if not leaving or not staying:
        raise InputError("a split needs some, but not all, of the passages", "tick those that are another pain")
    here, there = _people(staying), _people(leaving)
    both = {one.person for one in staying} & {one.person for one in leaving}
    return Preview(
        kind="split",
        into_id="",
        from_id=point,
        passages=len(leaving),
        people_before=(_people(told.values()), 0),
        people_after=(here, there),
        name_after=(old.name if old.named_by else name(staying).name, name(leaving).name),
        notes=(f"{len(both)} of the people told both and count in each",) if both else (),
    )
