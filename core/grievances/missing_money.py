"""What a household answers of its money after pay day, and the grievance that comes of a difference with the file."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.grievances.changes import change, write_event
from core.grievances.filing import Filed, Filing, file, filed_before
from core.grievances.locked import lock
from core.grievances.subjects import Category, Subcategory
from core.grievances.vocabulary import STILL_OPEN, GrievanceStep
from core.payments import replies
from core.payments.history import PaymentCard
from core.payments.replies import MoneyReply, reply_of
from core.platform import sql
from core.platform.database import writing
from core.text.formats import amount_phrase, short_date
from core.text.languages import Language
from core.text.words import DESK, label

SUBJECTS: Final = {MoneyReply.NOT_ALL: Subcategory.INCOMPLETE, MoneyReply.NOTHING: Subcategory.NOT_PAID}
"""What a difference is a complaint of."""

CAME_OF_IT: Final = """
SELECT grievance.reference FROM payment_reply JOIN grievance ON grievance.id = payment_reply.grievance_id
WHERE payment_reply.payment_id = %(payment_id)s
"""

TWIN: Final = f"""
SELECT reference FROM grievance WHERE household_id = %(household_id)s AND subcategory = %(subcategory)s
    AND NOT anonymous AND received_at > %(since)s AND {STILL_OPEN} ORDER BY received_at DESC, id DESC LIMIT 1
"""  # noqa: S608 - our own words
SAME_WITHIN: Final = timedelta(days=1)
"""What a household complained of so long ago or less, and complains of again, is one complaint."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers for a household; `key` is the act's own, so that a repeated one files nothing more.

    `borrowed` says that the household gave its number and year of birth on a phone of somebody else.
    """

    key: str
    msisdn: str
    household_id: int
    borrowed: bool
    language: Language


@dataclass(frozen=True, slots=True)
class ComplainedBefore:
    """A grievance came of an earlier answer, or the household complained of it today: that one stands."""

    reference: str


async def answer_for(
    answerer: Answerer, card: PaymentCard, missing_xof: int | None, now: datetime
) -> Filed | ComplainedBefore | None:
    """Write what is missing of a payment of the answerer's household: F CFA, from 5 to all of it; None for nothing.

    A difference is filed as an ordinary grievance, once, and its reference given; None where all came. Answers that
    come together, from two phones of a household, wait for each other.
    """
    async with writing():
        await replies.hold(card.id)
        repeated = await filed_before(answerer.key)
        if repeated is not None:
            return repeated
        reference: str | None = await sql.scalar(CAME_OF_IT, {"payment_id": card.id})
        if reference is not None:
            return ComplainedBefore(reference)
        if missing_xof is None:
            await replies.write(card, None, None, now)
            return None
        twin = await _joined(answerer, card, missing_xof, now)
        filed = twin or await file(_filing(answerer, card, missing_xof), now)
        await replies.write(card, missing_xof, filed.reference, now)
        return filed


async def _joined(answerer: Answerer, card: PaymentCard, missing_xof: int, now: datetime) -> ComplainedBefore | None:
    """Write the answer into what the household complained of the same today; None where there is none."""
    subject = SUBJECTS[reply_of(missing_xof, card.amount_xof)]
    values = {"household_id": answerer.household_id, "subcategory": subject.value, "since": now - SAME_WITHIN}
    reference: str | None = await sql.scalar(TWIN, values)
    case = await lock(reference) if reference else None
    if case is None:
        return None
    words = difference_told(card, missing_xof)
    async with writing() as session:
        await change(session, case, case.state)
        await write_event(session, case, GrievanceStep.ADD, case.state, at=now, note=words, told=True)
    return ComplainedBefore(case.reference)


def _filing(answerer: Answerer, card: PaymentCard, missing_xof: int) -> Filing:
    answer = reply_of(missing_xof, card.amount_xof)
    return Filing(
        key=answerer.key,
        msisdn=answerer.msisdn,
        household_id=answerer.household_id,
        category=Category.PAYMENT.value,
        subcategory=SUBJECTS[answer].value,
        words=difference_told(card, missing_xof),
        anonymous=False,
        call_back=False,
        call_safe=None,
        sms_safe=None,
        language=answerer.language,
        borrowed=answerer.borrowed,
    )


def difference_told(card: PaymentCard, missing_xof: int) -> str:
    """The words of the grievance, for the desk: what was answered, of which payment, and what the file says of it."""
    staff = Language.staff()
    answer = label(reply_of(missing_xof, card.amount_xof), DESK)
    round_ = f"{label(card.component, DESK)}, tour {card.round}, agence {card.agency or 'non précisée'}"
    missing = f"il manque {amount_phrase(staff, missing_xof)} sur {amount_phrase(staff, card.amount_xof)}"
    day = card.paid_on or card.due_date or card.last_day
    state = label(card.state, DESK) + (f" le {short_date(day)}" if day else "")
    return f"Réponse après le jour de paiement : {answer}, {missing}. {round_}. Au fichier : {state}."
