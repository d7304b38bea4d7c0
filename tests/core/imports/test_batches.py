"""What another system pushes goes by the checks, losses and corrections of files, and each row is told of."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from core.imports import batch_errand, batches
from core.imports.batch import BatchKind, PushState, RowOutcome
from core.imports.batches import BatchCard, BatchOptions, KeyReused, NoSuchBatch, SecondPersonNeeded
from core.imports.pushed import Value
from core.numbers.identifiers import household_no
from core.payments.states import PaymentState
from core.platform import database
from core.platform.database import DatabaseTask, signed_in_for
from core.registry.statuses import Status
from core.staff.agents import Actor, Role, add_agent
from core.staff.permissions import NotAllowed
from core.systems import keys
from core.systems.holders import KeyHolder, holder_of, seen_by_system
from core.systems.keys import KeyGrant
from core.systems.scopes import PUSHES
from tests.core import seed
from tests.core.seed import SAFO
from tests.support.database import change, count, query

NOW = datetime.now(UTC)
NUMBERS = [household_no(number) for number in range(1, 5)]
APPLY = BatchOptions(apply=True)
Rows = Sequence[Mapping[str, Value]]


@pytest.fixture
async def rsu(safo: None, database_url: str, by_task: Mapping[DatabaseTask, str]) -> AsyncIterator[KeyHolder]:
    """A system that may push all, whose batches are taken by the role of the API and worked on by the worker's."""
    database.open_database(database_url, by_task=by_task)
    grant = KeyGrant(PUSHES, NOW + timedelta(days=9))
    holder = await holder_of(await keys.make("rsu", grant, NOW))
    assert isinstance(holder, KeyHolder)
    yield holder
    await database.close_database()


def household(number: str, **other: Value) -> dict[str, Value]:
    return {
        "household_no": number,
        "head_name": "Awa Keita",
        "commune_pcode": SAFO,
        "status": "beneficiary",
        "components": ["TM"],
        **other,
    }


async def pushed(
    holder: KeyHolder, kind: BatchKind, rows: Rows, options: BatchOptions = APPLY, *, key: str = "k"
) -> BatchCard:
    """A batch that was taken and worked on, as it is then."""
    async with seen_by_system(holder):
        card, _ = await batches.take(holder, kind, key, rows, options, NOW)
    return await worked_on(holder, card.id)


async def worked_on(holder: KeyHolder, batch_id: int) -> BatchCard:
    with signed_in_for(DatabaseTask.WORKER):
        assert await batch_errand.work_on_next(NOW)
    async with seen_by_system(holder):
        return await batches.one(batch_id)


async def outcomes(holder: KeyHolder, batch_id: int) -> list[RowOutcome]:
    async with seen_by_system(holder):
        return [row.outcome for row in await batches.rows(batch_id, None, 0, 100)]


async def test_rows_come_in_and_each_is_told_of(rsu: KeyHolder) -> None:
    first = await pushed(rsu, BatchKind.HOUSEHOLDS, [household(NUMBERS[0]), household(NUMBERS[1])])
    assert (first.state, first.created, first.bad) == (PushState.DONE, 2, 0)
    again = [household(NUMBERS[0]), household(NUMBERS[1], head_name="Awa Keïta"), *[household(NUMBERS[2])] * 2]
    second = await pushed(rsu, BatchKind.HOUSEHOLDS, again, key="k2")
    assert (second.created, second.changed, second.unchanged) == (1, 1, 1)
    assert await outcomes(rsu, second.id) == [
        RowOutcome.UNCHANGED, RowOutcome.CHANGED, RowOutcome.CREATED, RowOutcome.REPEATED,
    ]  # fmt: skip
    assert await count("import_batch_content") == 0
    assert await query("SELECT upload, kind FROM import_run ORDER BY id") == [
        (f"batch {first.id}", "households"),
        (f"batch {second.id}", "households"),
    ]


async def test_a_bad_row_holds_the_batch_up_unless_the_good_ones_are_asked_for(rsu: KeyHolder) -> None:
    rows = [household(NUMBERS[0]), household("1", birth_year=1880, commune_pcode="ML999999", foreign="x")]
    refused = await pushed(rsu, BatchKind.HOUSEHOLDS, rows)
    assert (refused.state, refused.bad, refused.created) == (PushState.REFUSED, 1, 0)
    assert refused.unknown_columns == ["foreign"]
    assert await outcomes(rsu, refused.id) == [RowOutcome.HELD, RowOutcome.REFUSED]
    async with seen_by_system(rsu):
        (row,) = await batches.rows(refused.id, RowOutcome.REFUSED, 0, 9)
    assert "birth_year" in {problem["column"] for problem in row.problems}
    assert await count("household") == 0
    kept = await pushed(rsu, BatchKind.HOUSEHOLDS, rows, BatchOptions(apply=True, keep_good=True), key="k2")
    assert (kept.state, kept.created, kept.bad) == (PushState.DONE, 1, 1)
    assert await outcomes(rsu, kept.id) == [RowOutcome.CREATED, RowOutcome.REFUSED]


async def test_seen_first_and_then_confirmed_it_does_what_was_seen(rsu: KeyHolder) -> None:
    card = await pushed(rsu, BatchKind.HOUSEHOLDS, [household(NUMBERS[0])], BatchOptions())
    assert (card.state, card.created, await count("household")) == (PushState.WAITING, 1, 0)
    await seed.household(NUMBERS[0])  # somebody else brings it meanwhile
    async with seen_by_system(rsu):
        await batches.confirm(rsu, card.id, NOW)
    different = await worked_on(rsu, card.id)
    assert (different.state, different.created, different.changed) == (PushState.WAITING, 0, 1)
    async with seen_by_system(rsu):
        await batches.confirm(rsu, card.id, NOW)
    assert (await worked_on(rsu, card.id)).state is PushState.DONE


