"""A household is found by number, phone or name in any spelling, and only where one works."""

import pytest

from core.numbers.identifiers import household_no
from core.registry.search import MOST, CannotSearch, Mistyped, by_number, search
from core.staff.agents import Actor, Role, Scope, add_agent
from core.staff.row_security import seen_by
from tests.core import seed
from tests.core.seed import SAFO

AWA = household_no(1_000_001)
PHONE = "+22376123456"
ELSEWHERE = "ML030303"


@pytest.fixture
async def planted(world: None) -> int:
    await seed.places((SAFO, "Safo"), (ELSEWHERE, "Diago"))
    awa = await seed.household(AWA, head_name="Awa Traoré", phones=(PHONE, "+22366123456"), components=("TM",))
    await seed.household(household_no(1_000_002), head_name="Djénébou Coulibaly", phones=(PHONE,))
    await seed.household(household_no(1_000_003), head_name="Awa Traoré", commune=ELSEWHERE)
    return awa


async def works(scope_code: str | None = None, role: Role = Role.AGENT) -> Actor:
    scope = Scope.COMMUNE if scope_code else Scope.NATIONAL
    return Actor(await add_agent("mariam", "Mariam", role, scope, scope_code), "Mariam", role, scope, scope_code)


@pytest.mark.parametrize("typed", [AWA, f"{AWA[:4]} {AWA[4:]}", "awa traore", "TRAORRÉ Awa", "tra awa"])
async def test_it_is_found_however_it_is_typed(planted: int, typed: str) -> None:
    async with seen_by(await works(SAFO)):
        result = await search(typed)
    assert [hit.household_no for hit in result.hits] == [AWA]
    assert result.hits[0].phones == ("76 12 34 56", "66 12 34 56")


@pytest.mark.parametrize("typed", ["jeneba", "Djenebou", "dieneb"])
async def test_spellings_of_a_name_meet(planted: int, typed: str) -> None:
    async with seen_by(await works()):
        hits = (await search("jenebu kulibaly")).hits
        assert [hit.head_name for hit in hits] == ["Djénébou Coulibaly"]
        assert bool((await search(typed)).hits) is (typed != "jeneba"), "only the end of a word may be missing"


async def test_a_shared_phone_finds_all_who_are_reached_at_it(planted: int) -> None:
    async with seen_by(await works()):
        result = await search("76 12 34 56")
    assert {hit.head_name for hit in result.hits} == {"Awa Traoré", "Djénébou Coulibaly"}


async def test_a_commune_narrows_a_name(planted: int) -> None:
    async with seen_by(await works()):
        assert len((await search("awa traore")).hits) == 2
        assert [hit.commune for hit in (await search("awa traore", ELSEWHERE)).hits] == ["Diago"]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("12345678", Mistyped.WRONG_DIGIT), ("123", Mistyped.NOT_8_DIGITS), ("a", Mistyped.TOO_LITTLE)],
)
async def test_a_slip_is_told(world: None, typed: str, fault: Mistyped) -> None:
    with pytest.raises(CannotSearch) as refusal:
        await search(typed)
    assert refusal.value.fault is fault


async def test_nobody_finds_what_is_not_theirs(planted: int) -> None:
    other = household_no(1_000_003)
    async with seen_by(await works(SAFO)):
        assert await by_number(other) is None
    administrator = Actor(1, "A", Role.ADMINISTRATOR)
    async with seen_by(administrator):
        assert (await search("awa")).hits == ()


async def test_namesakes_elsewhere_do_not_take_the_place_of_ours(planted: int) -> None:
    for serial in range(2_000_000, 2_000_001 + MOST):
        await seed.household(household_no(serial), head_name="Sira Bah", commune=ELSEWHERE)
    await seed.household(household_no(3_000_000), head_name="Sira Bah")
    async with seen_by(await works(SAFO)):
        result = await search("sira bah")
    assert ([hit.commune for hit in result.hits], result.more) == (["Safo"], False)
    async with seen_by(Actor(1, "A", Role.AGENT)):
        result = await search("sira bah")
    assert (len(result.hits), result.more) == (MOST, True)
