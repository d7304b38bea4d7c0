"""Plants what the truth oracle invents: a commune, its households with their phones, and their payments."""

from datetime import date, timedelta
from typing import Final

from core.payments.models import Payment, PaymentMove, PaymentRound
from core.payments.states import PaymentState
from core.places.communes import loose
from core.places.models import Cercle, Commune, Region
from core.platform.database import writing
from core.registry.components import ComponentCode
from core.registry.models import Enrolment, Household, HouseholdPhone, Phone
from core.registry.statuses import Status
from core.text.languages import Language
from proof import truth
from proof.truth import History, Membership, Pay

NOW: Final = truth.NOW
REGION, CERCLE, COMMUNE = "ML99", "ML9901", "ML990101"


async def plant_places(name: str = "Sanankoro") -> None:
    """Plant the commune."""
    async with writing() as session:
        session.add(Region(pcode=REGION, name="Banico"))
        await session.flush()
        session.add(Cercle(pcode=CERCLE, region_pcode=REGION, name="Kolon"))
        await session.flush()
        session.add(Commune(pcode=COMMUNE, cercle_pcode=CERCLE, name=name, search=loose(name)))
        await session.flush()


async def plant_phone(msisdn: str, language: Language) -> None:
    """Plant a phone that has chosen its language."""
    async with writing() as session:
        session.add(Phone(msisdn=msisdn, language=language))
        await session.flush()


async def plant_household(
    household: History,
    household_no: str,
    name: str = "Awa Traoré",
    *,
    phone: str = "",
    village: str | None = None,
) -> int:
    """Plant a household of the commune, reached at a phone unless that is '', without its payments; give its id."""
    async with writing() as session:
        row = Household(
            household_no=household_no, head_name=name, birth_year=1970, commune_pcode=COMMUNE, village=village,
            status=Status(household.status), status_reason=truth.WHY.get(household.status),
        )  # fmt: skip
        session.add(row)
        await session.flush()
        assert row.id is not None  # noqa: S101 - flushed
        if phone:
            session.add(HouseholdPhone(household_id=row.id, position=1, msisdn=phone))
        session.add_all(_enrolment(row.id, part) for part in household.enrolled)
        await session.flush()
    return row.id


def _enrolment(household_id: int, part: Membership) -> Enrolment:
    return Enrolment(
        household_id=household_id, component=ComponentCode(part.component), ended=None if part.runs else _day(-1)
    )


async def plant_round(component: str, name: str) -> int:
    """Plant a payment round; give its id."""
    async with writing() as session:
        row = PaymentRound(component=ComponentCode(component), name=name)
        session.add(row)
        await session.flush()
        assert row.id is not None  # noqa: S101 - flushed
    return row.id


async def plant_payment(household_id: int, round_id: int, pay: Pay, place: str = truth.PLACE) -> None:
    """Plant a payment of a household in a round, with the day it was moved from."""
    async with writing() as session:
        payment = Payment(
            household_id=household_id, round_id=round_id, due_date=_day(pay.due), last_day=_day(pay.last),
            place=place, agency=truth.AGENCY, amount_xof=pay.amount, state=PaymentState(pay.state),
            paid_on=_day(pay.paid), reason=pay.reason,
        )  # fmt: skip
        session.add(payment)
        await session.flush()
        before = _day(pay.moved_from)
        if before is not None and payment.id is not None:
            session.add(PaymentMove(payment_id=payment.id, moved_at=NOW, old_day=before, new_day=_day(pay.due)))
            await session.flush()


def _day(days: int | None) -> date | None:
    return None if days is None else truth.TODAY + timedelta(days=days)