async def test_what_takes_much_away_waits_for_somebody_of_the_desk(rsu: KeyHolder) -> None:
    """A round of which no day is left is confirmed however small it is, by whoever imports files."""
    await seed.payment(
        await seed.household(NUMBERS[0]),
        PaymentState.PLANNED,
        due=seed.day(9),
        round_name="T1",
        place=None,
        agency=None,
    )
    row: Mapping[str, Value] = {
        "household_no": NUMBERS[0], "component": "TM", "round": "T1", "due_date": None, "amount_xof": 30_000,
        "state": "planned",
    }  # fmt: skip
    options = BatchOptions(apply=True, complete=("due_date",))
    card = await pushed(rsu, BatchKind.PAYMENTS, [row], options)
    assert (card.state, card.heavy, {loss["kind"] for loss in card.losses}) == (
        PushState.WAITING,
        True,
        {"days", "rounds"},
    )
    with pytest.raises(SecondPersonNeeded):
        async with seen_by_system(rsu):
            await batches.confirm(rsu, card.id, NOW)
    with pytest.raises(NotAllowed):
        await batches.confirm_as(Actor(1, "Kadi", Role.AGENT), card.id, NOW)
    fanta = Actor(await add_agent("fanta", "Fanta", Role.SUPERVISOR), "Fanta", Role.SUPERVISOR)
    await batches.confirm_as(fanta, card.id, NOW)
    assert (await worked_on(rsu, card.id)).state is PushState.DONE
    assert await query("SELECT due_date FROM payment") == [(None,)]
    assert await query("SELECT confirmed_by FROM import_run") == [(fanta.id,)]


async def test_a_result_makes_no_payment_and_changes_no_sum(rsu: KeyHolder) -> None:
    for number in NUMBERS[:2]:
        household_id = await seed.household(number)
        await seed.payment(household_id, PaymentState.ANNOUNCED, due=seed.TODAY, round_name="T1")
    paid: dict[str, Value] = {
        "household_no": NUMBERS[0], "component": "TM", "round": "T1", "amount_xof": 30_000, "state": "paid",
        "paid_on": f"{seed.TODAY}",
    }  # fmt: skip
    rows = [paid, {**paid, "household_no": NUMBERS[1], "amount_xof": 20_000}, {**paid, "round": "T9"}]
    card = await pushed(rsu, BatchKind.RESULTS, rows, BatchOptions(apply=True, keep_good=True))
    assert await outcomes(rsu, card.id) == [RowOutcome.CHANGED, RowOutcome.REFUSED, RowOutcome.REFUSED]
    assert await query("SELECT state FROM payment ORDER BY id") == [("paid",), ("announced",)]


async def test_the_same_key_is_the_same_batch_and_no_other(rsu: KeyHolder) -> None:
    card = await pushed(rsu, BatchKind.HOUSEHOLDS, [household(NUMBERS[0])])
    async with seen_by_system(rsu):
        again, is_new = await batches.take(rsu, BatchKind.HOUSEHOLDS, "k", [household(NUMBERS[0])], APPLY, NOW)
        assert (again, is_new) == (card, False)
        with pytest.raises(KeyReused):
            await batches.take(rsu, BatchKind.HOUSEHOLDS, "k", [household(NUMBERS[1])], APPLY, NOW)


async def test_one_that_nobody_confirms_ends_and_its_rows_go(rsu: KeyHolder) -> None:
    card = await pushed(rsu, BatchKind.HOUSEHOLDS, [household(NUMBERS[0])], BatchOptions())
    await change("UPDATE import_batch SET received_at = received_at - interval '25 hours'")
    with pytest.raises(NoSuchBatch):
        async with seen_by_system(rsu):
            await batches.confirm(rsu, card.id, NOW)
    assert await batches.expire(NOW) == 1
    assert await query("SELECT state FROM import_batch") == [("expired",)]


async def test_another_system_sees_none_of_it(rsu: KeyHolder) -> None:
    card = await pushed(rsu, BatchKind.HOUSEHOLDS, [household(NUMBERS[0])])
    other = await holder_of(await keys.make("other", KeyGrant(PUSHES, NOW + timedelta(days=9)), NOW))
    assert isinstance(other, KeyHolder)
    async with seen_by_system(other):
        assert await batches.page(None, 9) == []
        with pytest.raises(NoSuchBatch):
            await batches.one(card.id)
        assert await batches.rows(card.id, None, 0, 9) == []


async def test_a_correction_of_the_desk_stands_over_an_older_batch(rsu: KeyHolder) -> None:
    household_id = await seed.household(NUMBERS[0], head_name="Awa Koné", status=Status.BENEFICIARY, components=("TM",))
    agent_id = await add_agent("kadi", "Kadi", Role.AGENT)
    await change(
        "INSERT INTO correction (household_id, field, before, value, reason, state, made_by, made_at) "
        "VALUES (%(id)s, 'head_name', 'Awa Kone', 'Awa Koné', 'dit au guichet', 'stands', %(agent)s, now())",
        id=household_id,
        agent=agent_id,
    )
    rows = [household(NUMBERS[0], head_name="Awa Kone", village="Safo")]
    card = await pushed(rsu, BatchKind.HOUSEHOLDS, rows, BatchOptions(apply=True, list_day="2020-01-01"))
    assert card.state is PushState.DONE
    assert await query("SELECT head_name, village FROM household") == [("Awa Koné", "Safo")]
    assert any("tient contre la liste" in remark for remark in card.remarks)
