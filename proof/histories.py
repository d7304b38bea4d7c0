"""Invented histories of payments for the truth oracle, and what the line, SMS and pages of components tell of them."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from hypothesis import given
from hypothesis import settings as trial_settings
from hypothesis import strategies as st

from core.calls.journal import Journal
from core.outbox.notice_kinds import NoticeKind
from core.payments.states import PaymentState
from core.platform.database import undone
from core.platform.errors import JigiError
from core.text.alphabet import GSM7
from core.text.languages import Language
from core.text.translator import translator
from menus.line import line
from proof import truth
from proof.planting import plant_household, plant_payment, plant_phone, plant_places, plant_round
from proof.truth import NOW, History, Membership, Pay
from proof.walk import Shelf
from sms.outbox.notice_texts import Occasion, notice_text
from ussd.engine import Engine
from ussd.hops import Hop

MSISDN: Final = "+22376000001"
FOOT: Final = re.compile(r"(?:\d|00) [^\W\d].*")
"""An option, or what the engine adds: a key and its label."""

EDGES: Final = (-400, -181, -180, -179, -15, 14, 15, 180, 181)
days = st.one_of(st.integers(-3, 3), st.sampled_from(EDGES), st.integers(-99, 99))
STATES: Final = tuple(state.value for state in PaymentState)
STANDINGS: Final = ("beneficiary",) * 5 + ("exited",) * 2 + ("suspended", "eligible", "waiting", "not_eligible")
PAYING: Final = ("AGR", "PNR", "TM")
FOLLOWING: Final = 2
"""Components of a household that has finished: so many fit under what is said of that."""


@st.composite
def payments(draw: st.DrawFn) -> Pay:
    """A payment of any state and days that a file may hold."""
    state = draw(st.sampled_from(STATES))
    due = draw(st.none() | days)
    window = draw(st.none() | st.integers(0, 6))
    last = None if window is None else (draw(days) if due is None else due + window)
    return Pay(
        component=draw(st.sampled_from(PAYING)),
        state=state,
        amount=draw(st.integers(10, 180)) * 1000,
        due=due,
        last=last,
        paid=draw(st.none() | days) if state == "paid" else None,
        moved_from=draw(st.none() | days) if state in ("planned", "announced") else None,
        reason=draw(st.sampled_from((None, "name", "agency", "Liste à revoir"))) if state == "failed" else None,
    )


@st.composite
def a_household(draw: st.DrawFn) -> History:
    """A household with its payments, in the components that are usual, in others or in none."""
    status = draw(st.sampled_from(STANDINGS))
    part = st.builds(Membership, st.sampled_from((*PAYING, truth.EVERY_DAY)), st.booleans())
    most = FOLLOWING if status == "exited" else None
    parts = draw(st.none() | st.lists(part, max_size=most, unique_by=lambda part: part.component).map(tuple))
    return History(status, draw(st.lists(payments(), max_size=5).map(tuple)), parts)


households = a_household()


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
        tried.answers += len(Language) * (2 + len(household.shown))
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
            answer = await dialled(MSISDN, "1")
            wrong.append(_wrong("key 1", language, truth.differs(answer, truth.must_be_told(household, language))))
            sms = (await _sms(language)).partition(":")[2]
            wrong.append(
                _wrong(
                    "SMS", language, truth.differs(sms, truth.kept(truth.must_be_told(household, language), language))
                )
            )
            for key, part in enumerate(household.shown, 1):
                page, must = await dialled(MSISDN, f"2*{key}"), truth.of_component(household, part, language)
                wrong.append(_wrong(part.component, language, truth.differs(page, must, more=True)))
    return [each for each in wrong if each]


def _wrong(where: str, language: Language, difference: str) -> str:
    return f"{where} ({language}): {difference}" if difference else ""


async def dialled(msisdn: str, typed: str) -> str:
    """What is read on the pages of an answer, without keys and what they do."""
    engine = Engine(
        line, sessions=Shelf(), journal=Journal(), alphabet=GSM7, step_seconds=30, typed_inputs=120, clock=lambda: NOW
    )
    lines: list[str] = []
    while True:
        reply = await engine.answer(Hop("truth", f"truth {typed}", msisdn, typed))
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
        await plant_places()
        await plant_phone(MSISDN, language)
        household_id = await plant_household(household, "99999990", phone=MSISDN)
        for number, pay in enumerate(household.payments):
            await plant_payment(household_id, await plant_round(pay.component, f"Essai {number}"), pay)
        yield
