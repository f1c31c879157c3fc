"""Who may use which page: every route stands in this table, or nobody may use it.

A route's `roles` may use it. With `own` the role "owner" may only on what is theirs: `own` names the path's parameter
that holds the pain point, stage or touchpoint. What changes something says in `noted` what the audit keeps of it; `""`
where the verb behind it leaves a line itself (the history of a pain point, or the accounts). What is `heavy` for us or
for others is let in less often. What is `early` may be used by who has to set a second factor up before all else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from listening.errors import NotFound
from listening.store import Store, reads
from listening.types import ROLES, JourneyMap, User

ANYBODY = frozenset({"anonymous", *ROLES})
SIGNED_IN = frozenset(ROLES)
OWNERS = frozenset({"owner", "editor", "admin"})  # who work on the map; owners on what is theirs, where `own` says so
EDITORS = frozenset({"editor", "admin"})
ADMINS = frozenset({"admin"})
VERBS = (
    *("assign", "rate", "status", "due", "rename", "place", "mute", "resolve", "reopen", "acknowledge", "no-pain"),
    *("move", "undo", "merge", "split", "ticket", "goal", "goal/confirm", "goal/drop"),
)  # what is done to a pain point, on the board and by programs
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a method and path as declared at its route, and who may use it."""

    method: str
    path: str
    roles: frozenset[str]
    own: str = ""
    noted: str = ""
    heavy: bool = False
    early: bool = False


