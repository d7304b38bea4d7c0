"""Two calls of one phone that file the same: one that was cut may still be writing when the next comes."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.grievances.filing import FiledAlready, file
from core.grievances.following import Viewer
from core.text.languages import Language
from demo.callers import Situation
from menus import filing
from tests.core.grievances.handling import LATE
from tests.menus.conftest import NOW, Town
from tests.support.database import count
from tests.support.dialling import pressed

FR = Language("fr")
ORDINARY = ("3", "1", "1", "1")
OWN = Situation.UPCOMING


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What another call filed is not there yet when this one looks, and is when it files."""

    async def nothing(_: object) -> None:
        return None

    with monkeypatch.context() as patched:
        patched.setattr(filing, "_twin", nothing)
        yield


@pytest.mark.usefixtures("unseen")
async def test_what_was_filed_a_moment_ago_is_said_and_not_filed_again(town: Town) -> None:
    first = await pressed(await town.speaking(OWN, FR), *ORDINARY)
    reference = first.split("Numéro : ")[1].split("\n")[0]
    before = await count("grievance")
    again = await pressed(await town.speaking(OWN, FR), "00", *ORDINARY)
    assert reference in again
    assert "Une autre plainte" in again
    assert await count("grievance") == before


@pytest.mark.usefixtures("unseen")
async def test_another_complaint_of_the_same_is_filed_all_the_same(town: Town) -> None:
    await pressed(await town.speaking(OWN, FR), *ORDINARY)
    before = await count("grievance")
    call = await town.speaking(OWN, FR)
    await pressed(call, "00", *ORDINARY, "2")
    assert await count("grievance") == before + 1


@pytest.mark.usefixtures("town")
async def test_of_calls_that_file_at_once_one_does() -> None:
    somebody = Viewer(LATE.msisdn or "", LATE.household_id)
    filings = [file(replace(LATE, key=f"call {each}"), NOW, alone_for=somebody) for each in range(6)]
    done = await asyncio.gather(*filings, return_exceptions=True)
    (one,) = [each for each in done if not isinstance(each, BaseException)]
    assert [str(each) for each in done if isinstance(each, FiledAlready)] == [one.reference] * 5


@pytest.mark.usefixtures("town")
async def test_the_same_call_files_once_however_often_it_is_asked() -> None:
    somebody = Viewer(LATE.msisdn or "", LATE.household_id)
    first, second = [await file(LATE, NOW, alone_for=somebody) for _ in range(2)]
    assert first == second
