"""A small registry planted by hand: one commune, and households, payments and events as a test needs them."""

from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import col, select

from core.numbers.identifiers import number_key
from core.payments.models import Payment, PaymentMove, PaymentRound
from core.payments.states import PaymentState
from core.places.communes import loose
from core.places.models import Cercle, Commune, Region
from core.platform import sql
from core.platform.database import writing
from core.registry.components import ComponentCode
from core.registry.models import ComponentEvent, Enrolment, Household, HouseholdPhone
from core.registry.statuses import Status

TODAY = date(2026, 11, 24)
NOW = datetime.combine(TODAY, time(9), UTC)
"""Nine in the morning of that day, a Tuesday."""

SAFO = "ML020201"
KNOWN_AS = """
UPDATE household SET programme_no = %(programme_no)s, programme_key = %(key)s WHERE household_no = %(household_no)s
"""
NUMBERS = iter(range(10_000_000, 99_999_999))


def day(days: int) -> date:
    """The day so many days from today."""
    return TODAY + timedelta(days=days)


def at(day: date, hour: time = time(0, 10)) -> datetime:
    """A moment of a day, by default just after it began."""
    return datetime.combine(day, hour, UTC)


async def places(*communes: tuple[str, str]) -> None:
    """Plant communes (P-code, name) with their cercles and regions, named after their P-codes."""
    async with writing() as session:
        for region in sorted({pcode[:4] for pcode, _ in communes}):
            session.add(Region(pcode=region, name=f"Region {region}"))
        await session.flush()
        for cercle in sorted({pcode[:6] for pcode, _ in communes}):
            session.add(Cercle(pcode=cercle, region_pcode=cercle[:4], name=f"Cercle {cercle}"))
        await session.flush()
        for pcode, name in communes:
            session.add(Commune(pcode=pcode, cercle_pcode=pcode[:6], name=name, search=loose(name)))


async def known_as(household_no: str, programme_no: str) -> None:
    """Let the programme know a household that is planted by a number of its own."""
    values = {"household_no": household_no, "programme_no": programme_no, "key": number_key(programme_no)}
    await sql.execute(KNOWN_AS, values)


async def safo() -> None:
    """Plant the commune of Safo."""
    await places((SAFO, "Safo"))


async def household(
    household_no: str | None = None,
    *,
    head_name: str = "Awa Traoré",
    birth_year: int = 1970,
    commune: str = SAFO,
    village: str | None = "Dialakoroba",
    status: Status = Status.BENEFICIARY,
    reason: str | None = None,
    phones: tuple[str, ...] = (),
    components: tuple[str, ...] = (),
    programme_no: str | None = None,
) -> int:
    """Plant a household and return its id; `programme_no` is that of the programme where it is not ours."""
    async with writing() as session:
        row = Household(
            household_no=household_no or str(next(NUMBERS)),
            programme_no=programme_no,
            programme_key=number_key(programme_no) if programme_no else None,
            head_name=head_name,
            birth_year=birth_year,
            commune_pcode=commune,
            village=village,
            status=status,
            status_reason=reason,
        )
        session.add(row)
        await session.flush()
        assert row.id
        session.add_all(
            HouseholdPhone(household_id=row.id, position=position, msisdn=msisdn)
            for position, msisdn in enumerate(phones, 1)
        )
        session.add_all(Enrolment(household_id=row.id, component=ComponentCode(component)) for component in components)
        return row.id


async def pay_round(component: str = "TM", name: str = "T4 2026") -> int:
    """Plant a payment round and return its id."""
    async with writing() as session:
        row = PaymentRound(component=ComponentCode(component), name=name)
        session.add(row)
        await session.flush()
        assert row.id
        return row.id


async def payment(
    household_id: int,
    state: PaymentState,
    *,
    due: date | None = None,
    last: date | None = None,
    paid: date | None = None,
    place: str | None = "Mairie de Safo",
    agency: str | None = "Caisse",
    amount: int = 30_000,
    reason: str | None = None,
    component: str = "TM",
    round_name: str | None = None,
    moves: tuple[tuple[date, date | None], ...] = (),
) -> None:
    """Plant a payment in a round of its own unless `round_name` is given, with the days it was moved, oldest first."""
    async with writing() as session:
        row = Payment(
            household_id=household_id,
            round_id=await _round(component, round_name or f"round {next(NUMBERS)}"),
            due_date=due,
            last_day=last,
            place=place,
            agency=agency,
            amount_xof=amount,
            state=state,
            paid_on=paid,
            reason=reason,
        )
        session.add(row)
        await session.flush()
        assert row.id
        session.add_all(
            PaymentMove(payment_id=row.id, moved_at=datetime(2026, 11, day, tzinfo=UTC), old_day=old, new_day=new)
            for day, (old, new) in enumerate(moves, 1)
        )


async def event(
    component: str,
    day: date,
    *,
    village: str | None = None,
    hour: time | None = None,
    end: time | None = None,
    place: str = "Place du marché",
    what: str = "Causerie",
    wage: int | None = None,
    commune: str = SAFO,
) -> None:
    """Plant an event of a component."""
    async with writing() as session:
        session.add(
            ComponentEvent(
                component=ComponentCode(component),
                commune_pcode=commune,
                village=village,
                date=day,
                time=hour,
                end_time=end,
                wage_xof=wage,
                place=place,
                what={"bm": f"{what} (bm)", "fr": what},
            )
        )


async def _round(component: str, name: str) -> int:
    same = select(PaymentRound.id).where(col(PaymentRound.component) == component, col(PaymentRound.name) == name)
    async with writing() as session:
        round_id: int | None = await session.scalar(same)
    return round_id or await pay_round(component, name)
