"""What is proposed as the same complaint, why, and what never is."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from core.grievances.cases import case, id_of
from core.grievances.likeness import NAMESAKES, Alike, Related
from core.grievances.merging import NotTheSame, merge
from core.grievances.steps import take
from core.platform.database import writing
from core.staff.agents import Role, Scope
from core.staff.row_security import seen_by
from tests.core import seed
from tests.core.grievances.grievance_rows import ELSEWHERE
from tests.core.grievances.handling import AWA, filed, put, somebody, visit
from tests.core.seed import NOW, SAFO

pytestmark = pytest.mark.usefixtures("safo_and_kayes")

HOUSEHOLD, PHONE, SUBJECT, NAME = Alike
NUMBERS = count(1)
OTHER_PHONE = "+22376000009"
DATA: dict[str, Any] = {"category": "data", "subcategory": "name"}
MOUSSA: dict[str, Any] = {"name": "Moussa Traoré", "village": "Dabani", "msisdn": AWA}


async def beside(reference: str, role: Role = Role.AGENT) -> dict[str, Related]:
    """What the page of a complaint shows beside it, to somebody who has the whole country."""
    who = await somebody(f"somebody{next(NUMBERS)}", role)
    async with seen_by(who):
        shown = await case(reference, who, NOW)
    assert shown
    return {each.reference: each for each in shown.related}


async def likely(reference: str) -> dict[str, tuple[Alike, ...]]:
    """What it is likely the same as, and why."""
    return {other: each.reasons for other, each in (await beside(reference)).items() if each.likely}


@pytest.mark.parametrize(
    ("days", "other", "why"),
    [
        (1, {}, (PHONE, SUBJECT)),
        (20, {}, (PHONE, SUBJECT)),
        (31, {}, None),
        (6, DATA, (PHONE,)),
        (8, DATA, None),
    ],
)
async def test_one_phone_within_days(days: int, other: dict[str, Any], why: tuple[Alike, ...] | None) -> None:
    own = await filed("a")
    second = await filed("b", NOW - timedelta(days=days), **other)
    assert await likely(own) == ({second: why} if why else {})
    assert second in await beside(own), "it is shown all the same"


async def test_two_phones_of_one_household() -> None:
    household = await seed.household(phones=(AWA, OTHER_PHONE))
    own = await filed("a", household_id=household)
    second = await filed("b", household_id=household, msisdn=OTHER_PHONE, **DATA)
    assert await likely(own) == {second: (HOUSEHOLD,)}


async def test_one_phone_that_told_of_two_households_or_of_two_names() -> None:
    first, second = await seed.household(), await seed.household()
    own = await filed("a", household_id=first)
    await filed("b", household_id=second)
    forgotten = {"category": "exclusion", "subcategory": "left_out", "msisdn": OTHER_PHONE}
    one = await filed("c", NOW, **forgotten, name="Moussa Traoré")
    await filed("d", NOW, **forgotten, name="Awa Diarra")
    assert await likely(own) == await likely(one) == {}


@pytest.mark.parametrize(
    ("name", "village", "so"),
    [
        ("Moussa Traoré", "Dabani", True),
        ("TRAORE Moussa", "Dabanni", True),
        ("Mousa Traore", "dabani", True),
        ("Moussa Coulibaly", "Dabani", False),
        ("Moussa", "Dabani", False),
        ("Moussa Traoré", "Kola", False),
        ("Moussa Traoré", None, False),
        (None, "Dabani", False),
    ],
)
async def test_one_name_in_one_village(name: str | None, village: str | None, so: bool) -> None:
    own = await filed("a", **MOUSSA)
    second = await filed("b", msisdn=OTHER_PHONE, name=name, village=village)
    assert await likely(own) == ({second: (NAME, SUBJECT)} if so else {})


@pytest.mark.parametrize(
    "values",
    [
        {"anonymous": True},
        {"sex": "F"},
        {"commune_pcode": ELSEWHERE},
        {"state": "closed"},
        {"received_at": NOW - timedelta(days=31)},
        {"sensitivity": "sensitive"},
    ],
)
async def test_a_namesake_who_is_somebody_else_or_hidden(values: dict[str, Any]) -> None:
    own = await filed("a", **MOUSSA)
    second = await filed("b", **MOUSSA | {"msisdn": OTHER_PHONE})
    await put(own, sex="M")
    await put(second, **values)
    assert await likely(own) == {}


async def test_two_households_of_one_name_and_village_are_two() -> None:
    first, second = await seed.household(), await seed.household()
    own = await filed("a", household_id=first, village="Dabani")
    await filed("b", household_id=second, msisdn=OTHER_PHONE, village="Dabani")
    assert await likely(own) == {}


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.FOCAL])
async def test_nothing_is_proposed_through_the_wall(role: Role) -> None:
    secret = {"category": "conduct", "subcategory": "bribe"}
    own, behind = await filed("a", **MOUSSA), await filed("b", **MOUSSA | secret)
    await filed("c", **MOUSSA | secret | {"msisdn": OTHER_PHONE})
    await filed("d", **MOUSSA | secret)
    shown = await beside(behind if role is Role.FOCAL else own, role)
    assert (bool(shown), any(each.likely for each in shown.values())) == (role is Role.FOCAL, False)


async def test_who_has_another_place_is_shown_nothing_of_it() -> None:
    own = await filed("a", **MOUSSA)
    await filed("b", **MOUSSA | {"msisdn": OTHER_PHONE})
    there = await somebody("oumar", Role.AGENT, Scope.REGION, "ML01")
    async with seen_by(there):
        assert await case(own, there, NOW) is None


async def test_namesakes_are_joined_only_where_the_register_names_neither() -> None:
    own, second = await filed("a", **MOUSSA), await filed("b", **MOUSSA | {"msisdn": OTHER_PHONE})
    mariam = await somebody("mariam")
    other = await id_of(second)
    assert other
    async with seen_by(mariam):
        await take(await visit(mariam, own))
    await put(own, household_id=await seed.household())
    assert await likely(own) == {second: (NAME, SUBJECT)}
    page = await visit(mariam, own)
    with pytest.raises(NotTheSame):
        async with seen_by(mariam):
            await merge(page, other)
    await put(own, household_id=None)
    page = await visit(mariam, own)
    async with seen_by(mariam):
        await merge(page, other)
    assert (await beside(own))[second].follows


async def test_namesakes_are_looked_for_in_one_commune_by_an_index() -> None:
    own = await filed("a", **MOUSSA)
    agent = await somebody("mariam", Role.AGENT, Scope.COMMUNE, SAFO)
    async with seen_by(agent), writing() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        values = {"id": await id_of(own), "namesake": timedelta(days=30)}
        plan = (await connection.exec_driver_sql(f"EXPLAIN {NAMESAKES}", values)).scalars().all()
    assert "ix_grievance_commune_open" in "\n".join(plan)
