"""A household is found by number, phone or name in any spelling, and only where one works."""

from contextlib import suppress

import pytest

from core.numbers.identifiers import household_no
from core.registry.search import MOST, CannotSearch, Mistyped, by_household_no, by_number, search
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
        result = await search(typed)
        assert result.near is (typed == "jeneba"), "only the end of a word may be missing"
        assert [hit.head_name for hit in result.hits] == ["Djénébou Coulibaly"], "or it is the nearest"


@pytest.mark.parametrize("typed", ["KT/02/0117-B", " kt/02 /0117-b", "117", "Katiba"])
async def test_the_programmes_own_number_finds_it_too(planted: int, typed: str) -> None:
    sira = await seed.household(household_no(3_000_000), head_name="Sira Bah", programme_no=typed.strip())
    elsewhere = await seed.household(household_no(3_000_001), commune=ELSEWHERE, programme_no="KT/02/0118")
    async with seen_by(await works(SAFO)):
        result = await search(typed)
        assert [(hit.id, hit.programme_no, hit.household_no) for hit in result.hits] == [
            (sira, typed.strip(), household_no(3_000_000))
        ]
        assert (await by_number(typed)) == result.hits[0]
        assert (await by_number(household_no(3_000_000))) == result.hits[0]
        assert await by_number("KT/02/0118") is None, f"{elsewhere} is another place's"
        assert (await search("KT/02/0118")).hits == ()


async def test_of_two_households_with_one_number_both_are_shown(planted: int) -> None:
    number = household_no(3_000_000)
    ours = await seed.household(number, head_name="Sira Bah", programme_no="KT/02/77")
    theirs = await seed.household(household_no(3_000_001), programme_no=number)
    async with seen_by(await works(SAFO)):
        assert [hit.id for hit in (await search(number)).hits] == [theirs, ours], "whose own it is first"
        with pytest.raises(CannotSearch) as refusal:
            await by_number(number)
        assert refusal.value.fault is Mistyped.TWO_HOUSEHOLDS
        hit = await by_household_no(number)
        assert hit is not None
        assert hit.id == ours


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
    [("12345678", Mistyped.NO_SUCH_NUMBER), ("123", Mistyped.NO_SUCH_NUMBER), ("a", Mistyped.TOO_LITTLE)],
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


SPELLED = [
    ("Kulubali", "Coulibaly"), ("Coulibali", "Coulibaly"), ("Koulibaly", "Kulubali"), ("Tarawele", "Traoré"),
    ("traore", "Tarawele"), ("Fatimata", "Fatoumata"), ("fatumata", "Fatimata"), ("Keita", "Keïta"),
    ("Keyita", "Keïta"), ("Jara", "Diarra"), ("DIARRA", "Jara"), ("Saïdou", "Seydou"), ("seyidu", "Saïdou"),
    ("Salifu", "Salif"), ("Salif", "Salifou"), ("Jakite", "Diakité"), ("Silla", "Sylla"), ("Danbele", "Dembélé"),
    ("Wattara", "Ouattara"), ("Gindo", "Guindo"), ("Konba", "Comba"), ("Ibarayima", "Bourama"), ("maryam", "Mariamou"),
]  # fmt: skip
"""What somebody types, and how the register writes it."""


@pytest.mark.parametrize(("typed", "written"), SPELLED)
async def test_a_name_is_found_in_every_spelling(safo: None, typed: str, written: str) -> None:
    await seed.household(household_no(1_000_001), head_name=f"Awa {written}")
    await seed.household(household_no(1_000_002), head_name="Awa Togola")
    for actor in (Actor(1, "A", Role.AGENT), Actor(1, "A", Role.SUPERVISOR)):
        async with seen_by(actor):
            result = await search(f"{typed} awa")
        assert ([hit.head_name for hit in result.hits], result.near) == ([f"Awa {written}"], False)


async def test_the_name_as_it_was_typed_stands_first(safo: None) -> None:
    for serial, name in enumerate(("Awa Coulibaly", "Awa Kulubali", "Adiara Kulubali"), 1_000_001):
        await seed.household(household_no(serial), head_name=name)
    async with seen_by(Actor(1, "A", Role.AGENT)):
        hits = (await search("kulubali")).hits
    assert [hit.head_name for hit in hits] == ["Adiara Kulubali", "Awa Kulubali", "Awa Coulibaly"]


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("Djeneba Togolla", ["Djénébou Togola"]),
        ("Togalo Jeneba", ["Djénébou Togola"]),
        ("Mousa Tagola", ["Moussa Togola"]),
        ("Zakuza Bilokou", []),
    ],
)
async def test_where_nobody_has_the_name_the_nearest_are_offered(safo: None, typed: str, nearest: list[str]) -> None:
    for serial, name in enumerate(("Djénébou Togola", "Moussa Togola", "Awa Traoré", "Bila Koné"), 1_000_001):
        await seed.household(household_no(serial), head_name=name, birth_year=1970, village="Kola")
    async with seen_by(Actor(1, "A", Role.AGENT)):
        result = await search(typed)
    assert result.near
    assert [hit.head_name for hit in result.hits[:1]] == nearest
    assert all((hit.birth_year, hit.village) == (1970, "Kola") for hit in result.hits)


async def test_the_nearest_of_another_place_are_not_offered(planted: int) -> None:
    async with seen_by(await works(ELSEWHERE)):
        assert (await search("Djeneba Coulibali")).hits == ()


@pytest.mark.parametrize(
    "typed", ["'", "a' | b", "awa:* & !x", "\\ awa", "<-> awa", "ba (", "-- --aa", "نور الدين", "aa" * 3000]
)
async def test_no_sign_in_a_name_is_a_command(planted: int, typed: str) -> None:
    async with seen_by(await works()):
        with suppress(CannotSearch):
            await search(typed)


@pytest.mark.parametrize(("typed", "another"), [("Thiam", "Camara"), ("Sow", "Sogoba"), ("Aminata", "Amidou")])
async def test_the_beginning_of_another_spelling_is_no_spelling(safo: None, typed: str, another: str) -> None:
    """Cam is Thiam, and Camara is not; only what was typed may lack its end."""
    await seed.household(household_no(1_000_001), head_name=f"Awa {another}")
    async with seen_by(Actor(1, "A", Role.AGENT)):
        result = await search(typed)
    assert result.near or result.hits == ()
