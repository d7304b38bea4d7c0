"""What households reply once pay day is over: whether the money came, all of it, not all, or nothing.

A payment is asked about while nobody replied for it, and

| its phase on the day | it is asked about |
|---|---|
| paid | so many days from when it was paid (`JIGI_PAYMENT_REPLY_DAYS`) |
| overdue | always: its window ended without a word of the file |
| any other | never |
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Index, text
from sqlmodel import Field

from core.numbers.identifiers import digits
from core.payments import history
from core.payments.account import MoneyAccount, PaymentNews, PaymentPhase, account_in, phase_of
from core.payments.history import CARD, HouseholdPayment, PaymentCard, unsettled_in
from core.payments.states import COMING, PaymentState
from core.platform import sql
from core.platform.columns import TableRow, listed, one_of
from core.platform.locks import by_name
from core.platform.settings.in_force import in_force
from core.text.translator import N_
from core.text.words import DESK, LINE, Word, called


class MoneyReply(Word):
    """Whether the money of a payment came."""

    ALL = "all"
    NOT_ALL = "not_all"
    NOTHING = "nothing"


called(
    MoneyReply,
    LINE,
    {
        MoneyReply.ALL: N_("All of it"),
        MoneyReply.NOT_ALL: N_("Incomplete money"),
        MoneyReply.NOTHING: N_("I got no money"),
    },
)
called(
    MoneyReply,
    DESK,
    {MoneyReply.ALL: "tout reçu", MoneyReply.NOT_ALL: "reçu en partie", MoneyReply.NOTHING: "rien reçu"},
)

LEAST_XOF: Final = 5
"""The smallest coin: less cannot be missing, and nobody is asked about less."""


class PaymentReply(TableRow, table=True):
    """What a household replied for a payment; `missing_xof` (F CFA) is None where all came.

    `grievance_id` is the grievance that came of it; the reply stands for good then.
    """

    __tablename__ = "payment_reply"
    __table_args__ = (
        Index("ix_payment_reply_at", "at"),
        Index("ix_payment_reply_grievance_id", "grievance_id", postgresql_where=text("grievance_id IS NOT NULL")),
    )

    payment_id: int = Field(foreign_key="payment.id", ondelete="CASCADE", primary_key=True)
    reply: MoneyReply = Field(sa_type=one_of(MoneyReply))
    missing_xof: int | None = None
    grievance_id: int | None = Field(default=None, foreign_key="grievance.id")
    at: datetime


UNREPLIED: Final = f"""
{CARD} WHERE payment.household_id = %(household_id)s AND payment.amount_xof >= {LEAST_XOF}
    AND (payment.state = '{PaymentState.PAID}'
             AND coalesce(payment.paid_on, payment.due_date, payment.last_day) >= %(since)s
         OR payment.state IN {listed(COMING)} AND coalesce(payment.last_day, payment.due_date) < %(today)s)
    AND NOT EXISTS (SELECT FROM payment_reply WHERE payment_reply.payment_id = payment.id)
ORDER BY coalesce(payment.paid_on, payment.due_date, payment.last_day) DESC, payment.id DESC
"""
BOTH: Final = """
SELECT false AS asked, unsettled.* FROM ({unsettled}) AS unsettled
UNION ALL SELECT true, NULL, NULL, unreplied.*, NULL FROM ({unreplied}) AS unreplied
"""
OWN: Final = f"{CARD} WHERE payment.id = %(payment_id)s AND payment.household_id = %(household_id)s"
ONE_AT_A_TIME: Final = f"SELECT {by_name('reply for', 'payment_id')}"
WRITE: Final = """
INSERT INTO payment_reply AS earlier (payment_id, reply, missing_xof, grievance_id, at)
VALUES (%(payment_id)s, %(reply)s, %(missing_xof)s, (
    SELECT id FROM grievance WHERE reference = %(reference)s), %(at)s)
