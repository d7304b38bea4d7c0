"""Invented complaints, and what their reference shows on the line and by SMS."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

from hypothesis import given
from hypothesis import settings as trial_settings
from hypothesis import strategies as st

from core.grievances.models import Grievance, GrievanceEvent
from core.grievances.subjects import Category, Sensitivity, Subcategory
from core.grievances.vocabulary import Channel, GrievanceState, GrievanceStep, Level
from core.outbox.notice_kinds import NoticeKind
from core.platform.database import undone, writing
from core.text.alphabet import GSM7
from core.text.languages import Language
from core.text.translator import translator
from proof.histories import EDGES, NotSo, Tried, dialled
from proof.planting import plant_phone
from proof.truth import NOW, TODAY, differs, kept
from proof.truth_of_grievances import REFERENCE, Complaint, must_be_sent, must_be_shown
from sms.outbox.notice_texts import Occasion, notice_text

ASKING: Final = "+22376999999"
TYPED: Final = f"4*1*{REFERENCE}"
"""A complaint by its reference, from a phone that filed none."""

complaints = st.builds(
    Complaint,
    state=st.sampled_from(tuple(state.value for state in GrievanceState)),
    received=st.integers(-400, 0),
    due=st.integers(-3, 3) | st.sampled_from(EDGES),
    answer=st.sampled_from(("", "Venez mardi.")),
    again=st.booleans(),
    secret=st.booleans(),
    question=st.sampled_from(("", "Quel jour ?")),
    said=st.booleans(),
)
over = complaints.filter(lambda complaint: complaint.state == "closed" and not complaint.secret).map(
    lambda complaint: replace(complaint, withdrawn=True, said=False, answer="")
)
unheard = over.map(lambda complaint: replace(complaint, withdrawn=False, unheard=True))


def hold_complaints(runner: asyncio.Runner, examples: int) -> Tried:
    """Try so many complaints on the open database of `runner`'s loop; raises NotSo with the smallest that differs."""
    tried = Tried()

    @trial_settings(max_examples=examples, deadline=None, database=None)
    @given(complaint=complaints | over | unheard)
    def one(complaint: Complaint) -> None:
        tried.answers += 2 * len(Language)
        wrong = runner.run(complaint_differences(complaint))
        if wrong:
            raise NotSo("\n".join([str(complaint), *wrong]))

    one()
    return tried


async def complaint_differences(complaint: Complaint) -> Sequence[str]:
    """Where its page or the SMS tells something else than the oracle, in each language."""
    wrong = []
    for language in Language:
        async with _planted(complaint, language):
            page = differs(await dialled(ASKING, TYPED), [[must_be_shown(complaint, language)]])
            occasion = Occasion(ASKING, {"ref": REFERENCE}, NOW)
            sms = GSM7.prepare(await notice_text(NoticeKind.STATUS, occasion, translator(language)))
            text = sms if complaint.secret else sms.partition(":")[2]
            sent = differs(text, kept([[must_be_sent(complaint, language)]], language))
            wrong += [f"{where} ({language}): {each}" for where, each in (("page", page), ("SMS", sent)) if each]
    return wrong


@asynccontextmanager
async def _planted(complaint: Complaint, language: Language) -> AsyncIterator[None]:
    """The complaint, which has no owner but who knows its number, and the phone that asks, until the end."""
    async with undone():
        await plant_phone(ASKING, language)
        decided = complaint.state in ("resolved", "rejected", "closed")
        async with writing() as session:
            grievance = (
                Grievance(
                    reference=REFERENCE, filing_key="truth", channel=Channel.USSD, category=Category.PAYMENT,
                    subcategory=Subcategory.NOT_PAID,
                    sensitivity=Sensitivity.SENSITIVE if complaint.secret else Sensitivity.ORDINARY,
                    msisdn=None, anonymous=False, beneficiary=True, language=language, call_back=False,
                    state=GrievanceState(complaint.state), level=Level.COMMUNE,
                    first_answer_due=TODAY, decision_due=TODAY + timedelta(days=complaint.due),
                    answer=complaint.answer or None, received_at=NOW + timedelta(days=complaint.received),
                    decided_at=NOW if decided and not (complaint.withdrawn or complaint.unheard) else None,
                    reopen_count=int(complaint.again), solved=True if complaint.said else None,
                    withdrawn_at=NOW if complaint.withdrawn else None,
                    lapsed_at=NOW if complaint.unheard else None,
                )
            )  # fmt: skip
            session.add(grievance)
            await session.flush()
            if complaint.question:
                session.add(_asked(grievance, complaint.question))
                await session.flush()
        yield


def _asked(grievance: Grievance, question: str) -> GrievanceEvent:
    waiting = GrievanceState.WAITING
    return GrievanceEvent(
        grievance_id=grievance.id or 0, at=NOW, kind=GrievanceStep.ASK, to_state=waiting, note=question, told=True
    )
