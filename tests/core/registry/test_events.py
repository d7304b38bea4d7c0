"""Which events a household is told of: those of its commune or village that are not over, all of one day."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.places.villages import loose_village
from core.platform import sql
from core.platform.settings import Settings
from core.registry.events import EventCard
from core.registry.households import standing
from tests.core import seed
from tests.core.seed import NOW, TODAY, day

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
async def communes(world: None) -> None:
    await seed.places((seed.SAFO, "Safo"), ("ML020202", "Dio Gare"))


async def events(household: int, now: datetime = NOW) -> tuple[EventCard, ...]:
    """The events of the first component of a household."""
    stands = await standing(household, now)
    assert stands
    return stands.enrolments[0].events


async def names(household: int, now: datetime = NOW) -> list[str]:
    return [event.what["fr"] for event in await events(household, now)]


async def test_the_next_events_are_those_of_the_commune_or_of_the_own_village() -> None:
    household = await seed.household(components=("MA",), village="Dialakoroba")
    await seed.event("MA", day(-1), what="past")
    await seed.event("MA", day(1), village="Sirakoro", what="another village")
    await seed.event("PNP", day(1), what="another component")
    await seed.event("MA", day(1), commune="ML020202", what="another commune")
    await seed.event("MA", day(4), what="later")
    await seed.event("MA", day(2), hour=time(8), end=time(10), place="École", what="all villages")
    await seed.event("MA", day(2), village="dialakoroba", hour=time(7), what="own")
    assert await names(household) == ["own", "all villages"]
    assert (await events(household))[1] == EventCard(
        day(2), time(8), time(10), "École", {"bm": "all villages (bm)", "fr": "all villages"}, None
    )


async def test_a_session_of_this_morning_is_over_and_a_second_one_of_the_day_is_not() -> None:
    household = await seed.household(components=("MA",))
    await seed.event("MA", TODAY, hour=time(8), end=time(9, 30), what="morning")
    await seed.event("MA", TODAY, hour=time(15), what="afternoon")
    await seed.event("MA", day(1), what="tomorrow")
    before, between, after = (datetime.combine(TODAY, time(hour), UTC) for hour in (9, 10, 20))
    assert await names(household, before) == ["morning", "afternoon"]
    assert await names(household, between) == ["afternoon"]
    assert await names(household, after) == ["tomorrow"]


@pytest.mark.parametrize(
    ("begin", "end", "told_until"),
    [
        (time(8), time(9, 30), time(9, 29)),
        (time(8), None, time(11, 59)),
        (None, None, time(23, 59)),
        (time(21), None, time(23, 59)),
    ],
    ids=("to its end", "so many hours where no end is written", "all day where no hour is", "never into the next day"),
)
async def test_an_event_is_told_until_it_is_over(begin: time | None, end: time | None, told_until: time) -> None:
    household = await seed.household(components=("PNP",))
    await seed.event("PNP", TODAY, hour=begin, end=end)
    last = datetime.combine(TODAY, told_until, UTC)
    assert await events(household, last)
    assert not await events(household, last + timedelta(minutes=1))


async def test_how_long_an_event_lasts_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    household = await seed.household(components=("PNP",))
    await seed.event("PNP", TODAY, hour=time(8))
    for hours, told in ((1, 0), (2, 1)):
        chosen = Settings(event_hours=hours)
        monkeypatch.setattr("core.registry.events.in_force", lambda chosen=chosen: chosen)
        assert len(await events(household, NOW)) == told


async def test_one_event_that_stands_twice_is_told_once() -> None:
    household = await seed.household(components=("MA",), village="Farakoro")
    for village in ("Farakoro", "Faracoro", None):
        await seed.event("MA", day(1), village=village, hour=time(9))
    assert await names(household) == ["Causerie"]


async def test_an_event_after_the_end_of_the_component_is_not_told() -> None:
    household = await seed.household(components=("MA",))
    await seed.event("MA", day(2))
    assert await events(household)
    await sql.execute("UPDATE enrolment SET ended = %(day)s", {"day": day(1)})
    assert not await events(household)


@pytest.mark.parametrize("spelling", ["Faracoro", "Farakoro", "Fàrakoro", "FARAKORO", "Farakɔrɔ", "Fara koro"])
async def test_a_village_is_the_same_however_it_is_spelled(spelling: str) -> None:
    household = await seed.household(components=("MA",), village="Farakoro")
    await seed.event("MA", day(1), village=spelling)
    await seed.event("MA", day(1), village="Farako", what="another")
    assert await names(household) == ["Causerie"]


@pytest.mark.parametrize(("one", "other"), [("Sikoro I", "Sikoro II"), ("Sikoro 1", "Sikoro 11"), ("Kati", "Kita")])
async def test_two_villages_are_not_one_because_a_number_has_a_letter_twice(one: str, other: str) -> None:
    household = await seed.household(components=("MA",), village=one)
    await seed.event("MA", day(1), village=other)
    assert await names(household) == []
    await seed.event("MA", day(1), village=one.upper())
    assert await names(household) == ["Causerie"]


async def test_a_household_of_no_village_hears_what_is_for_the_whole_commune() -> None:
    household = await seed.household(components=("PNP",), village=None)
    await seed.event("PNP", TODAY, village="Sirakoro", what="of a village")
    assert await names(household) == []
    await seed.event("PNP", day(1), what="of all")
    assert await names(household) == ["of all"]


LETTERS = "aàâcçdeéèghiïjknñoôpqrstuwyzAÉÔNDGɛɔɲŋɛ́œæ' -.2\N{COMBINING GRAVE ACCENT}"


async def test_postgresql_spells_loosely_as_we_do() -> None:
    """It writes the column for programs of another version too."""
    written: list[str] = []

    @example("Tiémala-Banimonotié")
    @example("N'Golobougou Dougoukoura")
    @example("Ouélessébougou")
    @example("Sikoro-II")
    @example("Sikoro 11")
    @given(st.text(LETTERS, max_size=25))
    def gather(name: str) -> None:
        written.append(name)

    gather()
    forms = await sql.scalars(
        "SELECT loose_village(name) FROM unnest(CAST(%(names)s AS text[])) WITH ORDINALITY AS t (name, place) "
        "ORDER BY place",
        {"names": written},
    )
    assert dict(zip(written, forms, strict=True)) == {name: loose_village(name) for name in written}