RULES: tuple[Rule, ...] = (
    # signing in
    Rule("GET", "/", SIGNED_IN),
    Rule("GET", "/sign-in", ANYBODY),
    Rule("POST", "/sign-in", ANYBODY),
    Rule("GET", "/sign-in/code", ANYBODY),
    Rule("POST", "/sign-in/code", ANYBODY),
    Rule("GET", "/sign-in/company", ANYBODY),
    Rule("GET", "/sign-in/company/back", ANYBODY),
    Rule("POST", "/sign-out", SIGNED_IN, early=True),
    Rule("POST", "/look", ANYBODY),
    Rule("GET", "/demo", ADMINS),
    Rule("POST", "/demo", ADMINS, noted="started or ended the demo world", heavy=True),
    # the map
    Rule("GET", "/map", SIGNED_IN),
    Rule("GET", "/evidence", SIGNED_IN),
    Rule("GET", "/search", SIGNED_IN),
    Rule("GET", "/map/edit", SIGNED_IN),
    Rule("GET", "/map/journey.toml", SIGNED_IN),
    Rule("GET", "/map/versions/{number}", SIGNED_IN),
    Rule("POST", "/map/versions/{number}/restore", EDITORS, noted="restored a version of the map"),
    Rule("POST", "/map/import", EDITORS, noted="imported the map"),
    Rule("POST", "/map/rehome", EDITORS, noted="placed the pain points of a lost place"),
    Rule("POST", "/map/stages", EDITORS, noted="added a stage"),
    Rule("POST", "/map/stages/{stage}", OWNERS, own="stage", noted="changed a stage"),
    Rule("POST", "/map/stages/{stage}/shift", EDITORS, noted="moved a stage"),
    Rule("POST", "/map/stages/{stage}/remove", EDITORS, noted="removed a stage"),
    Rule("POST", "/map/touchpoints", EDITORS, noted="added a touchpoint"),
    Rule("POST", "/map/touchpoints/{touchpoint}", OWNERS, own="touchpoint", noted="changed a touchpoint"),
    Rule("POST", "/map/touchpoints/{touchpoint}/remove", EDITORS, noted="removed a touchpoint"),
    Rule("POST", "/map/suggestions/{suggestion}/accept", EDITORS, noted="put a suggested touchpoint on the map"),
    Rule("POST", "/map/suggestions/{suggestion}/dismiss", EDITORS, noted="dismissed a suggested touchpoint"),
    Rule("POST", "/map/about", EDITORS, noted="changed what the map says of itself"),
    Rule("POST", "/map/owners", EDITORS, noted="changed an owner"),
    Rule("POST", "/map/owners/{owner}/remove", EDITORS, noted="removed an owner"),
    Rule("POST", "/map/personas", EDITORS, noted="changed a persona"),
    # the other maps
    Rule("POST", "/maps", ADMINS, noted="added a map"),
    Rule("POST", "/maps/{map}/restore", ADMINS, noted="put a map back"),
    # inbox and pain points; what changes one leaves a line in its history
    Rule("GET", "/inbox", SIGNED_IN),
    Rule("POST", "/inbox", OWNERS),
    Rule("GET", "/pain-points", SIGNED_IN),
    Rule("GET", "/pain-points/{point}", SIGNED_IN),
    Rule("GET", "/pain-points/{point}/merge", OWNERS, own="point"),
    Rule("GET", "/pain-points/{point}/split", OWNERS, own="point"),
    *(Rule("POST", f"/pain-points/{{point}}/{verb}", OWNERS, own="point") for verb in VERBS),
    Rule("POST", "/pain-points/{point}/comment", SIGNED_IN),
    # goals and reviews
    Rule("GET", "/goals", SIGNED_IN),
    Rule("GET", "/pain-points/{point}/goal", SIGNED_IN),
    Rule("GET", "/reviews", SIGNED_IN),
    Rule("POST", "/reviews", EDITORS, noted="stamped a review"),
    # the review pack
    Rule("GET", "/pack", SIGNED_IN),
    Rule("GET", "/pack/{ending}", SIGNED_IN, heavy=True),
    Rule("POST", "/pack/preview", EDITORS, heavy=True),
    Rule("POST", "/pack/apply", EDITORS, heavy=True),
    Rule("GET", "/account", SIGNED_IN),
    Rule("POST", "/account/password", SIGNED_IN),
    Rule("GET", "/account/second-factor", SIGNED_IN, early=True),
    Rule("POST", "/account/second-factor", SIGNED_IN, early=True),
    Rule("POST", "/account/second-factor/confirm", SIGNED_IN, early=True),
    Rule("POST", "/account/second-factor/codes", SIGNED_IN),
    Rule("POST", "/account/second-factor/off", SIGNED_IN),
    Rule("POST", "/account/sessions/end", SIGNED_IN),
    Rule("POST", "/account/keys", SIGNED_IN),
    Rule("POST", "/account/keys/{key}/drop", SIGNED_IN),
    # who may sign in, and what was done
    Rule("GET", "/people", ADMINS),
    Rule("POST", "/people", ADMINS),
    Rule("POST", "/people/{name}/role", ADMINS),
    Rule("POST", "/people/{name}/password", ADMINS),
    Rule("POST", "/people/{name}/disable", ADMINS),
    Rule("POST", "/people/{name}/enable", ADMINS),
    Rule("POST", "/people/{name}/second-factor/off", ADMINS),
    Rule("GET", "/audit", ADMINS),
    # the places we listen to, the nights, the mails
    Rule("GET", "/sources", SIGNED_IN),
    Rule("GET", "/sources/{source}", SIGNED_IN),
    Rule("POST", "/sources/look", ADMINS, noted="looked at an address", heavy=True),
    Rule("POST", "/sources", ADMINS, noted="added a source", heavy=True),
    Rule("POST", "/sources/{source}/check", EDITORS, noted="checked a source", heavy=True),
    Rule("GET", "/nights", SIGNED_IN),
    Rule("GET", "/nights/{night}", SIGNED_IN),
    Rule("GET", "/nights/{night}/posts", SIGNED_IN),
    Rule("GET", "/alerts", SIGNED_IN),
    Rule("GET", "/alerts/{alert}", SIGNED_IN),
    Rule("POST", "/alerts/{alert}/retry", EDITORS, noted="put a mail back into the outbox"),
    Rule("POST", "/alerts/{alert}/mute", OWNERS),
    Rule("POST", "/alerts/subscriptions/{owner}", OWNERS, own="owner", noted="changed how an owner hears"),
    # what is kept of people
    Rule("GET", "/privacy", SIGNED_IN),
    Rule("POST", "/privacy/look", ADMINS, noted="looked for an author"),
    Rule("POST", "/privacy/erase", ADMINS, noted="erased an author"),
    Rule("POST", "/privacy/retention", ADMINS, noted="dropped old posts"),
    # the same for programs
    Rule("GET", "/api-reference", SIGNED_IN),
    Rule("GET", "/api/v1/openapi.json", ANYBODY),
    Rule("GET", "/api/v1/me", SIGNED_IN),
    Rule("GET", "/api/v1/map", SIGNED_IN),
    Rule("GET", "/api/v1/maps", SIGNED_IN),
    Rule("POST", "/api/v1/maps", ADMINS, noted="added a map"),
    Rule("POST", "/api/v1/maps/{map}/restore", ADMINS, noted="put a map back"),
    Rule("GET", "/api/v1/counts", SIGNED_IN),
    Rule("GET", "/api/v1/pain-points", SIGNED_IN),
    Rule("GET", "/api/v1/pain-points/{point}", SIGNED_IN),
    Rule("GET", "/api/v1/pain-points/{point}/goal", SIGNED_IN),
    Rule("GET", "/api/v1/pain-points/{point}/merge", OWNERS, own="point"),
    Rule("GET", "/api/v1/pain-points/{point}/split", OWNERS, own="point"),
    Rule("POST", "/api/v1/pain-points/{point}/comment", SIGNED_IN),
    *(Rule("POST", f"/api/v1/pain-points/{{point}}/{verb}", OWNERS, own="point") for verb in (*VERBS, "unassign")),
    Rule("GET", "/api/v1/evidence", SIGNED_IN),
    Rule("GET", "/api/v1/tickets", SIGNED_IN),
    Rule("GET", "/api/v1/pack/{ending}", SIGNED_IN, heavy=True),
    Rule("POST", "/api/v1/pack/workbook", EDITORS, heavy=True),
    Rule("GET", "/api/v1/map/journey.toml", SIGNED_IN),
    Rule("POST", "/api/v1/map", EDITORS, noted="imported the map"),
    Rule("GET", "/api/v1/map/versions", SIGNED_IN),
    Rule("GET", "/api/v1/map/versions/{number}", SIGNED_IN),
    Rule("POST", "/api/v1/map/versions/{number}/restore", EDITORS, noted="restored a version of the map"),
    Rule("POST", "/api/v1/map/stages/{stage}", OWNERS, own="stage", noted="drew a stage"),
    Rule("POST", "/api/v1/map/about", EDITORS, noted="changed what the map says of itself"),
    Rule("POST", "/api/v1/map/stages/{stage}/shift", EDITORS, noted="moved a stage"),
    Rule("POST", "/api/v1/map/stages/{stage}/remove", EDITORS, noted="removed a stage"),
    Rule("POST", "/api/v1/map/owners/{owner}/remove", EDITORS, noted="removed an owner"),
    Rule("POST", "/api/v1/map/touchpoints/{touchpoint}", OWNERS, own="touchpoint", noted="drew a touchpoint"),
    Rule("POST", "/api/v1/map/touchpoints/{touchpoint}/remove", EDITORS, noted="removed a touchpoint"),
    Rule("POST", "/api/v1/map/owners/{owner}", EDITORS, noted="drew an owner"),
    Rule("POST", "/api/v1/map/owners/{owner}/subscription", OWNERS, own="owner", noted="changed how an owner hears"),
    Rule("POST", "/api/v1/map/personas/{persona}", EDITORS, noted="drew a persona"),
    Rule("POST", "/api/v1/map/personas/{persona}/remove", EDITORS, noted="removed a persona"),
    Rule("POST", "/api/v1/map/rehome", EDITORS, noted="placed the pain points of a lost place"),
    Rule("GET", "/api/v1/map/suggestions", SIGNED_IN),
    Rule("POST", "/api/v1/map/suggestions/{suggestion}/accept", EDITORS, noted="put a suggested touchpoint on the map"),
    Rule("POST", "/api/v1/map/suggestions/{suggestion}/dismiss", EDITORS, noted="dismissed a suggested touchpoint"),
    Rule("GET", "/api/v1/search", SIGNED_IN),
    Rule("GET", "/api/v1/goals", SIGNED_IN),
    Rule("GET", "/api/v1/reviews", SIGNED_IN),
    Rule("GET", "/api/v1/changes", SIGNED_IN),
    Rule("POST", "/api/v1/reviews", EDITORS, noted="stamped a review"),
    Rule("GET", "/api/v1/sources", SIGNED_IN),
    Rule("POST", "/api/v1/sources/look", ADMINS, noted="looked at an address", heavy=True),
    Rule("POST", "/api/v1/sources", ADMINS, noted="added a source", heavy=True),
    Rule("POST", "/api/v1/sources/{source}/check", EDITORS, noted="checked a source", heavy=True),
    Rule("GET", "/api/v1/nights", SIGNED_IN),
    Rule("GET", "/api/v1/nights/{night}/news", SIGNED_IN),
    Rule("GET", "/api/v1/nights/{night}/steps", SIGNED_IN),
    Rule("GET", "/api/v1/nights/{night}/visits", SIGNED_IN),
    Rule("GET", "/api/v1/nights/{night}/posts", SIGNED_IN),
    Rule("GET", "/api/v1/alerts", SIGNED_IN),
    Rule("GET", "/api/v1/alerts/{alert}", SIGNED_IN),
    Rule("POST", "/api/v1/alerts/{alert}/retry", EDITORS, noted="put a mail back into the outbox"),
    Rule("GET", "/api/v1/people", ADMINS),
    Rule("POST", "/api/v1/people", ADMINS),
    Rule("POST", "/api/v1/people/{name}/role", ADMINS),
    Rule("POST", "/api/v1/people/{name}/password", ADMINS),
    Rule("POST", "/api/v1/people/{name}/disable", ADMINS),
    Rule("POST", "/api/v1/people/{name}/enable", ADMINS),
    Rule("POST", "/api/v1/people/{name}/second-factor/off", ADMINS),
    Rule("GET", "/api/v1/audit", ADMINS),
    Rule("GET", "/api/v1/demo", ADMINS),
    Rule("POST", "/api/v1/demo", ADMINS, noted="started or ended the demo world", heavy=True),
    Rule("POST", "/api/v1/privacy/look", ADMINS, noted="looked for an author"),
    Rule("POST", "/api/v1/privacy/erase", ADMINS, noted="erased an author"),
    Rule("POST", "/api/v1/privacy/retention", ADMINS, noted="dropped old posts"),
)

