"""Figures by agency, round and commune against a count made one by one, and the list behind each."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from core.figures import splits
from core.figures.splits import FigureDays, Split, SplitBy
from core.grievances import search
from core.grievances.search import NotSaid, Wanted
from core.payments.states import PaymentState
from core.platform import sql
from core.staff.agents import Actor, Role, Scope
from core.staff.row_security import figures_seen_by, seen_by
from tests.core import seed
from tests.core.grievances.grievance_rows import ELSEWHERE, SUPERVISOR, ago, listed, plant
from tests.core.seed import SAFO, TODAY
from tests.support.database import change

PERIOD = FigureDays(ago(29), TODAY)
ROUNDS = {"T3 2026": ago(50), "T4 2026": ago(20)}
"""The pay day of each round."""


@pytest.fixture
async def two_regions(world: None) -> None:
    """Two communes of two regions, and nobody in them."""
    await seed.places((SAFO, "Safo"), (ELSEWHERE, "Kayes"))


@dataclass
class Planted:
    """A complaint as the test planted it, with what it should be told apart by."""

    received: date
    category: str
    commune: str
    agency: str | None
    round: str | None
    decided: date | None
    solved: bool | None

    @property
    def timely(self) -> bool | None:
        """Whether it was decided within seven days; None while that is open."""
        last = self.received + timedelta(days=7)
        if self.decided:
            return self.decided <= last
        return False if last < TODAY else None


async def planted(dice: random.Random) -> Planted:
    """A household with a payment of each round or of none, that complained on some day."""
    commune = dice.choice((SAFO, ELSEWHERE))
    household = await seed.household(commune=commune)
    paid = dice.choice(((), ("T3 2026",), ("T3 2026", "T4 2026")))
    agencies = {name: dice.choice(("Caisse", "Kafo", None)) for name in paid}
    for name in paid:
        await seed.payment(household, PaymentState.ANNOUNCED, due=ROUNDS[name], round_name=name, agency=agencies[name])
    received, category = ago(dice.randrange(60)), dice.choice(("payment", "payment", "data"))
    decided = received + timedelta(days=dice.randrange(14))
    case = Planted(received, category, commune, None, None, decided if decided <= TODAY else None, None)
    case.solved = dice.choice((None, True, False)) if case.decided else None
    for name in paid:
        if ROUNDS[name] <= received and category == "payment":
            case.agency, case.round = agencies[name], name
    await plant(
        received,
        category=category,
        commune_pcode=commune,
        household_id=household,
        answered=case.decided,
        decided=case.decided,
        solved=case.solved,
    )
    return case


def expected(cases: list[Planted]) -> tuple[int, int, int, int, int]:
    """How many came, were decided in time, and of how many; were solved, and of how many said so."""
    return (
        len(cases),
        sum(case.timely is True for case in cases),
        sum(case.timely is not None for case in cases),
        sum(case.solved is True for case in cases),
        sum(case.solved is not None for case in cases),
    )


def wanted(by: SplitBy, value: str | None) -> Wanted:
    """What the list is asked for, to show what a row counts."""
    if by is SplitBy.ROUND:
        return Wanted(round=int(value) if value else NotSaid.NOT_SAID)
    return Wanted(agency=value or NotSaid.NOT_SAID) if by is SplitBy.AGENCY else Wanted(place=value or "")


async def made(by: SplitBy) -> Split:
    async with figures_seen_by(SUPERVISOR):
        return next(each for each in await splits.splits(PERIOD, TODAY) if each.by is by)


async def test_each_figure_is_that_of_a_count_one_by_one_and_opens_as_long_a_list(two_regions: None) -> None:
    dice = random.Random(18)
    cases = [await planted(dice) for _ in range(40)]
    for by in SplitBy:
        split = await made(by)
        counting = [case for case in cases if by is SplitBy.COMMUNE or case.category == "payment"]
        values = {getattr(case, by.value) for case in counting}
        assert {split.names.get(row.value or "") if by is SplitBy.ROUND else row.value for row in split.rows} == {
            f"Transferts monétaires, {value}" if by is SplitBy.ROUND and value else value for value in values
        }
        for row in split.rows:
            value = split.names[row.value].split(", ")[1] if by is SplitBy.ROUND and row.value else row.value
            of_value = [case for case in counting if getattr(case, by.value) == value]
            now = [case for case in of_value if ago(29) <= case.received <= TODAY]
            before = [case for case in of_value if ago(59) <= case.received < ago(29)]
            for count, oracle in ((row.count, now), (row.before, before)):
                assert (
                    count.received, count.decided, count.decision_due, count.solved, count.replied
                ) == expected(oracle), (by, value)  # fmt: skip
            assert len(await listed(wanted(by, row.value))) == len(
                [case for case in of_value if case.received >= ago(59)]
            )
    everything = splits.together(await made(SplitBy.COMMUNE))
    assert everything.count.received == sum(case.received >= ago(29) for case in cases)


async def test_a_complaint_that_came_of_an_answer_is_of_the_payment_answered_for(two_regions: None) -> None:
    household = await seed.household()
    await seed.payment(household, PaymentState.PAID, paid=ago(9), due=ago(9), round_name="T4 2026", agency="Kafo")
    await seed.payment(household, PaymentState.PAID, paid=ago(5), due=ago(5), round_name="T5 2026", agency="Caisse")
    reference = await plant(TODAY, household_id=household)
    await change(
        "INSERT INTO payment_reply (payment_id, reply, missing_xof, grievance_id, at) "
        "SELECT payment.id, 'not_all', 5, grievance.id, received_at FROM payment, grievance "
        "WHERE agency = 'Kafo' AND reference = %(reference)s",
        reference=reference,
    )
    (row,) = (await made(SplitBy.AGENCY)).rows
    assert row.value == "Kafo"
    await change("UPDATE payment_reply SET grievance_id = NULL")
    (row,) = (await made(SplitBy.AGENCY)).rows
    assert row.value == "Caisse", "else the last one whose day had come"


async def test_of_a_household_that_is_not_seen_no_payment_is_known_in_figures_or_list(two_regions: None) -> None:
    household = await seed.household(commune=ELSEWHERE)
    await seed.payment(household, PaymentState.PAID, paid=ago(9), due=ago(9), round_name="T4 2026", agency="Kafo")
    await plant(TODAY, household_id=household, commune_pcode=SAFO)
    of_safo = Actor(3, "Issa", Role.SUPERVISOR, Scope.COMMUNE, SAFO)
    for actor, agency in ((SUPERVISOR, "Kafo"), (of_safo, None)):
        async with figures_seen_by(actor):
            by_agency = next(each for each in await splits.splits(PERIOD, TODAY) if each.by is SplitBy.AGENCY)
        assert [(row.value, row.count.received) for row in by_agency.rows] == [(agency, 1)]
        async with seen_by(actor):
            assert await search.count(wanted(SplitBy.AGENCY, agency), TODAY) == 1


MANY = """
WITH new AS (
    INSERT INTO household (household_no, head_name, birth_year, commune_pcode, village, language, status)
    SELECT 'many ' || each, 'Many', 1980, %(commune)s, 'Many', 'bm', 'beneficiary' FROM generate_series(1, 4000) AS each
    RETURNING id
)
INSERT INTO payment (household_id, round_id, due_date, amount_xof, state)
SELECT new.id, payment_round.id, %(today)s, 5, 'announced' FROM new, payment_round
"""
READ_WHOLE = "SELECT relname FROM pg_stat_xact_user_tables WHERE seq_tup_read > 1000"


async def test_no_table_of_households_or_payments_is_read_whole_for_complaints(two_regions: None) -> None:
    household = await seed.household()
    await seed.payment(household, PaymentState.ANNOUNCED, due=TODAY, round_name="T4 2026")
    await change(MANY, commune=SAFO, today=TODAY)
    await plant(TODAY, household_id=household)
    await change("ANALYZE")  # every table: what is known of the others from earlier tests would choose the plan too
    for actor in (SUPERVISOR, Actor(3, "Issa", Role.SUPERVISOR, Scope.COMMUNE, SAFO)):
        async with figures_seen_by(actor):
            await splits.splits(PERIOD, TODAY)
            await search.count(Wanted(agency=NotSaid.NOT_SAID), TODAY)
            assert await sql.scalar(READ_WHOLE) is None


def test_the_period_before_is_as_long() -> None:
    assert FigureDays(date(2026, 11, 1), date(2026, 11, 30)).before == FigureDays(date(2026, 10, 2), date(2026, 10, 31))
