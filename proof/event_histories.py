"""Invented sessions of a commune, and what the page of their component tells a household of a village."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import time, timedelta
from typing import Final

from hypothesis import given
from hypothesis import settings as trial_settings
from hypothesis import strategies as st

from core.platform.database import undone, writing
from core.registry.components import ComponentCode
from core.registry.models import ComponentEvent
from core.text.languages import Language
from proof.histories import MSISDN, NotSo, Tried, dialled
from proof.planting import COMMUNE, plant_household, plant_phone, plant_places
from proof.truth import TODAY, History, Membership, differs
from proof.truth_of_events import WHAT, Gathering, must_be_told

VILLAGES: Final = ("Faracoro", "Farakoro", "Tassan", None)
MORNING: Final = (5 * 60, 6 * 60, 6 * 60 + 30, 8 * 60, 10 * 60, 15 * 60 + 30)

villages = st.sampled_from(VILLAGES)


@st.composite
def a_session(draw: st.DrawFn) -> Gathering:
    """A session of any day, with hours as a file may have them."""
    begin = draw(st.none() | st.sampled_from(MORNING))
    end = None if begin is None else draw(st.none() | st.sampled_from((begin + 60, begin + 120, begin + 240)))
    return Gathering(draw(villages), draw(st.integers(-1, 2)), begin, end, draw(st.sampled_from(("Banco", "Siby"))))


sessions = st.lists(a_session(), max_size=6, unique_by=lambda each: (each.village, each.day, each.begin)).map(tuple)


def hold_events(runner: asyncio.Runner, examples: int) -> Tried:
    """Try so many calendars on the open database of `runner`'s loop; raises NotSo with the smallest that differs."""
    tried = Tried()

    @trial_settings(max_examples=examples, deadline=None, database=None)
    @given(village=villages, sessions=sessions)
    def one(village: str | None, sessions: tuple[Gathering, ...]) -> None:
        tried.households += 1
        tried.answers += len(Language)
        wrong = runner.run(event_differences(village, sessions))
        if wrong:
            raise NotSo("\n".join([str(village), *map(str, sessions), *wrong]))

    one()
    return tried


async def event_differences(village: str | None, sessions: Sequence[Gathering]) -> Sequence[str]:
    """Where the page of the component tells something else than the oracle, in each language."""
    wrong = []
    for language in Language:
        async with _planted(village, sessions, language):
            page = await dialled(MSISDN, "2*1")
            difference = differs(page, must_be_told(village, sessions, language))
            wrong += [f"events ({language}): {difference}"] if difference else []
    return wrong


@asynccontextmanager
async def _planted(village: str | None, sessions: Sequence[Gathering], language: Language) -> AsyncIterator[None]:
    """The household with its phone, enrolled in what the sessions are of, until the end of the block."""
    async with undone():
        await plant_places()
        await plant_phone(MSISDN, language)
        household = History("beneficiary", parts=(Membership(ComponentCode.MA.value),))
        await plant_household(household, "99999990", phone=MSISDN, village=village)
        async with writing() as session:
            session.add_all(_event(each) for each in sessions)
            await session.flush()
        yield


def _event(session: Gathering) -> ComponentEvent:
    return ComponentEvent(
        component=ComponentCode.MA, commune_pcode=COMMUNE, village=session.village,
        date=TODAY + timedelta(days=session.day), time=_time(session.begin), end_time=_time(session.end),
        place=session.place, what=dict(WHAT),
    )  # fmt: skip


def _time(minutes: int | None) -> time | None:
    return None if minutes is None else time(minutes // 60, minutes % 60)
