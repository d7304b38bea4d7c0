"""A hole planted in a page of the desk: what a stranger's SQL can read through it, which is no more than the page."""

from typing import Any, Final

import psycopg
import pytest

from core.platform.database import reading
from core.registry import search as households
from core.registry.search import Search
from core.staff.agents import Scope
from tests.core import seed
from tests.core.seed import SAFO
from tests.desk.conftest import DIAGO, SignIn

pytestmark = pytest.mark.usefixtures("two_communes")

Read = list[tuple[Any, ...]]


@pytest.fixture
def hole(monkeypatch: pytest.MonkeyPatch) -> Read:
    """The search of households as somebody careless would write it; what it read, row by row."""
    rows: Read = []

    async def search(words: str, commune: str | None) -> Search:
        async with reading() as session:
            raw = (await (await session.connection()).get_raw_connection()).driver_connection
            assert isinstance(raw, psycopg.AsyncConnection)
            cursor = await raw.execute(f"SELECT head_name FROM household WHERE head_name = '{words}'".encode())  # noqa: S608
            while cursor.nextset():
                pass
            rows.extend(await cursor.fetchall())
        return Search(())

    monkeypatch.setattr(households, "search", search)
    return rows


NAMES: Final = "SELECT head_name FROM household"
TRIED: Final = (
    f"' UNION {NAMES} --",
    f"'; RESET ROLE; {NAMES} --",
    f"'; SELECT set_config('jigi.role', 'focal', true), set_config('jigi.scope', '', true); {NAMES} --",
    f"'; SELECT set_config('jigi.claim', '', true), set_config('jigi.role', 'agent', true); {NAMES} --",
    f"'; SELECT set_config('jigi.claim', replace(current_setting('jigi.claim'), '{SAFO}', ''), true); {NAMES} --",
    f"'; COMMIT; BEGIN; {NAMES} --",
    f"'; COMMIT; RESET ALL; DISCARD ALL; {NAMES} --",
)
REFUSED: Final = (
    "'; SELECT password_hash FROM agent_credential --",
    "'; SELECT token_hash FROM desk_session --",
    "'; SET ROLE jigi_line --",
    f"'; SET row_security = off; {NAMES} --",
    "'; SELECT desk_claim(1, 'agent', '') --",
    "'; UPDATE agent SET role = 'focal' --",
)


async def somebody_looks(sign_in: SignIn, words: str) -> int:
    """Mariam, an agent of Safo, types words into the search; the status of the answer."""
    await seed.household("near", commune=SAFO, head_name="Near")
    await seed.household("far", commune=DIAGO, head_name="Far")
    mariam = await sign_in("mariam", scope=Scope.COMMUNE, scope_code=SAFO)
    try:
        return (await mariam.submit("/desk/households", q=words)).status_code
    except Exception:
        return 500


@pytest.mark.parametrize("words", TRIED)
async def test_it_reads_no_household_but_ones_own(sign_in: SignIn, hole: Read, words: str) -> None:
    await somebody_looks(sign_in, words)
    assert {name for (name,) in hole} <= {"Near"}


@pytest.mark.parametrize("words", REFUSED)
async def test_it_reads_no_password_and_becomes_nobody_else(sign_in: SignIn, hole: Read, words: str) -> None:
    assert await somebody_looks(sign_in, words) == 500
    assert hole == []


async def test_the_hole_is_one(sign_in: SignIn, hole: Read) -> None:
    assert await somebody_looks(sign_in, TRIED[0]) == 200
    assert hole == [("Near",)]
