"""A phone or a language is corrected with a reason, and it is kept what it was before."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from core.numbers.identifiers import household_no
from core.platform.database import reading
from core.registry.edits import (
    LONGEST_REASON,
    CannotCorrect,
    ChangedMeanwhile,
    EditFault,
    NoSuchHousehold,
    correct_language,
    correct_phone,
)
from core.registry.statuses import PhonePosition
from core.staff.agents import Actor, Role, Scope, add_agent
from core.staff.permissions import NotAllowed
from core.staff.row_security import seen_by
from core.text.languages import Language
from tests.core import seed
from tests.core.seed import SAFO

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
AWA = household_no(1_000_001)
FIRST, SECOND, NEW = "+22376123456", "+22366123456", "+22378000001"
WHY = "SIM perdue, vue au guichet"


@pytest.fixture
async def mariam(world: None) -> Actor:
    await seed.safo()
    await seed.household(AWA, phones=(FIRST, SECOND))
    agent_id = await add_agent("mariam", "Mariam", Role.AGENT, Scope.COMMUNE, SAFO)
    return Actor(agent_id, "Mariam", Role.AGENT, Scope.COMMUNE, SAFO)


async def phones() -> list[str]:
    async with reading() as connection:
        rows = await connection.execute(text("SELECT msisdn FROM household_phone ORDER BY position"))
    return [row.msisdn for row in rows]


async def kept() -> dict[str, object]:
    async with reading() as connection:
        detail: dict[str, object] = await connection.scalar(
            text("SELECT detail FROM audit_entry ORDER BY id DESC LIMIT 1")
        )
    return detail


async def test_a_phone_is_replaced_and_the_trail_says_by_what_and_why(mariam: Actor) -> None:
    async with seen_by(mariam):
        await correct_phone(mariam, AWA, PhonePosition.FIRST, "78 00 00 01", FIRST, WHY, NOW)
    assert await phones() == [NEW, SECOND]
    assert await kept() == {"position": 1, "before": FIRST, "after": NEW, "reason": WHY}


async def test_the_second_phone_may_go_and_come(mariam: Actor) -> None:
    async with seen_by(mariam):
        await correct_phone(mariam, AWA, PhonePosition.SECOND, "", SECOND, WHY, NOW)
        await correct_phone(mariam, AWA, PhonePosition.SECOND, NEW, "", WHY, NOW)
    assert await phones() == [FIRST, NEW]


@pytest.mark.parametrize(
    ("typed", "reason", "fault"),
    [
        ("12", WHY, EditFault.BAD_NUMBER),
        (FIRST, WHY, EditFault.SAME_NUMBER),
        (SECOND, WHY, EditFault.OTHER_NUMBER),
        ("", WHY, EditFault.FIRST_STAYS),
        (NEW, "  ", EditFault.NO_REASON),
        (NEW, "x" * (LONGEST_REASON + 1), EditFault.LONG_REASON),
    ],
)
async def test_what_cannot_be_is_refused(mariam: Actor, typed: str, reason: str, fault: EditFault) -> None:
    async with seen_by(mariam):
        with pytest.raises(CannotCorrect) as refusal:
            await correct_phone(mariam, AWA, PhonePosition.FIRST, typed, FIRST, reason, NOW)
    assert refusal.value.fault is fault
    assert await phones() == [FIRST, SECOND]


async def test_a_page_that_is_out_of_date_changes_nothing(mariam: Actor) -> None:
    with pytest.raises(ChangedMeanwhile):
        await correct_phone(mariam, AWA, PhonePosition.FIRST, NEW, "+22370000000", WHY, NOW)
    with pytest.raises(ChangedMeanwhile):
        await correct_language(mariam, AWA, Language("bm"), Language("fr"), WHY, NOW)


async def test_a_language_is_corrected(mariam: Actor) -> None:
    async with seen_by(mariam):
        await correct_language(mariam, AWA, Language("bm"), None, WHY, NOW)
    assert await kept() == {"before": None, "after": "bm", "reason": WHY}
    with pytest.raises(CannotCorrect):
        await correct_language(mariam, AWA, Language("bm"), Language("bm"), WHY, NOW)


async def test_it_is_for_whoever_works_there(mariam: Actor) -> None:
    elsewhere = Actor(mariam.id, "Mariam", Role.AGENT, Scope.COMMUNE, "ML010101")
    async with seen_by(elsewhere):
        with pytest.raises(NoSuchHousehold):
            await correct_phone(elsewhere, AWA, PhonePosition.FIRST, NEW, FIRST, WHY, NOW)
    with pytest.raises(NotAllowed):
        await correct_language(Actor(mariam.id, "M", Role.FOCAL), AWA, Language("bm"), None, WHY, NOW)
