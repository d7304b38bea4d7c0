"""Invented households of a commune, and what any phone that asks for its payment days is told."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from hypothesis import given
from hypothesis import settings as trial_settings
from hypothesis import strategies as st

from core.platform.database import undone
from core.text.languages import Language
from proof.histories import NotSo, Tried, dialled, households
from proof.planting import plant_household, plant_payment, plant_phone, plant_places, plant_round
from proof.truth import differs
from proof.truth_of_communes import COMMUNE, Neighbour, must_be_told

ASKING: Final = "+22376999999"
TYPED: Final = f"1*1*{COMMUNE.lower()}*1"
"""The days of a commune, by the letters of its name."""

neighbours = st.lists(
    st.builds(
        Neighbour,
        village=st.sampled_from(("Faracoro", "Farakoro", "Tassan", None)),
        place=st.sampled_from(("Mairie de Safo", "Mairie de Safo", "Marché")),
        household=households,
    ),
    max_size=4,
).map(tuple)


def hold_communes(runner: asyncio.Runner, examples: int) -> Tried:
    """Try so many communes on the open database of `runner`'s loop; raises NotSo with the smallest that differs."""
    tried = Tried()

    @trial_settings(max_examples=examples, deadline=None, database=None)
    @given(neighbours=neighbours)
    def one(neighbours: tuple[Neighbour, ...]) -> None:
        tried.households += len(neighbours)
        tried.payments += sum(len(each.household.payments) for each in neighbours)
        tried.answers += len(Language)
        wrong = runner.run(commune_differences(neighbours))
        if wrong:
            raise NotSo("\n".join([*map(str, neighbours), *wrong]))

    one()
    return tried


async def commune_differences(neighbours: Sequence[Neighbour]) -> Sequence[str]:
    """Where the days of the commune are told otherwise than the oracle has them, in each language."""
    wrong = []
    for language in Language:
        async with _planted(neighbours, language):
            difference = differs(await dialled(ASKING, TYPED), must_be_told(neighbours, language))
            wrong += [f"days of the commune ({language}): {difference}"] if difference else []
    return wrong


@asynccontextmanager
async def _planted(neighbours: Sequence[Neighbour], language: Language) -> AsyncIterator[None]:
    """The households in the commune, and a phone that is none of theirs, until the end of the block."""
    async with undone():
        await plant_places(COMMUNE)
        await plant_phone(ASKING, language)
        rounds: dict[tuple[str, int], int] = {}
        for number, each in enumerate(neighbours):
            household_id = await plant_household(each.household, str(10_000_000 + number), village=each.village)
            for at, pay in enumerate(each.household.payments):
                key = (pay.component, at)
                if key not in rounds:
                    rounds[key] = await plant_round(pay.component, f"Essai {at}")
                await plant_payment(household_id, rounds[key], pay, place=each.place)
        yield
