"""Figures of grievances: received, in time, how many days, what is open; and the list behind each."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from core.grievances import figures, reports, search
from core.grievances.figures import Count, median, share
from core.grievances.search import Wanted
from core.numbers.identifiers import household_no
from core.platform.database import writing
from core.staff.agents import Actor, Role, Scope
from core.staff.row_security import seen_by
from tests.core import seed
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import SAFO, TODAY

SUPERVISOR = Actor(1, "Awa", Role.SUPERVISOR)
FOCAL = Actor(2, "Oumou", Role.FOCAL)
ELSEWHERE = "ML010101"


@pytest.fixture(autouse=True)
async def _places(world: None) -> None:
    await seed.places((SAFO, "Safo"), (ELSEWHERE, "Kayes"))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


async def last_month(actor: Actor = SUPERVISOR) -> figures.Figures:
    async with seen_by(actor):
        return await figures.over(actor, ago(29), TODAY + timedelta(days=1), TODAY)


async def listed(wanted: Wanted, actor: Actor = SUPERVISOR) -> list[str]:
    async with seen_by(actor):
        rows = await search.page(wanted, TODAY)
        assert await search.count(wanted, TODAY) == len(rows)
    return [row.reference for row in rows]


async def test_what_is_received_in_the_period_counts() -> None:
    await plant(ago(29))
    await plant(ago(30))
    await plant(TODAY, category="data", channel="desk", sex="F", commune_pcode=ELSEWHERE)
    found = await last_month()
    assert found.together.received == 2
    assert {name: {value: count.received for value, count in groups.items()} for name, groups in found.by.items()} == {
        "category": {"payment": 1, "data": 1},
        "channel": {"ussd": 1, "desk": 1},
        "sex": {None: 1, "F": 1},
        "place": {"ML02": 1, "ML01": 1},
    }


async def test_a_decision_on_its_day_is_in_time_and_one_that_is_missing_after_it_is_late() -> None:
    in_time = await plant(ago(20), answered=ago(18), decided=ago(13))
    late = await plant(ago(20), answered=ago(17), decided=ago(12))
    missing = await plant(ago(8))
    await plant(ago(1))
    count = (await last_month()).together
    assert (count.answered, count.answer_due, count.answered_share) == (1, 3, 33)
    assert (count.decided, count.decision_due, count.decided_share) == (1, 3, 33)
    assert await listed(Wanted(timely="decided")) == [in_time]
    assert sorted(await listed(Wanted(timely="decided_late"))) == sorted([late, missing])
    assert await listed(Wanted(timely="answered")) == [in_time]


async def test_on_its_last_day_a_decision_is_not_late_yet() -> None:
    await plant(ago(7))
    assert (await last_month()).together.decision_due == 0


async def test_an_appeal_begins_anew() -> None:
    due = {"first_answer_due": ago(3), "decision_due": TODAY + timedelta(days=2)}
    open_again = await plant(ago(20), decided=ago(15), reopened=ago(5), state="received", **due)
    await plant(ago(20), decided=ago(1), reopened=ago(5), **due)
    count = (await last_month()).together
    assert (count.reopened, count.decided, count.decided_late) == (2, 1, 0)
    assert count.median == 4
    assert await listed(Wanted(state="open", reopened=True)) == [open_again]


async def test_the_median_of_the_days_to_a_decision() -> None:
    for days in (1, 2, 9, 10):
        await plant(ago(15), decided=ago(15 - days))
    await plant(ago(15))
    assert (await last_month()).together.median == 5.5


@pytest.mark.parametrize(
    ("days", "middle"), [((), None), ((3,), 3), ((1, 2), 1.5), ((1, 1, 9), 1), ((1, 5, 5, 9, 9), 5)]
)
def test_a_median(days: Sequence[int], middle: float | None) -> None:
    count = Count()
    count.days.update(days)
    assert median(count.days) == middle


def test_a_share_of_nothing_is_not_a_number() -> None:
    assert share(0, 0) is None
    assert share(2, 3) == 67


async def test_a_sensitive_one_is_in_the_figures_of_focal_persons_alone() -> None:
    ordinary = await plant(ago(3))
    sensitive = await plant(ago(3), category="abuse", commune_pcode=None)
    assert (await last_month()).together.received == 1
    assert list((await last_month()).by["category"]) == ["payment"]
    assert (await last_month(FOCAL)).together.received == 1
    assert list((await last_month(FOCAL)).by["place"]) == [None]
    assert await listed(Wanted()) == [ordinary]
    assert await listed(Wanted(), FOCAL) == [sensitive]
    assert await listed(Wanted(words=sensitive)) == []
    async with seen_by(FOCAL):
        assert await search.to_export(Wanted(), TODAY) == [], "it never leaves in a file"
    async with seen_by(SUPERVISOR):
        assert sum((await figures.open_now(TODAY)).ages.values()) == 1


async def test_a_scope_counts_its_own_and_by_the_places_below() -> None:
    await plant(ago(3))
    await plant(ago(3), commune_pcode=ELSEWHERE)
    regional = Actor(3, "Issa", Role.SUPERVISOR, Scope.REGION, "ML02")
    found = await last_month(regional)
    assert {place: count.received for place, count in found.by["place"].items()} == {"ML0202": 1}
    async with seen_by(regional):
        assert await figures.place_names(found.by["place"]) == {"ML0202": "Cercle ML0202"}


async def test_what_is_open_by_age_opens_the_list_behind_it() -> None:
    planted = {days: await plant(ago(days)) for days in (0, 7, 8, 14, 15, 30, 31, 60, 61, 900)}
    await plant(ago(10), decided=ago(9))
    async with seen_by(SUPERVISOR):
        found = await figures.open_now(TODAY)
    assert found.ages == {"0-7": 2, "8-14": 2, "15-30": 2, "31-60": 2, "61-": 2}
    assert (found.all, found.overdue, found.nobodys) == (10, 9, 10)
    for age, days in zip(figures.AGES, ((0, 7), (8, 14), (15, 30), (31, 60), (61, 900)), strict=True):
        assert await listed(Wanted(age=age)) == [planted[day] for day in days]


async def test_a_report_has_each_month_even_one_in_which_nothing_came() -> None:
    await plant(date(2026, 9, 30), decided=date(2026, 10, 2))
    await plant(date(2026, 11, 2), category="data")
    async with seen_by(SUPERVISOR):
        made = await reports.report(SUPERVISOR, date(2026, 9, 15), TODAY, TODAY, "month")
        quarters = await reports.report(SUPERVISOR, date(2026, 9, 15), TODAY, TODAY, "quarter")
    assert made.periods == [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    assert [made.of(period, None)[0].count.received for period in made.periods] == [1, 0, 1]
    whole = made.of(None, None)[0].count
    assert (whole.received, whole.median, whole.open) == (2, 2, 1)
    assert [(line.value, line.count.received) for line in made.of(None, "category")] == [("data", 1), ("payment", 1)]
    assert quarters.periods == [date(2026, 7, 1), date(2026, 10, 1)]


# The search


async def test_somebody_is_found_by_number_phone_household_and_name_as_it_sounds() -> None:
    number = household_no(7)
    awa = await seed.household(number, head_name="Awa Traoré", phones=("+22376123456",))
    other = await seed.household(head_name="Moussa Diarra")
    first = await plant(ago(1), household_id=awa, msisdn="+22376123456")
    await plant(ago(1), household_id=other)
    at_desk = await plant(ago(2), name="Hawa Tarawalé", channel="desk")
    for words in (first, number, "76 12 34 56", "+223 76123456", "awa TRAORE", "Traore"):
        assert await listed(Wanted(words=words)) == [first], words
    assert await listed(Wanted(words="tarawale")) == [at_desk]
    assert await listed(Wanted(words="personne")) == []
    assert await listed(Wanted(words="---")) == []


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(category="data"),
        Wanted(channel="desk"),
        Wanted(level="region"),
        Wanted(sex="F"),
        Wanted(place="ML01"),
        Wanted(place="ML0101"),
        Wanted(place=ELSEWHERE),
        Wanted(assigned="1"),
        Wanted(state="assigned"),
        Wanted(state="overdue"),
        Wanted(since=ago(20), until=ago(20)),
    ],
)
async def test_a_filter_leaves_what_fits(wanted: Wanted) -> None:
    async with writing() as session:
        await session.execute(
            text("INSERT INTO agent (login, name, role, scope_kind) VALUES ('issa', 'Issa', 'agent', 'national')")
        )
    await plant(TODAY)
    fits = await plant(
        ago(20),
        category="data",
        channel="desk",
        level="region",
        sex="F",
        commune_pcode=ELSEWHERE,
        assigned_to=1,
        state="assigned",
    )
    assert await listed(wanted) == [fits]


async def test_what_was_not_said_is_found_too() -> None:
    unknown = await plant(TODAY, commune_pcode=None)
    await plant(TODAY, sex="M")
    assert await listed(Wanted(place="none")) == [unknown]
    assert await listed(Wanted(sex="none")) == [unknown]