ON CONFLICT (payment_id) DO UPDATE
SET reply = excluded.reply, missing_xof = excluded.missing_xof, grievance_id = excluded.grievance_id, at = excluded.at
WHERE earlier.grievance_id IS NULL
"""
_SUM: Final = re.compile(r"(\d{1,9})(?:f|fcfa|cfa|francs?)?")


@dataclass(frozen=True, slots=True)
class Replied:
    """What a household said of a payment; `missing_xof` (F CFA) is None where all came."""

    payment_id: int
    reply: MoneyReply
    missing_xof: int | None


REPLIED: Final = """
SELECT payment_id, reply, missing_xof FROM payment_reply JOIN payment ON payment.id = payment_id
WHERE household_id = %(household_id)s
"""


async def replies_of(household_id: int) -> Mapping[int, Replied]:
    """What a household said of its payments, by their ids."""
    rows = await sql.rows(Replied, REPLIED, {"household_id": household_id})
    return {row.payment_id: row for row in rows}


async def unreplied(household_id: int, today: date) -> tuple[PaymentNews, ...]:
    """The payments that a household is asked about on a day, the newest first."""
    return _asked_about(await sql.rows(PaymentCard, UNREPLIED, _asking(household_id, today)), today)


@dataclass(frozen=True, slots=True)
class MoneyQuestions:
    """The money of a household on a day, and the payments that it is asked about, the newest first."""

    account: MoneyAccount | None
    unreplied: tuple[PaymentNews, ...]


@dataclass(frozen=True, slots=True)
class _AskedPayment(HouseholdPayment):
    """A payment that belongs to the account or, `asked`, to what nobody replied for."""

    asked: bool


async def account_and_unreplied(household_id: int, today: date) -> MoneyQuestions:
    """What `account` and `unreplied` tell, in one query: the payments of a household are what is asked for most."""
    statement = BOTH.format(unsettled=history.UNSETTLED, unreplied=UNREPLIED)
    rows = await sql.rows(_AskedPayment, statement, _asking(household_id, today))
    unsettled = unsettled_in([row for row in rows if not row.asked])
    asked = sorted((row for row in rows if row.asked), key=_newest, reverse=True)
    return MoneyQuestions(account_in(unsettled, today), _asked_about(asked, today))


def _newest(card: PaymentCard) -> tuple[date, int]:
    return card.paid_on or card.due_date or card.last_day or date.min, card.id


def _asking(household_id: int, today: date) -> dict[str, object]:
    since = today - timedelta(days=in_force().payment_reply_days)
    return {"household_id": household_id, "today": today, "since": since}


def _asked_about(cards: Sequence[PaymentCard], today: date) -> tuple[PaymentNews, ...]:
    days = in_force().payment_reply_days
    return tuple(PaymentNews(phase, card) for card in cards if (phase := asked_as(card, today, days)))


def asked_as(card: PaymentCard, today: date, days: int) -> PaymentPhase | None:
    """The phase that a payment is asked about in, `days` after it was paid at the most; None where it is not asked."""
    phase = phase_of(card, today)
    if phase is PaymentPhase.OVERDUE:
        return phase
    day = card.paid_on or card.due_date or card.last_day
    if phase is PaymentPhase.PAID and day is not None and 0 <= (today - day).days <= days:
        return phase
    return None


async def own_payment(payment_id: int, household_id: int) -> PaymentCard | None:
    """A payment by its id; None where it is not this household's."""
    return await sql.row(PaymentCard, OWN, {"payment_id": payment_id, "household_id": household_id})


def missing_sum(typed: str, amount_xof: int) -> int | None:
    """The F CFA that are missing, from 5 to all of it, as somebody types them; None for what is no such sum."""
    written = _SUM.fullmatch(digits(typed).lower())
    if written is None:
        return None
    return xof if LEAST_XOF <= (xof := int(written[1])) <= amount_xof else None


def reply_of(missing_xof: int | None, amount_xof: int) -> MoneyReply:
    """What it comes to when so much (F CFA; None: nothing) is missing of a sum."""
    if missing_xof is None:
        return MoneyReply.ALL
    return MoneyReply.NOT_ALL if missing_xof < amount_xof else MoneyReply.NOTHING


async def hold(payment_id: int) -> None:
    """Let nobody else reply for a payment until the transaction under way is over."""
    await sql.execute(ONE_AT_A_TIME, {"payment_id": payment_id})


async def write(card: PaymentCard, missing_xof: int | None, reference: str | None, now: datetime) -> None:
    """Write a reply with the grievance that came of it; it replaces an earlier one that no grievance came of."""
    values = {
        "payment_id": card.id,
        "reply": reply_of(missing_xof, card.amount_xof).value,
        "missing_xof": missing_xof,
        "reference": reference,
        "at": now,
    }
    await sql.execute(WRITE, values)
