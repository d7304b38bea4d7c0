"""Invented histories of payments for the truth oracle, and what the line, SMS and pages of components tell of them."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hypothesis import given
from hypothesis import settings as trial_settings
from hypothesis import strategies as st

from core.calls.journal import Journal
from core.outbox.notice_kinds import NoticeKind
from core.payments.models import Payment, PaymentMove, PaymentRound
from core.payments.states import PaymentState
from core.places.models import Cercle, Commune, Region
from core.platform.database import undone, writing
from core.platform.errors import JigiError
from core.registry import models as registry
from core.registry.components import ComponentCode
from core.registry.statuses import Status
from core.text.alphabet import GSM7
from core.text.languages import Language
from core.text.translator import translator
from menus.line import line
from proof import truth
from proof.truth import History, Pay
from proof.walk import Shelf
from sms.outbox.notice_texts import Occasion, notice_text
from ussd.engine import Engine
from ussd.hops import Hop

NOW: Final = datetime.combine(truth.TODAY, time(10), UTC)
MSISDN: Final = "+22376000001"
COMPONENTS: Final = ("AGR", "PNR", "TM")
FOOT: Final = re.compile(r"(?:\d|00) [^\W\d].*")
"""An option, or what the engine adds: a key and its label."""

EDGES: Final = (-400, -181, -180, -179, -15, 14, 15, 180, 181)
days = st.one_of(
    st.integers(-3, 3), st.sampled_from((-400, -181, -180, -179, -15, 14, 15, 180, 181)), st.integers(-99, 99)
)
STATES: Final = tuple(state.value for state in PaymentState)


@st.composite
def payments(draw: st.DrawFn) -> Pay:
    """A payment of any state and days that a file may hold."""
    state = draw(st.sampled_from(STATES))
    due = draw(st.none() | days)
    window = draw(st.none() | st.integers(0, 6))
    last = None if window is None else (draw(days) if due is None else due + window)
    return Pay(
        component=draw(st.sampled_from(COMPONENTS)),
        state=state,
        amount=draw(st.integers(10, 180)) * 1000,
        due=due,
        last=last,
        paid=draw(st.none() | days) if state == "paid" else None,
        moved_from=draw(st.none() | days) if state in ("planned", "announced") else None,
        reason=draw(st.sampled_from((None, "name", "agency", "Liste à revoir"))) if state == "failed" else None,
    )


households = st.builds(
    History,
    status=st.sampled_from(("beneficiary",) * 4 + ("suspended", "eligible", "waiting", "not_eligible", "exited")),
    payments=st.lists(payments(), max_size=5).map(tuple),
)


class NotSo(JigiError, AssertionError):
    """Something else is told than what is so; the message has the household and the difference."""


@dataclass(slots=True)
class Tried:
    """What was held against the oracle: histories, payments in them, and answers of the line and of SMS."""

    households: int = 0
    payments: int = 0
    answers: int = 0


def hold(runner: asyncio.Runner, examples: int) -> Tried:
    """Try so many histories on the open database of `runner`'s loop; raises NotSo with the smallest that differs."""
    tried = Tried()

    @trial_settings(max_examples=examples, deadline=None, database=None)
    @given(household=households)
    def one(household: History) -> None:
        tried.households += 1
        tried.payments += len(household.payments)
        tried.answers += len(Language) * (2 + (len(COMPONENTS) if household.status == "beneficiary" else 0))
        wrong = runner.run(differences(household))
        if wrong:
            raise NotSo("\n".join([str(household), *wrong]))

    one()
    return tried


async def differences(household: History) -> Sequence[str]:
    """Where the line, the SMS or a component's page tells something else than the oracle, in each language."""
    wrong = []
    for language in Language:
        async with _planted(household, language):
            answer = await _dialled("1")
            wrong.append(_wrong("key 1", language, truth.differs(answer, truth.must_be_told(household, language))))
            sms = (await _sms(language)).partition(":")[2]
            wrong.append(_wrong("SMS", language, truth.differs(sms, truth.must_be_told(household, language))))
            for key, component in enumerate(COMPONENTS, 1) if household.status == "beneficiary" else ():
                page, must = await _dialled(f"2*{key}"), truth.of_component(household, component, language)
                wrong.append(_wrong(component, language, truth.differs(page, must, more=True)))
    return [each for each in wrong if each]


def _wrong(where: str, language: Language, difference: str) -> str:
    return f"{where} ({language}): {difference}" if difference else ""


async def _dialled(typed: str) -> str:
    """What is read on the pages of an answer, without keys and what they do."""
    engine = Engine(
        line, sessions=Shelf(), journal=Journal(), alphabet=GSM7, step_seconds=30, typed_inputs=120, clock=lambda: NOW
    )
    lines: list[str] = []
    while True:
        reply = await engine.answer(Hop("truth", f"truth {typed}", MSISDN, typed))
        body = reply.text.split("\n")
        foot = []
        while body and FOOT.fullmatch(body[-1]):
            foot.append(body.pop())
        lines += body
        if not any(each.startswith("9 ") for each in foot):
            break
        typed += "*9"
    await engine.close()
    return "\n".join(lines)


async def _sms(language: Language) -> str:
    return GSM7.prepare(await notice_text(NoticeKind.PAYMENT, Occasion(MSISDN, {}, NOW), translator(language)))


@asynccontextmanager
async def _planted(household: History, language: Language) -> AsyncIterator[None]:
    """The household alone in a commune, with its phone, until the end of the block."""
    async with undone():
        async with writing() as session:
            session.add(Region(pcode="ML99", name="Essai"))
            await session.flush()
            session.add(Cercle(pcode="ML9901", region_pcode="ML99", name="Essai"))
            await session.flush()
            session.add(Commune(pcode="ML990101", cercle_pcode="ML9901", name="Essai", search="essai"))
            await session.flush()
            row = registry.Household(
                household_no="99999990", head_name="Awa Traoré", birth_year=1970, commune_pcode="ML990101",
                status=Status(household.status),
                status_reason=truth.WHY.get(household.status),
            )  # fmt: skip
            session.add_all((row, registry.Phone(msisdn=MSISDN, language=language)))
            await session.flush()
            assert row.id is not None  # noqa: S101 - flushed
            session.add(registry.HouseholdPhone(household_id=row.id, position=1, msisdn=MSISDN))
            if household.status == "beneficiary":
                session.add_all(
                    registry.Enrolment(household_id=row.id, component=ComponentCode(code)) for code in COMPONENTS
                )
            await session.flush()
            for number, pay in enumerate(household.payments):
                await _pay(row.id, number, pay)
        yield


async def _pay(household_id: int, number: int, pay: Pay) -> None:
    async with writing() as session:
        payment_round = PaymentRound(component=ComponentCode(pay.component), name=f"Essai {number}")
        session.add(payment_round)
        await session.flush()
        assert payment_round.id is not None  # noqa: S101 - flushed
        payment = Payment(
            household_id=household_id, round_id=payment_round.id, due_date=_day(pay.due), last_day=_day(pay.last),
            place=truth.PLACE, agency=truth.AGENCY, amount_xof=pay.amount, state=PaymentState(pay.state),
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
