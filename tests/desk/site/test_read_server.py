"""Figures, exports and long lists come from the server to read from; whatever somebody works on, from the first."""

import psycopg
import pytest
from sqlalchemy.engine import make_url

from core.platform import database
from core.platform.database import AlreadyIn
from core.staff.agents import Role, actor_of
from core.staff.row_security import figures_seen_by, seen_by
from sms.campaigns import unreached
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import TODAY
from tests.desk.conftest import SignIn
from tests.desk.trail import trail
from tests.support.emptied import Broom
from tests.support.kept_connections import KeptConnections


@pytest.fixture
async def standby(app: object, safo: None, database_url: str, broom: Broom, kept_connections: KeptConnections) -> None:
    """A server to read from that has seen two grievances; the first has three."""
    await plant(TODAY)
    await plant(TODAY)
    await database.close_database()
    broom.close()
    kept_connections.end()
    url = make_url(database_url)
    with psycopg.connect(url.set(database="postgres").render_as_string(hide_password=False), autocommit=True) as first:
        first.execute("DROP DATABASE IF EXISTS jigi_standby WITH (FORCE)")
        first.execute(f"CREATE DATABASE jigi_standby TEMPLATE {url.database}".encode())
    database.open_database(database_url, read=url.set(database="jigi_standby").render_as_string(hide_password=False))
    await plant(TODAY)


@pytest.mark.usefixtures("standby")
async def test_the_list_is_of_now_and_its_export_of_the_server_to_read_from(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    assert "3 plaintes" in await awa.see("/desk/grievances")
    lines = (await awa.open("/desk/grievances/export.csv")).text.strip().splitlines()
    assert len(lines) == 1 + 2
    assert len(await trail("grievances exported")) == 1


@pytest.mark.usefixtures("standby")
async def test_a_report_and_its_files_are_of_the_server_to_read_from(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    whole = (await awa.open("/desk/reports/export.csv")).text.splitlines()
    (received,) = [line.split(";")[3] for line in whole if line.startswith("Toute la période;Ensemble")]
    assert received == "2"


@pytest.mark.usefixtures("standby")
async def test_who_was_not_told_is_listed_by_the_server_to_read_from() -> None:
    async with database.streaming() as connection:
        row = await (await connection.execute("SELECT count(*) FROM grievance")).fetchone()
    assert row == (2,)
    assert [household async for household in unreached.households(1)] == []


@pytest.mark.usefixtures("standby")
async def test_figures_are_never_read_inside_a_transaction(sign_in: SignIn) -> None:
    """A second connection that is waited for by whoever holds the first may never come."""
    await sign_in("awa", Role.SUPERVISOR)
    async with seen_by(await actor_of("awa")):
        with pytest.raises(AlreadyIn):
            async with figures_seen_by(await actor_of("awa")):
                pass
