"""Every door is refused without a key, with another scope, place or time, and told in words; a new one is too."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Route

from api import limits, problems
from api.doors import ROOT, Door
from api.problems import SENTENCES, ApiProblem
from api.v1 import DOORS
from core.platform.settings.types import USUAL, Part
from core.staff.wrong_tokens import keep_wrong_tokens
from core.systems import keys
from core.systems.keys import PlaceOfAPush
from core.systems.scopes import KeyScope
from core.text.words import Code
from tests.api.conftest import DIAGO, Hold, System
from tests.api.places import two_places
from tests.core import seed
from tests.support.database import change, query

__all__ = ["two_places"]

SCOPED = [door for door in DOORS if door.scopes]


class Elsewhere(Code):
    """What a key of another place finds behind a door."""

    NO_KEY = "a key that opens it is for the whole country"
    NOTHING = "nothing of the places that are not its own"
    WAITS = "what is sent of a place that is not its own waits (test_submissions)"
    ALIKE = "what is of no place"


OF_NO_PLACE: Final[Mapping[str, Elsewhere]] = {
    "key": Elsewhere.ALIKE,
    "campaigns": Elsewhere.ALIKE,
    "submissions of a field form": Elsewhere.WAITS,
    "push households": Elsewhere.NO_KEY,
    "push payments": Elsewhere.NO_KEY,
    "push events": Elsewhere.NO_KEY,
    "push results": Elsewhere.NO_KEY,
    "batches": Elsewhere.NO_KEY,
    "batch": Elsewhere.NO_KEY,
    "rows of a batch": Elsewhere.NO_KEY,
    "confirm a batch": Elsewhere.NO_KEY,
    "abandon a batch": Elsewhere.NO_KEY,
    "grievances": Elsewhere.NOTHING,
    "decisions": Elsewhere.NOTHING,
    "corrections": Elsewhere.NOTHING,
    "deliveries of a campaign": Elsewhere.NOTHING,
    "households not reached": Elsewhere.NOTHING,
    "receipts": Elsewhere.NOTHING,
    "figures": Elsewhere.NOTHING,
}
"""Every door; whoever makes another says here what is behind it for a key of another place."""

ABOUT_ITSELF: Final = {"/health/live", "/health/ready", "/metrics"}
ANYBODYS: Final = {f"{ROOT}/openapi.json", f"{ROOT}/docs"}
SINCE: Final = "?since=2026-01-01&until=2026-12-31"


def test_every_way_in_is_a_door_of_the_table(app: Starlette) -> None:
    paths = {route.path for route in app.routes if isinstance(route, Route)}
    assert len(app.routes) == len(paths)
    doors = {ROOT + door.path for door in DOORS}
    assert paths == {*doors, *ANYBODYS, *ABOUT_ITSELF, f"{ROOT}/{{rest:path}}"}
    assert {door.name for door in DOORS} == set(OF_NO_PLACE)


async def test_no_door_shows_another_place(two_places: None, hold: Hold) -> None:
    """Of Safo and Diago there is as much; whoever has a key for a third region is shown of neither."""
    await seed.places(("ML010101", "Kayes"))
    reads = [scope for scope in KeyScope if scope.value.endswith(":read")]
    elsewhere, whole = await hold(*reads, region="ML01", system="elsewhere"), await hold(*KeyScope, system="whole")
    for door in DOORS:
        if OF_NO_PLACE[door.name] is Elsewhere.WAITS:
            continue
        if OF_NO_PLACE[door.name] is Elsewhere.NO_KEY:
            with pytest.raises(PlaceOfAPush):
                await hold(*door.scopes, region="ML01", system="place")
            continue
        path = door.path.format(number=1) + (SINCE if door.name == "figures" else "")
        own, all_of_it = await elsewhere.http.get(path), await whole.http.get(path)
        assert own.status_code == all_of_it.status_code == 200, (door.name, own.text)
        assert _count(all_of_it) > 0, door.name
        assert _count(own) == (0 if OF_NO_PLACE[door.name] is Elsewhere.NOTHING else _count(all_of_it)), door.name
        assert (DIAGO in own.text) is False


def _count(answer: httpx.Response) -> int:
    content = answer.json()
    if "indicators" in content:
        return sum(each["whole"] for each in content["indicators"])
    return len(content.get("items", [content]))


async def ask(system: System, door: Door, **headers: str) -> httpx.Response:
    body = json.dumps({"rows": [{}]}) if door.takes else None
    sent = {"Content-Type": "application/json", "Idempotency-Key": "k", **headers}
    return await system.http.request(door.method, door.path.format(number=1), content=body, headers=sent)


async def refusals(system: System, doors: list[Door], **headers: str) -> set[tuple[int, str]]:
    """What all these doors answer."""
    answers = [await ask(system, door, **headers) for door in doors]
    assert {answer.headers["content-type"] for answer in answers} == {problems.MEDIA}
    return {(answer.status_code, answer.json()["type"].partition("#")[2]) for answer in answers}


async def test_no_door_opens_without_its_key(app: Starlette, hold: Hold) -> None:
    doors = list(DOORS)
    assert len(doors) > 15
    assert await refusals(System(app, ""), doors) == {(401, "no-key")}
    assert await refusals(System(app, "jigi_guessed"), doors) == {(401, "unknown-key")}
    assert await refusals(System(app, ""), doors, Authorization="Basic x:y") == {(401, "no-key")}
    by_bearer = [door for door in doors if not door.by_basic]
    guessed = f"Basic {base64.b64encode(b'rsu:jigi_guessed').decode()}"
    assert await refusals(System(app, ""), by_bearer, Authorization=guessed) == {(401, "no-key")}
    by_basic = [door for door in doors if door.by_basic]
    assert await refusals(System(app, ""), by_basic, Authorization=guessed) == {(401, "unknown-key")}
    everything = await hold(*KeyScope)
    assert (await ask(everything, DOORS[0])).status_code == 200
    await change("UPDATE api_key SET expires_at = now() - interval '1 second'")
    assert await refusals(everything, doors) == {(401, "expired-key")}
    await change("UPDATE api_key SET expires_at = now() + interval '1 day'")
    await keys.withdraw(1, datetime.now(UTC))
    assert await refusals(everything, doors) == {(401, "withdrawn-key")}


async def test_no_door_opens_for_another_scope(hold: Hold) -> None:
    for door in SCOPED:
        others = frozenset(KeyScope) - door.scopes
        system = await hold(*others, system=f"without-{DOORS.index(door)}")
        assert await refusals(system, [door]) == {(403, "other-scope")}, door.name


async def test_wrong_keys_are_counted_for_the_trail(app: Starlette) -> None:
    await System(app, "jigi_guessed").get("/key", 401)
    await keep_wrong_tokens(datetime.now(UTC))
    assert await query("SELECT act FROM audit_entry") == [("wrong tokens",)]


async def test_too_many_requests_wait(hold: Hold, redis: Redis) -> None:
    system = await hold(KeyScope.READ_FIGURES)
    minute = int(datetime.now(UTC).timestamp()) // limits.MINUTE
    for each in (minute, minute + 1):
        await redis.set(limits.KEY.format(system="rsu", minute=each), 999)
    assert (await system.http.get("/key")).status_code == 200
    answer = await system.http.get("/key")
    assert (answer.status_code, answer.json()["type"]) == (429, "/api/v1/docs#too-many-requests")
    assert 0 < int(answer.headers["retry-after"]) <= 60


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "fr"), ("en", "en"), ("en-GB,en;q=0.9,fr;q=0.5", "en"), ("fr,en;q=0.9", "fr"), ("de", "fr"), ("x;;", "fr")],
)
async def test_problems_are_told_in_french_or_english(app: Starlette, accepted: str, language: str) -> None:
    answer = await System(app, "").http.get("/key", headers={"Accept-Language": accepted})
    sentences = SENTENCES[ApiProblem.NO_KEY]
    assert answer.headers["content-language"] == language
    assert answer.headers["www-authenticate"] == "Bearer"
    assert (answer.json()["title"], answer.json()["detail"]) == (sentences.en if language == "en" else sentences.fr)


ODD = [
    ("GET", "/nothing", 404, "not-found"),
    ("PUT", "/key", 405, "no-such-method"),
    ("GET", "/batches/x", 404, "not-found"),
    ("GET", "/batches/99999999999999999999999", 404, "not-found"),
    ("GET", "/batches?limit=0", 422, "invalid"),
    ("GET", "/batches?other=1", 422, "invalid"),
    ("GET", "/batches?limit=1&limit=2", 422, "invalid"),
    ("GET", "/batches?cursor=xyz", 400, "bad-cursor"),
    ("GET", "/batches?cursor=WzEsMl0", 400, "bad-cursor"),
    ("GET", "/figures?since=2026-02-01&until=2026-01-01", 422, "invalid"),
    ("POST", "/households", 415, "other-type"),
]


async def test_what_cannot_be_done_is_told(hold: Hold) -> None:
    system = await hold(*KeyScope)
    for method, path, status, kind in ODD:
        answer = await system.http.request(method, path)
        assert (answer.status_code, answer.json()["type"]) == (status, f"/api/v1/docs#{kind}"), path
    bodies = [(b"{", 400, "no-json"), (b'{"rows": []}', 422, "invalid"), (b'{"rows": [{"a": {}}]}', 422, "invalid"),
              (b'{"rows": [{"\\u0000": 1}]}', 422, "invalid"), (b'{"rows": [{"a": "\\ud800"}]}', 400, "no-json"),
              (b'{"rows": [{}], "x": 1}', 422, "invalid"), (b"[" * 9_000_000, 413, "too-large")]  # fmt: skip
    sent = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    for body, status, kind in bodies:
        answer = await system.http.post("/households", content=body, headers=sent)
        assert (answer.status_code, answer.json()["type"]) == (status, f"/api/v1/docs#{kind}"), body[:40]
    answer = await system.http.post("/households", json={"rows": [{}]}, headers={"Idempotency-Key": "a b"})
    assert answer.json()["type"].endswith("no-idempotency-key")
    assert answer.status_code == 400


async def test_it_is_off_unless_it_is_opened(app: Starlette) -> None:
    assert Part.API not in USUAL
    assert (await System(app, "").http.get("http://api.test/desk")).status_code == 404
