"""Where a household stands."""

from datetime import date

import pytest

from core.platform.database import writing
from core.registry.components import ComponentCode
from core.registry.households import standing
from core.registry.models import Enrolment
from core.registry.statuses import Status
from tests.core import seed
from tests.core.seed import NOW

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
async def safo(world: None) -> None:
    await seed.places((seed.SAFO, "Safo"), ("ML020202", "Dio Gare"))


async def test_no_household_no_standing() -> None:
    assert await standing(1, NOW) is None


@pytest.mark.parametrize("status", Status)
async def test_each_status_is_told_with_its_reason(status: Status) -> None:
    household = await seed.household("10000001", status=status, reason="document")

    stands = await standing(household, NOW)

    assert stands
    assert (stands.status, stands.status_reason) == (status, "document")
    assert (stands.household_no, stands.head_name) == ("10000001", "Awa Traoré")
    assert (stands.commune, stands.commune_pcode, stands.village) == ("Safo", seed.SAFO, "Dialakoroba")
    assert stands.enrolments == ()


async def test_components_tell_what_they_give_and_nothing_that_nobody_knows() -> None:
    household = await seed.household(components=("AGR", "HIMO", "PNR", "TM"))

    stands = await standing(household, NOW)

    assert stands
    assert [(card.component, card.amount_xof, card.times) for card in stands.enrolments] == [
        ("AGR", 180_000, 1),
        ("HIMO", None, None),
        ("PNR", 30_000, 2),
        ("TM", 30_000, None),
    ]


async def test_a_household_in_every_component_is_told_every_one() -> None:
    every = tuple(sorted(code.value for code in ComponentCode))
    stands = await standing(await seed.household(components=every), NOW)
    assert stands
    assert tuple(card.component for card in stands.enrolments) == every


async def test_an_ended_component_comes_last_and_has_no_next_event() -> None:
    household = await seed.household(components=("TM",))
    await seed.event("MA", date(2026, 11, 26))
    async with writing() as session:
        session.add(
            Enrolment(
                household_id=household, component=ComponentCode.MA, since=date(2024, 1, 1), ended=date(2026, 11, 1)
            )
        )

    stands = await standing(household, NOW)

    assert stands
    assert [(card.component, card.since, card.ended) for card in stands.enrolments] == [
        ("TM", None, None),
        ("MA", date(2024, 1, 1), date(2026, 11, 1)),
    ]
    assert stands.enrolments[1].events == ()
