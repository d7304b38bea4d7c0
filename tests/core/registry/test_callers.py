"""A phone's number tells who calls."""

import pytest
from sqlalchemy import text

from core.platform.database import reading
from core.platform.settings import settings
from core.registry import callers
from core.registry.callers import Caller
from core.text.languages import Language
from tests.core import seed

pytestmark = pytest.mark.usefixtures("world")

AWA = "+22376000001"
SHARED = "+22366000002"


async def test_a_stranger_is_nobody_yet() -> None:
    assert await callers.recognise(AWA) == Caller(language=None, sms_stopped=False, households=())


async def test_a_registered_phone_is_its_household() -> None:
    await seed.safo()
    awa = await seed.household("20000001", head_name="Awa Traoré", phones=(AWA,))
    await seed.household(phones=(SHARED,))

    caller = await callers.recognise(AWA)

    assert [(card.id, card.household_no, card.head_name) for card in caller.households] == [
        (awa, "20000001", "Awa Traoré")
    ]
    assert caller.language is None


async def test_a_shared_phone_has_several_households_by_name_and_none_twice() -> None:
    await seed.safo()
    await seed.household(head_name="Oumou Keita", phones=(SHARED,))
    await seed.household(head_name="Bakary Diarra", phones=(AWA, SHARED))
    await seed.household(head_name="Fanta Coulibaly", phones=(SHARED, SHARED))

    caller = await callers.recognise(SHARED)

    assert [card.head_name for card in caller.households] == ["Bakary Diarra", "Fanta Coulibaly", "Oumou Keita"]


async def test_a_phone_keeps_the_language_it_chose_last() -> None:
    assert await callers.language_of(AWA) is None
    await callers.remember_language(AWA, Language("bm"))
    await callers.remember_language(AWA, Language("fr"))

    assert await callers.language_of(AWA) is Language("fr")
    assert (await callers.recognise(AWA)).language is Language("fr")


async def test_sms_stop_and_start_again_without_touching_the_language() -> None:
    await callers.remember_language(AWA, Language("bm"))

    await callers.stop_sms(AWA)
    await callers.stop_sms(AWA)
    assert await callers.recognise(AWA) == Caller(Language("bm"), sms_stopped=True, households=())

    await callers.restart_sms(AWA)
    assert await callers.recognise(AWA) == Caller(Language("bm"), sms_stopped=False, households=())


async def test_the_first_stop_is_the_one_on_record() -> None:
    async def stopped_at() -> object:
        async with reading() as connection:
            return await connection.scalar(text("SELECT sms_stopped_at FROM phone WHERE msisdn = :m"), {"m": AWA})

    await callers.stop_sms(AWA)
    first = await stopped_at()
    await callers.stop_sms(AWA)
    assert first is not None
    assert await stopped_at() == first


async def test_a_phone_never_seen_may_stop_sms_and_still_has_no_language() -> None:
    await callers.stop_sms(AWA)
    assert await callers.recognise(AWA) == Caller(language=None, sms_stopped=True, households=())


async def test_a_number_of_very_many_households_is_nobodys() -> None:
    await seed.safo()
    for _ in range(settings().phone_crowd):
        await seed.household(phones=(SHARED,))
    assert len((await callers.recognise(SHARED)).households) == settings().phone_crowd
    await seed.household(phones=(SHARED, AWA))
    assert (await callers.recognise(SHARED)).households == ()
    assert len((await callers.recognise(AWA)).households) == 1
