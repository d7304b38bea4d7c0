"""A grievance is filed once, followed, answered and reopened once; a sensitive one is kept out of sight."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.grievances.by_person import reopen
from core.grievances.filing import Filed, file
from core.grievances.following import Viewer, by_reference, of_viewer
from core.grievances.models import Holiday
from core.grievances.subjects import CATEGORIES, Category, UnknownCategoryError
from core.grievances.vocabulary import GrievanceState
from core.numbers.identifiers import is_reference
from core.platform.database import writing
from core.registry.statuses import Status
from tests.core import seed
from tests.core.grievances.handling import AWA, LATE
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("world")

THURSDAY = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
CALL_ME = replace(LATE, call_back=True, call_safe=True)
ABUSE = replace(LATE, category="abuse", subcategory="violence")


async def row(reference: str) -> Any:
    return await one("SELECT * FROM grievance WHERE reference = %(reference)s", reference=reference)


async def events(reference: str) -> list[tuple[str, str | None, str]]:
    return await query(
        "SELECT kind, from_state, to_state FROM grievance_event JOIN grievance ON grievance.id = grievance_id "
        "WHERE reference = %(reference)s ORDER BY grievance_event.id",
        reference=reference,
    )


async def decide(reference: str, state: str = "resolved", answer: str = "Payé lundi") -> None:
    await change(
        "UPDATE grievance SET state = %(state)s, answer = %(answer)s, decided_at = %(at)s "
        "WHERE reference = %(reference)s",
        state=state,
        answer=answer,
        at=THURSDAY,
        reference=reference,
    )


@pytest.fixture
async def household(world: None) -> int:
    await seed.safo()
    return await seed.household()


async def test_a_grievance_gets_a_reference_and_a_day(household: int) -> None:
    filed = await file(replace(LATE, household_id=household), THURSDAY)

    assert is_reference(filed.reference)
    assert filed.answer_due == date(2026, 12, 3)
    kept = await row(filed.reference)
    assert (kept.household_id, kept.commune_pcode, kept.beneficiary) == (household, seed.SAFO, True)
    assert (kept.msisdn, kept.words, kept.channel) == (AWA, "Rien depuis trois mois", "ussd")
    assert (kept.state, kept.level, kept.first_answer_due) == ("received", "village", date(2026, 11, 30))
    assert await events(filed.reference) == [("received", None, "received")]


async def test_who_waits_is_not_a_beneficiary_and_who_is_unknown_is_neither(household: int) -> None:
    waiting = await seed.household(status=Status.WAITING)
    filed = await file(replace(LATE, household_id=waiting), THURSDAY)
    assert (await row(filed.reference)).beneficiary is False
    filed = await file(replace(LATE, key="other"), THURSDAY)
    assert (await row(filed.reference)).beneficiary is False


@pytest.mark.parametrize(
    ("category", "due"),
    [
        ("payment", date(2026, 12, 3)),
        ("phone", date(2026, 12, 3)),
        ("data", date(2026, 12, 3)),
        ("exclusion", date(2026, 12, 10)),
        ("inclusion", date(2026, 12, 10)),
        ("conduct", date(2026, 12, 1)),
        ("abuse", date(2026, 11, 30)),
        ("other", date(2026, 12, 3)),
    ],
)
async def test_each_category_has_its_delay_in_working_days(category: str, due: date) -> None:
    filing = replace(LATE, category=category, subcategory=CATEGORIES[Category(category)].subcategories[0])
    assert (await file(filing, THURSDAY)).answer_due == due


async def test_a_holiday_puts_the_day_off() -> None:
    async with writing() as session:
        session.add(Holiday(day=date(2026, 11, 27), name="fête"))
    assert (await file(LATE, THURSDAY)).answer_due == date(2026, 12, 4)


async def test_a_repeated_filing_is_the_first_one() -> None:
    first = await file(LATE, THURSDAY)
    again = await file(replace(LATE, words="autre chose"), THURSDAY + timedelta(days=5))

    assert again == first
    assert await events(first.reference) == [("received", None, "received")]
    assert len(await of_viewer(Viewer(AWA))) == 1


async def test_of_filings_that_come_together_one_is_filed() -> None:
    filed = await asyncio.gather(*(file(LATE, THURSDAY) for _ in range(8)))
    assert len(set(filed)) == 1
    assert len(await of_viewer(Viewer(AWA))) == 1


async def test_a_reference_already_taken_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = await file(LATE, THURSDAY)
    drawn = iter([first.reference, "1234560"])
    monkeypatch.setattr("core.grievances.filing.new_reference", lambda *, long: next(drawn))
    assert await file(replace(LATE, key="other"), THURSDAY) == Filed("1234560", first.answer_due, None)


@pytest.mark.parametrize(("category", "subcategory"), [("payment", "bribe"), ("weather", "late"), ("", "")])
async def test_an_unknown_category_is_refused(category: str, subcategory: str) -> None:
    with pytest.raises(UnknownCategoryError):
        await file(replace(LATE, category=category, subcategory=subcategory), THURSDAY)


async def test_an_anonymous_grievance_keeps_neither_household_nor_number(household: int) -> None:
    filed = await file(replace(LATE, household_id=household, anonymous=True), THURSDAY)
    kept = await row(filed.reference)
    assert (kept.household_id, kept.msisdn, kept.anonymous) == (None, None, True)
    assert kept.commune_pcode == seed.SAFO


async def test_an_anonymous_grievance_keeps_the_number_for_a_call_back(household: int) -> None:
    filed = await file(replace(CALL_ME, household_id=household, anonymous=True), THURSDAY)
    kept = await row(filed.reference)
    assert (kept.household_id, kept.msisdn) == (None, AWA)


@pytest.mark.parametrize("anonymous", [True, False])
async def test_abuse_is_kept_with_the_least_data(household: int, anonymous: bool) -> None:
    filed = await file(replace(ABUSE, household_id=household, anonymous=anonymous), THURSDAY)
    kept = await row(filed.reference)
    assert (kept.words, kept.household_id, kept.commune_pcode, kept.msisdn) == (None, None, None, None)
    assert (kept.sensitivity, kept.level) == ("sensitive", "national")


@pytest.mark.parametrize(
    ("call_back", "call_safe", "sms_safe", "kept"),
    [
        (True, True, None, AWA),
        (True, False, None, None),
        (True, None, None, None),
        (False, True, False, AWA),
        (False, False, False, None),
        (False, None, True, AWA),
    ],
)
async def test_abuse_keeps_the_number_only_when_using_it_is_safe(
    call_back: bool, call_safe: bool | None, sms_safe: bool | None, kept: str | None
) -> None:
    filing = replace(ABUSE, call_back=call_back, call_safe=call_safe, sms_safe=sms_safe)
    assert (await row((await file(filing, THURSDAY)).reference)).msisdn == kept


async def test_a_phone_lists_its_grievances_newest_first_without_the_sensitive_ones() -> None:
    for number in range(12):
        await file(replace(LATE, key=f"late {number}"), THURSDAY + timedelta(days=number))
    newest = await file(replace(LATE, key="sim", category="phone", subcategory="sim_lost"), THURSDAY + timedelta(20))
    await file(replace(CALL_ME, key="bribe", category="conduct", subcategory="bribe"), THURSDAY + timedelta(21))
    await file(replace(LATE, key="other", msisdn="+22366000002"), THURSDAY + timedelta(22))

    cards = await of_viewer(Viewer(AWA))

    assert len(cards) == 10
    assert (cards[0].reference, cards[0].category, cards[0].subcategory) == (newest.reference, "phone", "sim_lost")
    assert cards[0].state is GrievanceState.RECEIVED
    assert [card.received_on for card in cards] == sorted((card.received_on for card in cards), reverse=True)
    assert {card.category for card in cards} == {"phone", "payment"}


async def test_nobody_has_this_reference() -> None:
    assert await by_reference("1234567", Viewer(AWA)) is None
    assert await reopen("1234567", Viewer(AWA), "key", THURSDAY) is None


async def test_a_grievance_is_seen_before_and_after_its_answer() -> None:
    filed = await file(LATE, THURSDAY)

    view = await by_reference(filed.reference, Viewer(AWA))
    assert view
    assert (view.state, view.answer, view.answer_due) == (GrievanceState.RECEIVED, None, date(2026, 12, 3))
    assert (view.received_on, view.sensitive, view.reopened, view.may_reopen) == (THURSDAY.date(), False, False, False)

    await decide(filed.reference)
    view = await by_reference(filed.reference, Viewer(AWA))
    assert view
    assert (view.state, view.answer, view.may_reopen) == (GrievanceState.RESOLVED, "Payé lundi", True)


@pytest.mark.parametrize(("category", "subcategory"), [("conduct", "bribe"), ("abuse", "violence")])
async def test_the_answer_to_a_sensitive_grievance_is_not_shown(category: str, subcategory: str) -> None:
    filed = await file(replace(LATE, category=category, subcategory=subcategory), THURSDAY)
    await decide(filed.reference)
    view = await by_reference(filed.reference, Viewer(AWA))
    assert view
    assert (view.sensitive, view.answer, view.may_reopen) == (True, None, True)


@pytest.mark.parametrize("state", ["resolved", "rejected", "closed"])
async def test_a_decided_grievance_is_reopened_once_one_step_up_with_new_delays(state: str) -> None:
    filed = await file(LATE, THURSDAY)
    await decide(filed.reference, state)
    later = THURSDAY + timedelta(days=14)

    assert await reopen(filed.reference, Viewer(AWA), "session:9", later) == date(2026, 12, 17)

    kept = await row(filed.reference)
    assert (kept.state, kept.level, kept.first_answer_due) == ("received", "commune", date(2026, 12, 14))
    assert await events(filed.reference) == [("received", None, "received"), ("reopened", state, "received")]
    view = await by_reference(filed.reference, Viewer(AWA))
    assert view
    assert (view.reopened, view.may_reopen, view.answer, view.answer_due) == (True, False, None, date(2026, 12, 17))


async def test_a_repeated_reopening_gets_the_same_answer_and_another_gets_none() -> None:
    filed = await file(LATE, THURSDAY)
    await decide(filed.reference)
    first = await reopen(filed.reference, Viewer(AWA), "session:9", THURSDAY)
    assert await reopen(filed.reference, Viewer(AWA), "session:9", THURSDAY + timedelta(days=3)) == first

    await decide(filed.reference, "rejected")
    assert await reopen(filed.reference, Viewer(AWA), "another:2", THURSDAY) is None
    view = await by_reference(filed.reference, Viewer(AWA))
    assert view
    assert (view.state, view.reopened, view.may_reopen) == (GrievanceState.REJECTED, True, False)
    assert (await events(filed.reference))[1:] == [("reopened", "resolved", "received")]


async def test_of_reopenings_that_come_together_one_is_done() -> None:
    filed = await file(LATE, THURSDAY)
    await decide(filed.reference)
    answers = await asyncio.gather(*(reopen(filed.reference, Viewer(AWA), f"session:{n}", THURSDAY) for n in range(5)))
    assert sum(answer is not None for answer in answers) == 1


async def test_an_open_grievance_is_not_reopened() -> None:
    filed = await file(LATE, THURSDAY)
    assert await reopen(filed.reference, Viewer(AWA), "session:9", THURSDAY) is None


async def test_an_appeal_at_the_top_of_the_ladder_stays_there() -> None:
    filed = await file(replace(LATE, category="conduct", subcategory="bribe"), THURSDAY)
    await decide(filed.reference)
    await reopen(filed.reference, Viewer(AWA), "session:9", THURSDAY)
    assert (await row(filed.reference)).level == "national"
