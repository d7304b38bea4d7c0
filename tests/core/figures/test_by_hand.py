"""The weekly and monthly mail and the indicators against a count in plain Python that shares no code with them."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from core.figures import indicators, mailed
from core.figures.mailed import MailSpan
from core.figures.splits import FigureDays
from core.grievances.vocabulary import GrievanceState
from core.staff.row_security import figures_seen_by
from tests.core import seed
from tests.core.grievances.grievance_rows import SUPERVISOR, at, plant
from tests.core.seed import TODAY

PERIODS = {
    MailSpan.WEEK: (date(2026, 11, 16), date(2026, 11, 22)),
    MailSpan.MONTH: (date(2026, 10, 1), date(2026, 10, 31)),
}
"""The last week, from Monday, and the last month that are over on the day of the tests; both days counted."""


@dataclass
class Case:
    """A complaint as the test planted it."""

    came: date
    secret: bool
    answered: date | None
    decided: date | None
    taken_back: date | None
    solved: bool | None

    @property
    def in_time(self) -> bool:
        return self.decided is not None and (self.decided - self.came).days <= 7

    @property
    def late(self) -> bool:
        return not self.in_time and ((self.decided or self.taken_back or TODAY) - self.came).days > 7

    @property
    def open(self) -> bool:
        return self.decided is None and self.taken_back is None

    @property
    def overdue(self) -> bool:
        return self.open and (TODAY - self.came).days > (7 if self.answered else 2)


async def planted(dice: random.Random) -> Case:
    came = TODAY - timedelta(days=int(60 * dice.random() ** 1.5))
    last = (TODAY - came).days
    answered, decided, taken_back = (
        came + timedelta(days=dice.randrange(min(last, days) + 1)) if dice.random() < share else None
        for days, share in ((4, 0.7), (12, 0.5), (12, 0.3))
    )
    taken_back = None if decided else taken_back
    solved = dice.choice((None, True, False)) if decided else None
    case = Case(came, dice.random() < 0.2, answered, decided, taken_back, solved)
    ended = {"withdrawn_at": at(taken_back), "state": GrievanceState.CLOSED} if taken_back else {}
    await plant(
        came, category="abuse" if case.secret else "data", answered=answered, decided=decided, solved=solved, **ended
    )
    return case


@pytest.fixture
async def seen(safo: None) -> list[Case]:
    """Eighty complaints of two months, without those that only focal persons see."""
    dice = random.Random(4)
    return [case for case in [await planted(dice) for _ in range(80)] if not case.secret]


@pytest.mark.parametrize("span", MailSpan)
async def test_the_mail_tells_what_a_count_by_hand_does(span: MailSpan, seen: list[Case]) -> None:
    first, last = PERIODS[span]
    came = [case for case in seen if first <= case.came <= last]
    numbers = (
        len(came),
        sum(case.in_time for case in came),
        sum(case.late for case in came),
        sum(case.open for case in seen),
        sum(case.overdue for case in seen),
    )
    assert all(numbers) or span is MailSpan.WEEK, "nothing is held by a count of none"
    assert numbers[0] > 5
    text = mailed.words(await mailed.counted(span, TODAY), "https://desk.example/desk")
    assert text.splitlines()[:3] == [
        f"Plaintes reçues du {first:%d/%m/%Y} au {last:%d/%m/%Y} : {numbers[0]}.",
        f"Décidées à temps : {numbers[1]} ; en retard : {numbers[2]}.",
        f"Ouvertes aujourd'hui : {numbers[3]}, dont {numbers[4]} en retard.",
    ]
    assert text.endswith("https://desk.example/desk/figures")


async def test_the_indicators_are_those_of_a_count_by_hand(seen: list[Case]) -> None:
    for _ in range(3):
        await seed.household()
    middle = TODAY - timedelta(days=29)
    async with figures_seen_by(SUPERVISOR):
        rows = await indicators.indicators(FigureDays(middle, TODAY), TODAY)
    for now, values in ((True, [row.now for row in rows]), (False, [row.before for row in rows])):
        came = [case for case in seen if (case.came >= middle) is now]
        solved, unsolved = (sum(case.solved is said for case in came) for said in (True, False))
        assert [(value.part, value.whole) for value in values] == [
            (sum(case.in_time for case in came), len(came)),
            (solved, solved + unsolved),
            (len(came), 3),
        ]
        assert solved
        assert values[0].in_a_hundred == round(100 * values[0].part / values[0].whole)
