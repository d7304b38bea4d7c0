"""A correction stands until a list says the same, another replaces it, or a person follows the list."""

from collections.abc import Iterator
from datetime import date

import pytest

from core.numbers.identifiers import household_no
from core.platform.settings import settings
from core.registry.corrections import CorrectedField, CorrectionState, corrections_of, to_carry_over, to_decide
from core.registry.edits import (
    CannotCorrect,
    ChangedMeanwhile,
    EditFault,
    NoSuchHousehold,
    approve,
    correct_phone,
    correct_words,
    refuse,
    settle,
)
from core.registry.statuses import PhonePosition
from core.staff.agents import Actor, Role, Scope, add_agent
from core.staff.row_security import seen_by
from tests.core import seed
from tests.core.seed import NOW, SAFO
from tests.support.database import change, query, scalar

AWA = household_no(1_000_001)
OLD, NEW, OTHER = "+22376123456", "+22378000001", "+22378000002"
WHY = "SIM perdue, vue au guichet"


@pytest.fixture
async def awa(safo: None) -> int:
    """A household with one phone."""
    return await seed.household(AWA, head_name="Awa Traoré", phones=(OLD,), village="Kola")


async def clerk(login: str) -> Actor:
    """Somebody who corrects."""
    return Actor(await add_agent(login, login.title(), Role.AGENT), login.title(), Role.AGENT)


