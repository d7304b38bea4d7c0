"""The queue: the most urgent first, each to one, and what comes back by itself."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.call_requests.requests import ask_call
from core.grievances.filing import Filing, file
from core.grievances.queue import QueueCounts, QueueReason, QueueView, counts, page, take_next
from core.grievances.steps import DeskVisit, ask, call, escalate, take
from core.platform.database import reading, writing
from core.staff.agents import Actor, Role, Scope, actor_of, add_agent
from core.staff.row_security import seen_by
from core.text.languages import Language
from tests.core import seed
from tests.core.grievances.handling import visit

pytestmark = pytest.mark.usefixtures("world")

AWA = "+22376000001"
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATE = Filing(
    key="1",
    msisdn=AWA,
    household_id=None,
    category="payment",
    subcategory="late",
    words=None,
    anonymous=False,
    call_back=False,
    call_safe=None,
    sms_safe=None,
    language=Language("bm"),
)


async def filed(key: str, at: datetime = TUESDAY, **other: Any) -> str:
    """A grievance of Safo."""
    reference = (await file(replace(LATE, key=key, **other), at)).reference
    await put(reference, commune_pcode=seed.SAFO)
    return reference


async def put(reference: str, **values: Any) -> None:
    names = ", ".join(f"{name} = :{name}" for name in values)
    async with writing() as session:
        await session.execute(
            text(f"UPDATE grievance SET {names} WHERE reference = :reference"),  # noqa: S608
            values | {"reference": reference},
        )


async def somebody(
    login: str, role: Role = Role.AGENT, scope: Scope = Scope.NATIONAL, code: str | None = None
) -> Actor:
    await add_agent(login, login.capitalize(), role, scope, code)
    return await actor_of(login)


async def at(actor: Actor, reference: str, now: datetime = TUESDAY) -> DeskVisit:
    """Something done from a page that is up to date."""
    return await visit(actor, reference, now)


async def queue(actor: Actor, now: datetime = TUESDAY, view: QueueView = QueueView.NEXT) -> list[str]:
    async with seen_by(actor):
        return [row.reference for row in await page(actor, view, now)]


@pytest.fixture(autouse=True)
async def places(world: None) -> None:
    await seed.safo()


async def test_what_is_due_soonest_comes_first_then_what_went_up_then_the_older() -> None:
    mariam = await somebody("mariam")
    newer = await filed("newer", TUESDAY + timedelta(minutes=1))
    older = await filed("older")
    raised = await filed("raised", TUESDAY + timedelta(minutes=2))
    await put(raised, escalated_at=TUESDAY, level="commune")
    late = await filed("late", TUESDAY - timedelta(days=7))
    assert await queue(mariam) == [late, raised, older, newer]


async def test_the_first_answer_is_due_and_once_given_the_decision() -> None:
    mariam = await somebody("mariam")
    reference = await filed("a")
    async with seen_by(mariam):
        (row,) = await page(mariam, QueueView.NEXT, TUESDAY)
        assert row.next_due.day == 26
        await take(await at(mariam, reference))
        await call(await at(mariam, reference), reached=True, again_on=None, words="")
        (row,) = await page(mariam, QueueView.NEXT, TUESDAY)
        assert (row.next_due.month, row.next_due.day) == (12, 1)


@pytest.mark.parametrize(
    ("day", "values", "reason"),
    [
        (TUESDAY, {}, QueueReason.NEW),
        (TUESDAY + timedelta(days=1), {}, QueueReason.DUE_SOON),
        (TUESDAY + timedelta(days=3), {}, QueueReason.OVERDUE),
        (TUESDAY, {"reopen_count": 1}, QueueReason.APPEAL),
        (TUESDAY, {"escalated_at": TUESDAY}, QueueReason.ESCALATED),
        (TUESDAY, {"state": "in_progress"}, QueueReason.UNDER_WAY),
        (TUESDAY, {"state": "in_progress", "call_again_on": TUESDAY.date()}, QueueReason.CALL_AGAIN),
    ],
)
async def test_each_says_why_it_stands_there(day: datetime, values: dict[str, Any], reason: QueueReason) -> None:
    mariam = await somebody("mariam")
    reference = await filed("a")
    await put(reference, **(values or {"state": "received"}))
    async with seen_by(mariam):
        (row,) = await page(mariam, QueueView.NEXT, day)
    assert row.reasons[0] is reason


async def test_before_a_holiday_the_next_working_day_is_soon() -> None:
    mariam = await somebody("mariam")
    async with writing() as session:
        await session.execute(text("INSERT INTO holiday VALUES ('2026-11-30', 'Fête')"))
    await filed("a", TUESDAY + timedelta(days=2))
    async with seen_by(mariam):
        (row,) = await page(mariam, QueueView.NEXT, TUESDAY + timedelta(days=3))
    assert (row.next_due.month, row.next_due.day, row.reasons[0]) == (12, 1, QueueReason.DUE_SOON)


async def test_of_those_who_take_at_once_each_gets_another() -> None:
    people = [await somebody(f"agent{number}") for number in range(5)]
    references = {await filed(f"key {number}") for number in range(4)}

    async def taken(actor: Actor) -> str | None:
        async with seen_by(actor):
            return await take_next(actor, TUESDAY)

    got = await asyncio.gather(*map(taken, people))
    assert len(got) == 5
    assert set(got) == references | {None}
    async with reading() as connection:
        steps = (await connection.execute(text("SELECT kind, agent_id FROM grievance_event WHERE agent_id > 0"))).all()
        trail = await connection.scalar(text("SELECT count(*) FROM audit_entry WHERE act = 'grievance taken'"))
    assert sorted(kind for kind, _ in steps) == ["taken"] * 4
    assert trail == 4


async def test_one_that_was_taken_and_not_touched_comes_back() -> None:
    mariam, oumou = await somebody("mariam"), await somebody("oumou")
    reference = await filed("a")
    async with seen_by(mariam):
        assert await take_next(mariam, TUESDAY) == reference
    assert await queue(oumou) == []
    later = TUESDAY + timedelta(minutes=61)
    assert await queue(oumou, later) == [reference]
    async with seen_by(oumou):
        assert await take_next(oumou, later) == reference
    assert await queue(mariam, later) == []


async def test_one_that_was_touched_stays() -> None:
    mariam, oumou = await somebody("mariam"), await somebody("oumou")
    reference = await filed("a")
    async with seen_by(mariam):
        await take_next(mariam, TUESDAY)
        await call(await at(mariam, reference), reached=False, again_on=None, words="")
    assert await queue(oumou, TUESDAY + timedelta(hours=8)) == []


async def waiting() -> tuple[Actor, str]:
    """A grievance whose person was asked something, and whose it is."""
    mariam = await somebody("mariam")
    reference = await filed("a")
    async with seen_by(mariam):
        await take_next(mariam, TUESDAY)
        await ask(await at(mariam, reference), "Quel village ?")
    assert await queue(mariam) == []
    assert await queue(mariam, view=QueueView.MINE) == [reference]
    return mariam, reference


async def test_one_that_waits_comes_back_when_the_person_asks_to_be_called() -> None:
    mariam, reference = await waiting()
    await ask_call("k", AWA, Language("bm"), None, TUESDAY + timedelta(hours=1))
    async with seen_by(mariam):
        (row,) = await page(mariam, QueueView.NEXT, TUESDAY)
    assert (row.reference, row.reasons) == (reference, (QueueReason.ANSWER_CAME,))


async def test_one_that_waits_comes_back_when_the_person_writes() -> None:
    mariam, reference = await waiting()
    async with writing() as session:
        values = {"phone": AWA, "at": TUESDAY + timedelta(hours=1)}
        await session.execute(text("INSERT INTO inbound_sms VALUES ('g1', :phone, 'help', :at, false)"), values)
    assert await queue(mariam) == [reference]


async def test_one_that_waits_comes_back_when_the_person_files_anew() -> None:
    mariam, reference = await waiting()
    again = await filed("again", TUESDAY + timedelta(hours=1))
    assert set(await queue(mariam)) == {reference, again}


async def test_what_another_phone_does_or_what_was_before_is_no_answer() -> None:
    mariam, _ = await waiting()
    await ask_call("k1", AWA, Language("bm"), None, TUESDAY - timedelta(hours=1))
    await ask_call("k2", "+22376000009", Language("bm"), None, TUESDAY + timedelta(hours=1))
    assert await queue(mariam) == []


async def test_each_kind_of_place_works_on_its_levels() -> None:
    commune = await somebody("commune", scope=Scope.COMMUNE, code=seed.SAFO)
    cercle = await somebody("cercle", scope=Scope.CERCLE, code=seed.SAFO[:6])
    region = await somebody("region", scope=Scope.REGION, code=seed.SAFO[:4])
    nation = await somebody("nation")
    by_level = {}
    for level in ("village", "commune", "cercle", "region", "national"):
        by_level[level] = await filed(level)
        await put(by_level[level], level=level)
    assert [len(await queue(actor)) for actor in (commune, cercle, region, nation)] == [2, 3, 4, 5]


async def test_one_that_went_up_is_nobody_s_there() -> None:
    mariam = await somebody("mariam", scope=Scope.COMMUNE, code=seed.SAFO)
    cercle = await somebody("cercle", scope=Scope.CERCLE, code=seed.SAFO[:6])
    reference = await filed("a")
    await put(reference, level="commune")
    async with seen_by(mariam):
        await take_next(mariam, TUESDAY)
        await escalate(await at(mariam, reference), "La commune ne répond pas")
    assert (await queue(mariam), await queue(cercle)) == ([], [reference])


async def test_it_is_counted_whose_each_is() -> None:
    mariam, oumou = await somebody("mariam"), await somebody("oumou")
    far = await somebody("far", scope=Scope.COMMUNE, code=seed.SAFO)
    for number in range(4):
        await filed(f"key {number}", TUESDAY - timedelta(days=7 * (number == 0)))
    for actor in (mariam, oumou, far):
        async with seen_by(actor):
            await take_next(actor, TUESDAY)
    async with seen_by(mariam):
        assert await counts(mariam, TUESDAY) == QueueCounts(mine=1, team=2, free=1, late=1)
        shown = {view: len(await page(mariam, view, TUESDAY)) for view in QueueView}
    assert shown == {QueueView.NEXT: 2, QueueView.MINE: 1, QueueView.TEAM: 2, QueueView.FREE: 1, QueueView.LATE: 1}


async def test_one_that_waits_is_not_taken_before_the_answer_though_nobody_has_it() -> None:
    mariam, reference = await waiting()
    await put(reference, assigned_to=None)
    async with seen_by(mariam):
        assert await take_next(mariam, TUESDAY) is None
        await ask_call("k", AWA, Language("bm"), None, TUESDAY + timedelta(hours=1))
        assert await take_next(mariam, TUESDAY) == reference
