"""Where a household stands."""

from datetime import date, time

import pytest

from core.platform.database import writing
from core.registry.components import ComponentCode
from core.registry.households import EventCard, standing
from core.registry.models import Enrolment
from core.registry.statuses import Status
from tests.core import seed
from tests.core.seed import TODAY

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
async def safo(world: None) -> None:
    await seed.places((seed.SAFO, "Safo"), ("ML020202", "Dio Gare"))


async def test_no_household_no_standing() -> None:
    assert await standing(1, TODAY) is None


@pytest.mark.parametrize("status", Status)
async def test_each_status_is_told_with_its_reason(status: Status) -> None:
    household = await seed.household("10000001", status=status, reason="document")

    stands = await standing(household, TODAY)

    assert stands
    assert (stands.status, stands.status_reason) == (status, "document")
    assert (stands.household_no, stands.head_name) == ("10000001", "Awa Traoré")
    assert (stands.commune, stands.commune_pcode, stands.village) == ("Safo", seed.SAFO, "Dialakoroba")
    assert stands.enrolments == ()


async def test_components_tell_what_they_give_and_nothing_that_nobody_knows() -> None:
    household = await seed.household(components=("AGR", "HIMO", "PNR", "TM"))

    stands = await standing(household, TODAY)

    assert stands
    assert [(card.component, card.amount_xof, card.times) for card in stands.enrolments] == [
        ("AGR", 180_000, 1),
        ("HIMO", None, None),
        ("PNR", 30_000, 2),
        ("TM", 30_000, None),
    ]


async def test_a_household_in_all_eight_components_is_told_all_eight() -> None:
    every = ("AGR", "ANAM", "CASH+", "HIMO", "MA", "PNP", "PNR", "TM")
    stands = await standing(await seed.household(components=every), TODAY)
    assert stands
    assert tuple(card.component for card in stands.enrolments) == every


async def test_the_next_event_is_the_soonest_of_the_commune_or_of_the_own_village() -> None:
    household = await seed.household(components=("MA",), village="Dialakoroba")
    await seed.event("MA", date(2026, 11, 23), what="past")
    await seed.event("MA", date(2026, 11, 25), village="Sirakoro", what="another village")
    await seed.event("PNP", date(2026, 11, 25), what="another component")
    await seed.event("MA", date(2026, 11, 25), commune="ML020202", what="another commune")
    await seed.event("MA", date(2026, 11, 28), what="later")
    await seed.event("MA", date(2026, 11, 26), hour=time(7), what="all villages")
    await seed.event("MA", date(2026, 11, 26), village="dialakoroba", hour=time(8), place="École", what="own")

    stands = await standing(household, TODAY)

    assert stands
    assert stands.enrolments[0].next_event == EventCard(
        date(2026, 11, 26), time(8), "École", {"bm": "own (bm)", "fr": "own"}
    )


async def test_an_event_of_today_still_counts() -> None:
    household = await seed.household(components=("PNP",), village=None)
    await seed.event("PNP", TODAY, what="distribution")

    stands = await standing(household, TODAY)

    assert stands
    assert stands.enrolments[0].next_event
    assert stands.enrolments[0].next_event.date == TODAY


async def test_an_ended_component_comes_last_and_has_no_next_event() -> None:
    household = await seed.household(components=("TM",))
    await seed.event("MA", date(2026, 11, 26))
    async with writing() as session:
        session.add(
            Enrolment(
                household_id=household, component=ComponentCode.MA, since=date(2024, 1, 1), ended=date(2026, 11, 1)
            )
        )

    stands = await standing(household, TODAY)

    assert stands
    assert [(card.component, card.since, card.ended) for card in stands.enrolments] == [
        ("TM", None, None),
        ("MA", date(2024, 1, 1), date(2026, 11, 1)),
    ]
    assert stands.enrolments[1].next_event is None
