"""A key is shown once, opens what it may where it may, and nothing once it is withdrawn or its time is over."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from core.platform import database
from core.platform.database import DatabaseTask
from core.platform.errors import JigiError
from core.staff.administration import UnknownPlace
from core.staff.agents import Scope, ScopeNeedsPlace
from core.systems import keys
from core.systems.holders import KeyFault, KeyHolder, holder_of, seen_by_system
from core.systems.keys import BadExpiry, BadSystem, KeyGrant, NoScope, PlaceOfAPush, TwoKeysLive
from core.systems.scopes import KeyScope
from tests.core import seed
from tests.support.database import change, query, scalar

NOW = datetime.now(UTC)
NEAR, FAR = "ML020201", "ML030101"
SOON = NOW + timedelta(days=90)
READS = frozenset({KeyScope.READ_GRIEVANCES})


@pytest.fixture
async def two_communes(world: None) -> None:
    await seed.places((NEAR, "Near"), (FAR, "Far"))
    for pcode in (NEAR, FAR):
        await seed.household(pcode, commune=pcode)


@pytest.fixture
async def by_role(two_communes: None, database_url: str, by_task: Mapping[DatabaseTask, str]) -> AsyncIterator[None]:
    """What goes by the role of the API signs in as that role and no other."""
    database.open_database(database_url, by_task=by_task)
    yield
    await database.close_database()


async def held(key: str) -> KeyHolder:
    holder = await holder_of(key)
    assert isinstance(holder, KeyHolder)
    return holder


async def test_a_key_is_kept_as_a_keyed_hash_and_entered_in_the_trail(by_role: None) -> None:
    key = await keys.make("gajigi", KeyGrant(READS, SOON), NOW)
    assert key.startswith("jigi_")
    assert len(key) == len("jigi_") + 43  # 256 bits
    (kept,) = await query("SELECT api_key::text, digest, ending FROM api_key")
    assert key not in kept[0]
    assert keys.presented(key) not in kept[0]
    assert kept.ending == key[-4:]
    entered = await query("SELECT act, about, detail::text AS detail FROM audit_entry ORDER BY id")
    assert [(each.act, each.about) for each in entered] == [("key made", "system gajigi")]
    assert key not in entered[0].detail


async def test_two_keys_are_live_at_once_and_no_third(by_role: None) -> None:
    first, second = [await keys.make("rsu", KeyGrant(READS, SOON), NOW) for _ in range(2)]
    with pytest.raises(TwoKeysLive):
        await keys.make("rsu", KeyGrant(READS, SOON), NOW)
    old, new = await held(first), await held(second)
    assert (old.system, new.system) == ("rsu", "rsu")
    assert await keys.withdraw(old.key_id, NOW) == "rsu"
    assert await holder_of(first) is KeyFault.WITHDRAWN
    assert await holder_of(second) == new
    await keys.make("rsu", KeyGrant(READS, SOON), NOW)
    with pytest.raises(keys.NoSuchKey):
        await keys.withdraw(old.key_id, NOW)


async def test_one_whose_time_is_over_opens_nothing_and_makes_room(by_role: None) -> None:
    first = await keys.make("rsu", KeyGrant(READS, SOON), NOW)
    await keys.make("rsu", KeyGrant(READS, SOON), NOW)
    await change("UPDATE api_key SET expires_at = now() - interval '1 second' WHERE slot = 1")
    assert await holder_of(first) is KeyFault.EXPIRED
    assert await holder_of("jigi_guessed") is KeyFault.UNKNOWN
    await keys.make("rsu", KeyGrant(READS, SOON), datetime.now(UTC))


REFUSED: list[tuple[type[JigiError], str, KeyGrant]] = [
    (BadSystem, "Le RSU", KeyGrant(READS, SOON)),
    (NoScope, "rsu", KeyGrant(frozenset(), SOON)),
    (BadExpiry, "rsu", KeyGrant(READS, NOW)),
    (BadExpiry, "rsu", KeyGrant(READS, NOW + timedelta(days=500))),
    (ScopeNeedsPlace, "rsu", KeyGrant(READS, SOON, Scope.REGION)),
    (UnknownPlace, "rsu", KeyGrant(READS, SOON, Scope.REGION, "ML99")),
    (PlaceOfAPush, "rsu", KeyGrant(frozenset({KeyScope.PUSH_PAYMENTS}), SOON, Scope.REGION, "ML02")),
]


@pytest.mark.parametrize(("refused", "system", "grant"), REFUSED)
async def test_what_is_no_key(by_role: None, refused: type[JigiError], system: str, grant: KeyGrant) -> None:
    with pytest.raises(refused):
        await keys.make(system, grant, NOW)


async def test_a_holder_sees_their_place_and_what_their_scopes_say(by_role: None) -> None:
    """Withdrawn while it is at work, a key shows nothing at its next statement."""
    near = await held(await keys.make("near", KeyGrant(READS, SOON, Scope.REGION, "ML02"), NOW))
    whole = await held(await keys.make("whole", KeyGrant(READS, SOON), NOW))
    pushing = await held(await keys.make("push", KeyGrant(frozenset({KeyScope.PUSH_PAYMENTS}), SOON), NOW))
    for holder, seen in ((near, [NEAR]), (whole, [NEAR, FAR]), (pushing, [])):
        async with seen_by_system(holder):
            assert [row.household_no for row in await query("SELECT household_no FROM household ORDER BY id")] == seen
    await keys.withdraw(whole.key_id, NOW)
    async with seen_by_system(whole):
        assert await scalar("SELECT count(*) FROM household") == 0


@pytest.mark.parametrize(
    "refused",
    [
        "SELECT * FROM api_key",
        "SELECT head_name FROM household",
        "SELECT words FROM grievance",
        "SELECT * FROM audit_entry",
        "SELECT api_key_digest('x')",
        "SELECT desk_claim(1, 'focal', '')",
        "SET ROLE jigi_desk",
        "UPDATE household SET village = 'x'",
    ],
)
async def test_what_the_role_of_the_api_is_refused(by_task: Mapping[DatabaseTask, str], refused: str) -> None:
    with psycopg.connect(by_task[DatabaseTask.API]) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(refused.encode())