_BY_ROUTE = {(rule.method, rule.path): rule for rule in RULES}


def rule_of(method: str, path: str) -> Rule | None:
    """Return the row of a route, None where it was not declared."""
    return _BY_ROUTE.get(("GET" if method == "HEAD" else method, path))


def role_of(user: User | None) -> str:
    """Return the role by which the table knows somebody."""
    return user.role if user is not None and user.active else "anonymous"


def may(rule: Rule, user: User | None, *, mine: Collection[str] = (), owners: Iterable[str] = ()) -> bool:
    """Say whether somebody may use a route; `owners` are those of the thing it is about, `mine` the person's ids."""
    role = role_of(user)
    if role not in rule.roles:
        return False
    return not (rule.own and role == "owner") or not frozenset(mine).isdisjoint(owners)


def owners_of(store: Store, journey: JourneyMap, kind: str, thing: str) -> frozenset[str]:
    """Return who owns a pain point (its own owner, its touchpoint's, its stage's), a touchpoint, a stage, themselves.

    Nobody owns what does not exist, or is of another map: a foreign and an unknown thing look the same to who may see
    neither.
    """
    if kind == "owner":
        return frozenset({thing})
    found: set[str] = set()
    touchpoint, stage = (thing if kind == "touchpoint" else ""), (thing if kind == "stage" else "")
    if kind == "point":
        try:
            point = reads.point(store, thing)
        except NotFound:
            return frozenset()
        if point.map != journey.id:
            return frozenset()  # an id may stand on several maps, and mean another one on each
        found.add(point.owner)
        touchpoint, stage = point.touchpoint or "", point.stage
    for one in journey.touchpoints:
        if one.id == touchpoint:
            found.add(one.owner)
            stage = stage or one.stage
    found |= {one.owner for one in journey.stages if one.id == stage}
    return frozenset(found - {""})