@pytest.fixture
def second_person(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Corrections wait for another person."""
    monkeypatch.setenv("JIGI_CORRECTIONS_NEED_SECOND", "true")
    settings.cache_clear()
    yield
    settings.cache_clear()


async def call(actor: Actor, new: str, was: str = OLD) -> bool:
    """Correct the first phone."""
    async with seen_by(actor):
        return await correct_phone(actor, AWA, PhonePosition.FIRST, new, was, WHY, NOW)


async def states(household: int) -> list[tuple[CorrectionState, str | None, str | None]]:
    """What became of the corrections, the newest first."""
    return [(each.state, each.before, each.value) for each in await corrections_of(household)]


async def phone() -> str:
    """The first phone of the household."""
    return str(await scalar("SELECT msisdn FROM household_phone"))


async def test_a_correction_stands_and_is_to_be_carried_over(awa: int) -> None:
    assert await call(await clerk("mariam"), NEW)
    assert await phone() == NEW
    (card,) = await to_carry_over()
    assert (card.field, card.before, card.value, card.reason) == (CorrectedField.PHONE, OLD, NEW, WHY)
    assert (card.maker, card.state) == ("Mariam", CorrectionState.STANDS)


async def test_one_that_replaces_another_keeps_what_lists_have(awa: int) -> None:
    mariam = await clerk("mariam")
    await call(mariam, NEW)
    await call(mariam, OTHER, NEW)
    assert await states(awa) == [(CorrectionState.STANDS, OLD, OTHER), (CorrectionState.REPLACED, OLD, NEW)]


async def test_one_that_gives_back_what_lists_have_needs_not_stand(awa: int) -> None:
    mariam = await clerk("mariam")
    await call(mariam, NEW)
    await call(mariam, OLD, NEW)
    assert [state for state, _, _ in await states(awa)] == [CorrectionState.CONFIRMED, CorrectionState.REPLACED]
    assert await to_carry_over() == []


@pytest.mark.parametrize(
    ("field", "was", "typed", "after"),
    [
        (CorrectedField.NAME, "Awa Traoré", "  Awa   Tarawele ", "Awa Tarawele"),
        (CorrectedField.VILLAGE, "Kola", "Dabani", "Dabani"),
        (CorrectedField.VILLAGE, "Kola", "", None),
    ],
)
async def test_a_name_and_a_village_are_written_anew(
    awa: int, field: CorrectedField, was: str, typed: str, after: str | None
) -> None:
    mariam = await clerk("mariam")
    async with seen_by(mariam):
        await correct_words(mariam, AWA, field, typed, was, WHY, NOW)
    assert await scalar(f"SELECT {field} FROM household") == after  # noqa: S608 - a column of ours
    assert await states(awa) == [(CorrectionState.STANDS, was, after)]


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        (CorrectedField.NAME, " ", EditFault.NO_WORDS),
        (CorrectedField.NAME, "Awa Traoré", EditFault.SAME_WORDS),
        (CorrectedField.NAME, "x" * 61, EditFault.LONG_WORDS),
        (CorrectedField.VILLAGE, "Kola 😀", EditFault.ODD_LETTER),
    ],
)
async def test_words_that_cannot_be_are_refused(awa: int, field: CorrectedField, typed: str, fault: EditFault) -> None:
    mariam = await clerk("mariam")
    was = "Awa Traoré" if field is CorrectedField.NAME else "Kola"
    async with seen_by(mariam):
        with pytest.raises(CannotCorrect) as refusal:
            await correct_words(mariam, AWA, field, typed, was, WHY, NOW)
    assert refusal.value.fault is fault
    assert await states(awa) == []


@pytest.mark.usefixtures("second_person")
class TestTwoPeople:
    """Where a setting asks for it, nothing changes until another person approves."""

    async def test_it_waits_and_another_person_lets_it_stand(self, awa: int) -> None:
        mariam, moussa = await clerk("mariam"), await clerk("moussa")
        assert not await call(mariam, NEW)
        assert await phone() == OLD
        (waiting,) = await to_decide(10)
        async with seen_by(mariam):
            with pytest.raises(CannotCorrect) as own:
                await approve(mariam, waiting.id, NOW)
        assert own.value.fault is EditFault.OWN
        async with seen_by(moussa):
            await approve(moussa, waiting.id, NOW)
        assert await phone() == NEW
        assert await states(awa) == [(CorrectionState.STANDS, OLD, NEW)]
        (entry,) = await query("SELECT agent_id, detail FROM audit_entry WHERE act = 'phone corrected'")
        assert (entry.agent_id, entry.detail["proposed_by"]) == (moussa.id, mariam.id)
        async with seen_by(moussa):
            with pytest.raises(ChangedMeanwhile):
                await approve(moussa, waiting.id, NOW)

    async def test_one_waits_at_a_time_and_may_be_refused(self, awa: int) -> None:
        mariam, moussa = await clerk("mariam"), await clerk("moussa")
        await call(mariam, NEW)
        with pytest.raises(CannotCorrect) as refusal:
            await call(moussa, OTHER)
        assert refusal.value.fault is EditFault.WAITS
        (waiting,) = await to_decide(10)
        async with seen_by(moussa):
            await refuse(moussa, waiting.id, NOW)
        assert (await phone(), await states(awa)) == (OLD, [(CorrectionState.REFUSED, OLD, NEW)])
        await call(moussa, OTHER)

    async def test_what_changed_meanwhile_is_not_approved(self, awa: int) -> None:
        await call(await clerk("mariam"), NEW)
        await change("UPDATE household_phone SET msisdn = %(other)s", other=OTHER)
        (waiting,) = await to_decide(10)
        moussa = await clerk("moussa")
        async with seen_by(moussa):
            with pytest.raises(ChangedMeanwhile):
                await approve(moussa, waiting.id, NOW)
        assert await phone() == OTHER


@pytest.mark.parametrize(
    ("keep", "after", "state"), [(True, NEW, CorrectionState.STANDS), (False, OTHER, CorrectionState.OVERRULED)]
)
async def test_a_person_decides_between_it_and_a_newer_list(
    awa: int, keep: bool, after: str, state: CorrectionState
) -> None:
    mariam = await clerk("mariam")
    await call(mariam, NEW)
    await change(
        "UPDATE correction SET list_value = %(other)s, list_day = %(day)s, met_at = now()",
        other=OTHER, day=date(2026, 11, 25),
    )  # fmt: skip
    (met,) = await to_decide(10)
    assert met.in_conflict
    async with seen_by(mariam):
        await settle(mariam, met.id, NOW, keep=keep)
        with pytest.raises(ChangedMeanwhile):
            await settle(mariam, met.id, NOW, keep=keep)
    assert await phone() == after
    assert await states(awa) == [(state, OLD, NEW)]
    assert await to_decide(10) == []


async def test_who_works_elsewhere_sees_and_decides_none(awa: int) -> None:
    await call(await clerk("mariam"), NEW)
    await change("UPDATE correction SET met_at = now()")
    (met,) = await to_decide(10)
    elsewhere = Actor(
        await add_agent("far", "F", Role.AGENT, Scope.COMMUNE, SAFO), "F", Role.AGENT, Scope.COMMUNE, "ML01"
    )
    async with seen_by(elsewhere):
        assert await to_carry_over() == []
        with pytest.raises(NoSuchHousehold):
            await settle(elsewhere, met.id, NOW, keep=True)
