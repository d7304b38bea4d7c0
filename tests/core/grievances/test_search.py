"""The list of grievances finds what was asked for, by number, phone, household, name and filter."""

import pytest
from sqlalchemy import text

from core.grievances.search import GrievanceStanding, NotSaid, Wanted
from core.grievances.subjects import Category
from core.grievances.vocabulary import Channel, GrievanceState, Level, Sex
from core.numbers.identifiers import household_no
from core.platform.database import writing
from tests.core import seed
from tests.core.grievances.grievance_rows import ELSEWHERE, ago, listed, plant
from tests.core.seed import TODAY

pytestmark = pytest.mark.usefixtures("safo_and_kayes")


async def test_somebody_is_found_by_number_phone_household_and_name_as_it_sounds() -> None:
    number = household_no(7)
    awa = await seed.household(number, head_name="Awa Traoré", phones=("+22376123456",), programme_no="KT/02/0117-B")
    other = await seed.household(head_name="Moussa Diarra")
    first = await plant(ago(1), household_id=awa, msisdn="+22376123456")
    await plant(ago(1), household_id=other)
    at_desk = await plant(ago(2), name="Hawa Tarawalé", channel="desk")
    for words in (first, number, "kt/02/0117-b", "76 12 34 56", "+223 76123456", "awa TRAORE", "Traore"):
        assert await listed(Wanted(words=words)) == [first], words
    await seed.known_as(number, "kolo-b")
    assert await listed(Wanted(words="KOLO-B")) == [first], "a number of the programme that has letters alone"
    assert await listed(Wanted(words="tarawale")) == [at_desk]
    assert await listed(Wanted(words="personne")) == []
    assert await listed(Wanted(words="---")) == []


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(category=Category.DATA),
        Wanted(channel=Channel.DESK),
        Wanted(level=Level.REGION),
        Wanted(sex=Sex.F),
        Wanted(place="ML01"),
        Wanted(place="ML0101"),
        Wanted(place=ELSEWHERE),
        Wanted(assigned=1),
        Wanted(state=GrievanceState.ASSIGNED),
        Wanted(state=GrievanceStanding.OVERDUE),
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
    assert await listed(Wanted(place=NotSaid.NOT_SAID)) == [unknown]
    assert await listed(Wanted(sex=NotSaid.NOT_SAID)) == [unknown]
