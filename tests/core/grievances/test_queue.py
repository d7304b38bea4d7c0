"""The queue: the most urgent first, each to one, and what comes back by itself."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.call_requests.requests import ask_call
from core.grievances.queue import QueueCounts, QueueFilter, QueueReason, QueueView, counts, page, take_next
from core.grievances.steps import ask, call, escalate, take
from core.grievances.subjects import Category
from core.platform.database import reading, writing
from core.staff.agents import Actor, Scope
from core.staff.row_security import seen_by
from core.text.languages import Language
from tests.core import seed
from tests.core.grievances.handling import AWA, filed, put, somebody, visit
from tests.core.seed import NOW

pytestmark = pytest.mark.usefixtures("safo")


async def queue(actor: Actor, now: datetime = NOW, view: QueueView = QueueView.NEXT) -> list[str]:
    async with seen_by(actor):
        return [row.reference for row in await page(actor, view, now)]


async def test_what_is_due_soonest_comes_first_then_what_went_up_then_the_older() -> None:
    mariam = await somebody("mariam")
    newer = await filed("newer", NOW + timedelta(minutes=1))
    older = await filed("older")
    raised = await filed("raised", NOW + timedelta(minutes=2))
    await put(raised, escalated_at=NOW, level="commune")
    late = await filed("late", NOW - timedelta(days=7))
    assert await queue(mariam) == [late, raised, older, newer]


async def test_the_first_answer_is_due_and_once_given_the_decision() -> None:
    mariam = await somebody("mariam")
    reference = await filed("a")
    async with seen_by(mariam):
        (row,) = await page(mariam, QueueView.NEXT, NOW)
        assert row.next_due.day == 26
        await take(await visit(mariam, reference))
        await call(await visit(mariam, reference), reached=True, again_on=None, words="")
        (row,) = await page(mariam, QueueView.NEXT, NOW)
        assert (row.next_due.month, row.next_due.day) == (12, 1)


@pytest.mark.parametrize(
    ("day", "values", "reason"),
    [
        (NOW, {}, QueueReason.NEW),
        (NOW + timedelta(days=1), {}, QueueReason.DUE_SOON),
        (NOW + timedelta(days=3), {}, QueueReason.OVERDUE),
        (NOW, {"reopen_count": 1}, QueueReason.APPEAL),
        (NOW, {"escalated_at": NOW}, QueueReason.ESCALATED),
        (NOW, {"state": "in_progress"}, QueueReason.UNDER_WAY),
        (NOW, {"state": "in_progress", "call_again_on": NOW.date()}, QueueReason.CALL_AGAIN),
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
    await filed("a", NOW + timedelta(days=2))
    async with seen_by(mariam):
        (row,) = await page(mariam, QueueView.NEXT, NOW + timedelta(days=3))
    assert (row.next_due.month, row.next_due.day, row.reasons[0]) == (12, 1, QueueReason.DUE_SOON)


async def test_of_those_who_take_at_once_each_gets_another() -> None:
    people = [await somebody(f"agent{number}") for number in range(5)]
    references = {await filed(f"key {number}") for number in range(4)}

    async def taken(actor: Actor) -> str | None:
        async with seen_by(actor):
            return await take_next(actor, NOW)

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
        assert await take_next(mariam, NOW) == reference
    assert await queue(oumou) == []
    later = NOW + timedelta(minutes=61)
    assert await queue(oumou, later) == [reference]
    async with seen_by(oumou):
        assert await take_next(oumou, later) == reference
    assert await queue(mariam, later) == []


async def test_one_that_was_touched_stays() -> None:
    mariam, oumou = await somebody("mariam"), await somebody("oumou")
    reference = await filed("a")
    async with seen_by(mariam):
        await take_next(mariam, NOW)
        await call(await visit(mariam, reference), reached=False, again_on=None, words="")
    assert await queue(oumou, NOW + timedelta(hours=8)) == []


async def waiting() -> tuple[Actor, str]:
    """A grievance whose person was asked something, and whose it is."""
    mariam = await somebody("mariam")
    reference = await filed("a")
    async with seen_by(mariam):
        await take_next(mariam, NOW)
        await ask(await visit(mariam, reference), "Quel village ?")
    assert await queue(mariam) == []
    assert await queue(mariam, view=QueueView.MINE) == [reference]
    return mariam, reference


async def test_one_that_waits_comes_back_when_the_person_asks_to_be_called() -> None:
    mariam, reference = await waiting()
    await ask_call("k", AWA, Language("bm"), None, NOW + timedelta(hours=1))
    async with seen_by(mariam):
        (row,) = await page(mariam, QueueView.NEXT, NOW)
    assert (row.reference, row.reasons) == (reference, (QueueReason.ANSWER_CAME,))


async def test_one_that_waits_comes_back_when_the_person_writes() -> None:
    mariam, reference = await waiting()
    async with writing() as session:
        values = {"phone": AWA, "at": NOW + timedelta(hours=1)}
        await session.execute(text("INSERT INTO inbound_sms VALUES ('g1', :phone, 'help', :at, false)"), values)
    assert await queue(mariam) == [reference]


async def test_one_that_waits_comes_back_when_the_person_files_anew() -> None:
    mariam, reference = await waiting()
    again = await filed("again", NOW + timedelta(hours=1))
    assert set(await queue(mariam)) == {reference, again}


async def test_what_another_phone_does_or_what_was_before_is_no_answer() -> None:
    mariam, _ = await waiting()
    await ask_call("k1", AWA, Language("bm"), None, NOW - timedelta(hours=1))
    await ask_call("k2", "+22376000009", Language("bm"), None, NOW + timedelta(hours=1))
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
        await take_next(mariam, NOW)
        await escalate(await visit(mariam, reference), "La commune ne répond pas")
    assert (await queue(mariam), await queue(cercle)) == ([], [reference])


async def test_it_is_counted_whose_each_is() -> None:
    mariam, oumou = await somebody("mariam"), await somebody("oumou")
    far = await somebody("far", scope=Scope.COMMUNE, code=seed.SAFO)
    for number in range(4):
        await filed(f"key {number}", NOW - timedelta(days=7 * (number == 0)))
    for actor in (mariam, oumou, far):
        async with seen_by(actor):
            await take_next(actor, NOW)
    async with seen_by(mariam):
        assert await counts(mariam, NOW) == QueueCounts(mine=1, team=2, free=1, late=1)
        shown = {view: len(await page(mariam, view, NOW)) for view in QueueView}
    assert shown == {QueueView.NEXT: 2, QueueView.MINE: 1, QueueView.TEAM: 2, QueueView.FREE: 1, QueueView.LATE: 1}


async def test_one_that_waits_is_not_taken_before_the_answer_though_nobody_has_it() -> None:
    mariam, reference = await waiting()
    await put(reference, assigned_to=None)
    async with seen_by(mariam):
        assert await take_next(mariam, NOW) is None
        await ask_call("k", AWA, Language("bm"), None, NOW + timedelta(hours=1))
        assert await take_next(mariam, NOW) == reference


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"call_again_on": NOW.date()}, QueueReason.CALL_AGAIN),
        ({"waiting_since": NOW - timedelta(days=8)}, QueueReason.SILENT),
        ({"decision_due": NOW.date() - timedelta(days=1)}, QueueReason.OVERDUE),
        ({}, None),
    ],
)
async def test_what_waits_for_the_person_is_there_when_there_is_something_to_do(
    values: dict[str, Any], reason: QueueReason | None
) -> None:
    mariam = await somebody("mariam")
    reference = await filed("a", NOW - timedelta(days=9))
    await put(
        reference, assigned_to=mariam.id, state="waiting", waiting_since=NOW, first_answered_at=NOW,
        decision_due=NOW.date() + timedelta(days=20),
    )  # fmt: skip
    await put(reference, **(values or {"state": "waiting"}))
    async with seen_by(mariam):
        rows = await page(mariam, QueueView.NEXT, NOW)
    assert [row.reasons[0] for row in rows] == ([reason] if reason else [])


async def test_a_row_says_who_and_how_old_and_the_list_is_narrowed() -> None:
    mariam = await somebody("mariam")
    reference = await filed("a", NOW - timedelta(days=3), name="Sira Diallo")
    await filed("b", category="phone", subcategory="sim_lost", language=Language("fr"), anonymous=True, name="Awa")
    async with seen_by(mariam):
        (row,) = await page(mariam, QueueView.NEXT, NOW, only=QueueFilter(Category.PAYMENT))
        assert (row.reference, row.name, row.language.value, row.days_old(NOW.date())) == (
            reference, "Sira Diallo", "bm", 3,
        )  # fmt: skip
        (other,) = await page(mariam, QueueView.NEXT, NOW, only=QueueFilter(language=Language("fr")))
        assert other.name is None, "an anonymous one has no name in a list"
