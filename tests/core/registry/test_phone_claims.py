"""A phone that says it is a household's is remembered once somebody of it, or the desk, said yes; nobody else can."""

import pytest

from core.grievances.following import Viewer, by_reference
from core.platform import sql
from core.registry.callers import recognise
from core.registry.edits import ChangedMeanwhile, NoSuchHousehold
from core.registry.phone_claims import (
    MOST_ASKED,
    ClaimState,
    answer_claim,
    answer_claim_at_desk,
    claim,
    claims_of,
    state_of,
    waiting_for,
)
from core.staff.agents import Actor, Role, Scope
from core.staff.permissions import NotAllowed
from core.staff.row_security import seen_by
from tests.core import seed
from tests.core.grievances.handling import filed, put, somebody
from tests.core.seed import NOW
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("world")

REGISTERED, ASKING, STRANGER = "+22376000001", "+22366000002", "+22396000003"
NUMBER = "10000001"


@pytest.fixture
async def household(world: None) -> int:
    await seed.safo()
    return await seed.household(NUMBER, phones=(REGISTERED,))


async def households_of(msisdn: str) -> list[int]:
    return [card.id for card in (await recognise(msisdn)).households]


async def test_a_phone_that_asks_is_not_the_households_yet(household: int) -> None:
    assert await claim(household, ASKING, NOW)
    assert not await claim(household, ASKING, NOW), "it asks once"
    assert await households_of(ASKING) == []
    assert (await recognise(REGISTERED)).asked == {household}
    assert (await recognise(ASKING)).asked == frozenset()


async def test_the_phone_of_the_register_says_yes_and_it_is_remembered(household: int) -> None:
    await claim(household, ASKING, NOW)
    assert await answer_claim(household, ASKING, REGISTERED, NOW, yes=True)
    assert await households_of(ASKING) == [household]
    assert await waiting_for(household) == ()
    assert (await recognise(REGISTERED)).asked == frozenset()


async def test_it_says_no_and_the_phone_cannot_ask_again(household: int) -> None:
    await claim(household, ASKING, NOW)
    assert await answer_claim(household, ASKING, REGISTERED, NOW, yes=False)
    assert not await claim(household, ASKING, NOW)
    assert await state_of(household, ASKING) is ClaimState.REFUSED
    assert await households_of(ASKING) == []


@pytest.mark.parametrize("answering", [ASKING, STRANGER])
async def test_nobody_else_says_yes_not_even_a_phone_that_was_remembered(household: int, answering: str) -> None:
    await claim(household, ASKING, NOW)
    assert not await answer_claim(household, ASKING, answering, NOW, yes=True)
    await answer_claim(household, ASKING, REGISTERED, NOW, yes=True)
    await claim(household, STRANGER, NOW)
    assert not await answer_claim(household, STRANGER, answering, NOW, yes=True)
    assert (await recognise(ASKING)).asked == frozenset()


async def test_few_phones_wait_for_one_household(household: int) -> None:
    for number in range(MOST_ASKED):
        assert await claim(household, f"+2237611111{number}", NOW)
    assert not await claim(household, ASKING, NOW)


async def test_a_phone_of_the_register_that_asked_too_is_one_phone(household: int) -> None:
    await claim(household, REGISTERED, NOW)
    await answer_claim(household, REGISTERED, REGISTERED, NOW, yes=True)
    assert await households_of(REGISTERED) == [household]


async def test_a_remembered_phone_sees_the_complaints_of_the_household_and_a_refused_one_does_not(
    household: int,
) -> None:
    reference = await filed("its", household_id=household, msisdn=REGISTERED)
    await put(reference, household_id=household)
    await claim(household, ASKING, NOW)
    assert await by_reference(reference, Viewer(ASKING)) is None
    await answer_claim(household, ASKING, REGISTERED, NOW, yes=True)
    assert await by_reference(reference, Viewer(ASKING)) is not None


async def test_the_desk_says_yes_and_takes_it_back_and_both_are_in_the_trail(household: int) -> None:
    mariam = await somebody("mariam")
    await claim(household, ASKING, NOW)
    async with seen_by(mariam):
        await answer_claim_at_desk(mariam, NUMBER, ASKING, ClaimState.ASKED, ClaimState.CONFIRMED, NOW)
    assert await households_of(ASKING) == [household]
    async with seen_by(mariam):
        with pytest.raises(ChangedMeanwhile):
            await answer_claim_at_desk(mariam, NUMBER, ASKING, ClaimState.ASKED, ClaimState.REFUSED, NOW)
    async with seen_by(mariam):
        await answer_claim_at_desk(mariam, NUMBER, ASKING, ClaimState.CONFIRMED, ClaimState.REFUSED, NOW)
    assert await households_of(ASKING) == []
    acts = await query(
        "SELECT detail->>'after' AS after FROM audit_entry WHERE act = 'phone claim answered' ORDER BY id"
    )
    assert [row.after for row in acts] == ["confirmed", "refused"]


async def test_who_works_elsewhere_neither_sees_nor_answers(household: int) -> None:
    await claim(household, ASKING, NOW)
    elsewhere = await somebody("issa", Role.AGENT, Scope.REGION, "ML07")
    async with seen_by(elsewhere):
        assert await claims_of(household) == ()
        with pytest.raises(NoSuchHousehold):
            await answer_claim_at_desk(elsewhere, NUMBER, ASKING, ClaimState.ASKED, ClaimState.CONFIRMED, NOW)
    assert await state_of(household, ASKING) is ClaimState.ASKED


async def test_a_focal_person_answers_for_no_phone(household: int) -> None:
    oumou = Actor(9, "Oumou", Role.FOCAL, Scope.NATIONAL, None)
    with pytest.raises(NotAllowed):
        await answer_claim_at_desk(oumou, NUMBER, ASKING, ClaimState.ASKED, ClaimState.CONFIRMED, NOW)


async def test_a_household_that_is_gone_leaves_no_phone_behind(household: int) -> None:
    await claim(household, ASKING, NOW)
    await sql.execute("DELETE FROM household WHERE id = %(id)s", {"id": household})
    assert await query("SELECT FROM phone_claim") == []
