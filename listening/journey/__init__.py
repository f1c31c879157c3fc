"""The day: what a person does; every change leaves a line with who and when.

points      pain points: assign, rename, merge, split, move, resolve, mute, reopen, no pain
tracking    pain points: ratings, status, due date, comments, a place on the map; taking a change back
previews    what a merge or split would change, before it is done
planning    SMART goals, and the stamp of a review
mapping     the map itself: edits, versions, import, and where the pain points of a lost place go
shaping     its name and cadence, the order of its stages, and what of it goes
drawing     stages, touchpoints, owners, personas and subscriptions, one at a time
places      touchpoints that the map lacks: accept, dismiss
accounts    who may sign in to the board, and as what; keys for programs
factor      their second factor: an authenticator app, and recovery codes for a lost phone (codes)
elsewhere   who comes by the company's own sign-in
workbook    the filled-in review workbook
upkeep      forgetting people, dropping what is old, sending mails again
"""

from listening.journey.drawing import an_id, draw, subscribe, wipe_persona, wipe_touchpoint
from listening.journey.mapping import change_map, import_map, keep_map, lost, map_text, rehome, restore_map
from listening.journey.maps import LostMap, add_map, copy_map, lost_maps, put_back
from listening.journey.places import accept_touchpoint, dismiss_touchpoint
from listening.journey.planning import confirm_goal, drop_goal, measured_now, set_goal, stamp_review
from listening.journey.points import (
    acknowledge,
    assign,
    merge,
    move,
    mute,
    name_anew,
    no_pain,
    no_pain_passage,
    rename,
    reopen,
    resolve,
    split,
)
from listening.journey.previews import preview_merge, preview_split
from listening.journey.shaping import describe_map, shift_stage, wipe_owner, wipe_stage
from listening.journey.tracking import (
    assign_many,
    comment,
    mentioned,
    mute_for,
    place,
    rate,
    set_due,
    set_status,
    unassign,
    undo,
)
from listening.journey.upkeep import erase, keep_audit, retire_old, retry
from listening.journey.workbook import fill_in

__all__ = [
    "LostMap",
    "accept_touchpoint",
    "acknowledge",
    "add_map",
    "an_id",
    "assign",
    "assign_many",
    "change_map",
    "comment",
    "confirm_goal",
    "copy_map",
    "describe_map",
    "dismiss_touchpoint",
    "draw",
    "drop_goal",
    "erase",
    "fill_in",
    "import_map",
    "keep_audit",
    "keep_map",
    "lost",
    "lost_maps",
    "map_text",
    "measured_now",
    "mentioned",
    "merge",
    "move",
    "mute",
    "mute_for",
    "name_anew",
    "no_pain",
    "no_pain_passage",
    "place",
    "preview_merge",
    "preview_split",
    "put_back",
    "rate",
    "rehome",
    "rename",
    "reopen",
    "resolve",
    "restore_map",
    "retire_old",
    "retry",
    "set_due",
    "set_goal",
    "set_status",
    "shift_stage",
    "split",
    "stamp_review",
    "subscribe",
    "unassign",
    "undo",
    "wipe_owner",
    "wipe_persona",
    "wipe_stage",
    "wipe_touchpoint",
]
