"""The invented payments of the demonstration, all told from one day: the present round, and those of three years."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Final

from core.payments.states import PaymentState
from core.registry.components import ComponentCode
from core.registry.statuses import Status
from demo.callers import Situation
from demo.households import DemoHousehold
from demo.places import DemoPlace

QUARTERLY: Final = 30_000
LEAN_SEASON: Final = 30_000
GRANT: Final = 180_000
"""In F CFA."""

AGENCIES: Final = ("Caisse Kanaga", "Caisse Djoliba", "Caisse Faso Nafa", "Guichet Dugukolo")

NOT_FOUND: Final = "personne absente de la liste de l'agence"
FUNDS_LATE: Final = "fonds pas encore arrivés à l'agence"

MOVED_BY: Final = 7
"""Days by which a moved payment day was put off."""

_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class DemoPayment:
    """A line of the file of payments."""

    household_no: str
    component: ComponentCode
    round: str
    due_date: date | None
    place: str
    agency: str
    amount_xof: int
    state: PaymentState
    last_day: date | None = None
    paid_on: date | None = None
    reason: str = ""
    hour: time | None = None


class Paydays:
    """When and where each commune is paid, as it looks on `today`."""

    def __init__(self, today: date, places: Sequence[DemoPlace], moved: int) -> None:
        self.today = today
        self.moved = moved
        self._places = places

    def present(self, commune: int) -> date | None:
        """The day of the present round: three weeks ahead at most, last week for one commune in eight, or not fixed."""
        if commune == self.moved:
            return self.before_the_move() + timedelta(days=MOVED_BY)
        if commune % 8 == 3:
            return working_day(self.today - timedelta(days=8))
        if commune % 8 == 7:
            return None
        return working_day(self.today + timedelta(days=4 + commune * 5 % 16))

    def before_the_move(self) -> date:
        """The day that the moved commune was first told."""
        return working_day(self.today + timedelta(days=4))

    def past(self, commune: int, quarters_ago: int) -> date:
        """The day of an earlier round: in the middle month of its quarter."""
        year, quarter = self._quarter(quarters_ago)
        return working_day(date(year, quarter * 3 + 2, 5) + timedelta(days=commune % 18))

    def round_name(self, quarters_ago: int) -> str:
        """How the round of a quarter is called: `T4 2026`."""
        year, quarter = self._quarter(quarters_ago)
        return f"T{quarter + 1} {year}"

    def _quarter(self, quarters_ago: int) -> tuple[int, int]:
        return divmod(self.today.year * 4 + (self.today.month - 1) // 3 - quarters_ago, 4)

    def town_hall(self, commune: int) -> str:
        """Where a commune is paid."""
        return f"Mairie de {self._places[commune].commune}"

    def agency(self, commune: int) -> str:
        """Who pays in a commune."""
        return AGENCIES[commune % len(AGENCIES)]


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    late = day.weekday() - _SATURDAY
    return day if late < 0 else day + timedelta(days=2 - late)


def payments(household: DemoHousehold, paydays: Paydays) -> Iterator[DemoPayment]:
    """Every payment of a household, the oldest first."""
    empty = DemoPayment(
        household_no=household.number,
        component=ComponentCode.TM,
        round="",
        due_date=None,
        place=paydays.town_hall(household.commune),
        agency=paydays.agency(household.commune),
        amount_xof=QUARTERLY,
        state=PaymentState.PLANNED,
    )
    for quarters_ago in range(household.rounds, 0, -1):
        due = paydays.past(household.commune, quarters_ago)
        past = replace(empty, round=paydays.round_name(quarters_ago), due_date=due)
        yield _ended(past, _luck(household, quarters_ago))
    if household.situation is Situation.SEVERAL:
        yield _of_this_lean_season(empty, paydays)
    yield from _single(household, empty, paydays)
    if ComponentCode.TM in household.components and household.status is Status.BENEFICIARY:
        yield _present(household, replace(empty, round=paydays.round_name(0)), paydays)


def before_the_move(household: DemoHousehold, paydays: Paydays) -> Iterator[DemoPayment]:
    """What the moved commune was told first of its present round."""
    if household.commune != paydays.moved:
        return
    for payment in payments(household, paydays):
        if payment.round == paydays.round_name(0) and payment.due_date == paydays.present(household.commune):
            yield replace(payment, due_date=paydays.before_the_move(), state=PaymentState.PLANNED, reason="")


def _luck(household: DemoHousehold, quarters_ago: int) -> int:
    """0 to 99, the same each time."""
    if household.situation is Situation.SEVERAL and quarters_ago == 1:
        return FAILED_LUCK
    if household.situation is not None:
        return 0
    return (household.serial * 31 + quarters_ago * 17) % 100


FAILED_LUCK: Final = 95
"""From here on to 97 a payment has failed; below it was paid, above it was not taken."""


def _ended(payment: DemoPayment, luck: int) -> DemoPayment:
    if payment.due_date is None:
        return payment
    if luck < FAILED_LUCK:
        return replace(payment, state=PaymentState.PAID, paid_on=payment.due_date)
    if luck < 98:
        return replace(payment, state=PaymentState.FAILED, reason=NOT_FOUND)
    return replace(payment, state=PaymentState.UNCLAIMED, last_day=payment.due_date + timedelta(days=30))


def _single(household: DemoHousehold, empty: DemoPayment, paydays: Paydays) -> Iterator[DemoPayment]:
    """What is paid once or twice, in the year before; who has finished is given the grant that follows next week."""
    year = paydays.today.year - 1
    if ComponentCode.PNR in household.components:
        for part, month in ((1, 6), (2, 8)):
            due = working_day(date(year, month, 10))
            lean = replace(empty, component=ComponentCode.PNR, round=f"Soudure {year} {part}/2", amount_xof=LEAN_SEASON)
            yield _ended(replace(lean, due_date=due), 0)
    if ComponentCode.AGR in household.components:
        grant = replace(empty, component=ComponentCode.AGR, round=f"AGR {year}", amount_xof=GRANT)
        if household.status is Status.EXITED:
            due = working_day(paydays.today + timedelta(days=7))
            yield replace(grant, round=f"AGR {year + 1}", due_date=due, state=PaymentState.ANNOUNCED)
        else:
            yield _ended(replace(grant, due_date=working_day(date(year, 3, 15))), 0)


def _of_this_lean_season(empty: DemoPayment, paydays: Paydays) -> DemoPayment:
    """Money of another component, on the day of the next transfer."""
    round_name, due = f"Soudure {paydays.today.year} 1/2", working_day(paydays.today + timedelta(days=6))
    lean = replace(empty, component=ComponentCode.PNR, round=round_name, amount_xof=LEAN_SEASON)
    return replace(lean, due_date=due, state=PaymentState.ANNOUNCED)


def _present(household: DemoHousehold, payment: DemoPayment, paydays: Paydays) -> DemoPayment:
    if household.situation is not None:
        return _of_a_caller(household.situation, payment, paydays)
    due = paydays.present(household.commune)
    if due is None or due >= paydays.today:
        return _ahead(replace(payment, due_date=due), paydays.today)
    luck = _luck(household, 0)
    if luck < 88:
        return replace(payment, due_date=due, state=PaymentState.PAID, paid_on=due)
    if luck < 96:
        last_day = working_day(paydays.today + timedelta(days=12))
        return replace(payment, due_date=due, state=PaymentState.UNCLAIMED, last_day=last_day)
    return replace(payment, due_date=due, state=PaymentState.FAILED, reason=NOT_FOUND)


def _ahead(payment: DemoPayment, today: date) -> DemoPayment:
    if payment.due_date is None or payment.due_date > today + timedelta(days=10):
        return payment
    return replace(payment, state=PaymentState.ANNOUNCED)


def _of_a_caller(situation: Situation, payment: DemoPayment, paydays: Paydays) -> DemoPayment:
    def on(days: int) -> date:
        return working_day(paydays.today + timedelta(days=days))

    match situation:
        case Situation.NO_DATE:
            return payment
        case Situation.PAID:
            return replace(payment, due_date=on(-8), state=PaymentState.PAID, paid_on=on(-8))
        case Situation.UNCLAIMED:
            return replace(payment, due_date=on(-12), state=PaymentState.UNCLAIMED, last_day=on(18))
        case Situation.FAILED:
            return replace(payment, due_date=on(-6), state=PaymentState.FAILED, reason=NOT_FOUND)
        case Situation.WINDOW:
            yesterday, last_day = paydays.today - timedelta(days=1), paydays.today + timedelta(days=4)
            return replace(payment, due_date=yesterday, last_day=last_day, state=PaymentState.ANNOUNCED)
        case Situation.CANCELLED:
            return replace(payment, due_date=on(3), state=PaymentState.CANCELLED, reason=FUNDS_LATE)
        case Situation.MOVED:
            return _ahead(replace(payment, due_date=paydays.present(paydays.moved)), paydays.today)
        case _:
            return _ahead(replace(payment, due_date=on(6)), paydays.today)
