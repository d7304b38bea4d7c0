"""The ledger of SMS: each message, the requests they leave in, and what the gateway said of them.

A message is one row per recipient; a batch is one request to the gateway, whose state tells whether it left. Reports
that came before our own row was written wait in a table of their own.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Index, Integer, Numeric, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.platform.columns import WORD_LETTERS, Row, one_of, stamped
from core.text.languages import Language


class MessageState(StrEnum):
    """Where a message is; a later state never goes back to an earlier one, and a final one never changes.

    left out (never to be sent, with the reason) · planned → accepted → on its way → delivered or failed; planned →
    uncertain (it may have left and nobody answered) → accepted and on, or planned again when a supervisor says so;
    planned → dropped (with the reason); accepted, on its way or uncertain → silent (no report came).
    """

    LEFT_OUT = "left_out"
    PLANNED = "planned"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    ON_ITS_WAY = "on_its_way"
    SILENT = "silent"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


FINAL: Final = frozenset({MessageState.LEFT_OUT, MessageState.DELIVERED, MessageState.FAILED, MessageState.DROPPED})


class BatchState(StrEnum):
    """Where a request is: ready → claimed by a worker → left for the gateway → done → closed (no more reports)."""

    READY = "ready"
    CLAIMED = "claimed"
    LEFT = "left"
    DONE = "done"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why a message was left out, dropped or failed, where it is not the gateway's own word.

    CHANGED: what it would have told has changed since it was planned.
    """

    NO_PHONE = "no_phone"
    NO_DAY = "no_day"
    FIXED_LINE = "fixed_line"
    OPTED_OUT = "opted_out"
    ALREADY_TOLD = "already_told"
    THREE_TODAY = "three_today"
    CHANGED = "changed"
    MISSED_ITS_DAY = "missed_its_day"
    CAMPAIGN_CANCELLED = "cancelled"
    CANNOT_BE_WRITTEN = "cannot_be_written"
    NOT_SENT_AGAIN = "not_sent_again"


class MessageText(Row, table=True):
    """A text as it is sent, once for all who get it; `content` is what it says, the same in each language."""

    __tablename__ = "message_text"

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", ondelete="CASCADE", index=True)
    language: Language = Field(sa_type=one_of(Language))
    content: str
    body: str
    parts: int = Field(sa_type=SmallInteger)
    size: int = Field(sa_type=SmallInteger)
    not_after: datetime | None = None


class SmsBatch(Row, table=True):
    """One request to the gateway: messages with one text, and whether it left."""

    __tablename__ = "sms_batch"
    __table_args__ = (
        Index("ix_sms_batch_ready", "priority", "id", postgresql_where=text("state = 'ready'")),
        Index("ix_sms_batch_out", "worker", postgresql_where=text("state IN ('claimed', 'left')")),
        Index("ix_sms_batch_done", "answered_at", postgresql_where=text("state = 'done'")),
        Index("ix_sms_batch_uncertain", "answered_at", postgresql_where=text("uncertain")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", ondelete="CASCADE", index=True)
    text_id: int | None = Field(default=None, foreign_key="message_text.id", ondelete="CASCADE", index=True)
    operator: str | None = Field(default=None, max_length=WORD_LETTERS)
    priority: int = Field(sa_type=SmallInteger)
    prompt: bool
    """Whether it answers somebody who is there now, so that it goes at any hour."""
    not_before: datetime
    not_after: datetime | None = None
    state: BatchState = Field(sa_type=one_of(BatchState))
    worker: str | None = None
    claimed_at: datetime | None = None
    left_at: datetime | None = None
    answered_at: datetime | None = None
    uncertain: bool = False


class Message(Row, table=True):
    """What one number is told once; without a campaign it is a single notice, written from `filling` when it is sent.

    `household_ids` are those it speaks of; `told`, beside them, is what their payment was when it was planned, hashed.
    `attempts` are those that the gateway refused for this number and that may be tried again. `cost` is in `currency`,
    as the gateway told it.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("uq_message_msisdn_campaign_id", "msisdn", "campaign_id", unique=True),
        Index("uq_message_key", "key", unique=True, postgresql_where=text("key IS NOT NULL")),
        Index("ix_message_household_ids", "household_ids", postgresql_using="gin"),
        Index("ix_message_provider_id", "provider_id", postgresql_where=text("provider_id IS NOT NULL")),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", ondelete="CASCADE", index=True)
    batch_id: int | None = Field(
        default=None, foreign_key="sms_batch.id", ondelete="SET NULL", index=True, sa_type=BigInteger
    )
    kind: str = Field(max_length=WORD_LETTERS)
    key: str | None = None
    msisdn: str | None = None
    operator: str | None = Field(default=None, max_length=WORD_LETTERS)
    household_ids: list[int] = Field(sa_type=ARRAY(Integer))
    told: list[int] | None = Field(default=None, sa_type=ARRAY(Integer))
    commune_pcode: str | None = None
    language: Language | None = Field(default=None, sa_type=one_of(Language))
    filling: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    state: MessageState = Field(sa_type=one_of(MessageState))
    reason: str | None = None
    provider_id: str | None = None
    attempts: int = Field(default=0, sa_type=SmallInteger)
    was_uncertain: bool = False
    cost: Decimal | None = Field(default=None, sa_type=Numeric(12, 4))
    currency: str | None = Field(default=None, max_length=3)
    planned_at: datetime = stamped()
    final_at: datetime | None = None


class EarlyReport(Row, table=True):
    """The furthest report of an id that no message of ours has: it came before our own row, or is not ours."""

    __tablename__ = "early_report"

    provider_id: str = Field(primary_key=True)
    msisdn: str = Field(index=True)
    state: MessageState = Field(sa_type=one_of(MessageState))
    reason: str | None = None
    received_at: datetime = Field(index=True)


class InboundSms(Row, table=True):
    """A message somebody sent us, by the gateway's id: what was understood, never the words."""

    __tablename__ = "inbound_sms"
    __table_args__ = (Index("ix_inbound_sms_msisdn_at", "msisdn", "at"),)

    gateway_id: str = Field(primary_key=True)
    msisdn: str
    intent: str = Field(max_length=WORD_LETTERS)
    at: datetime
    answered: bool


class SmsWorker(Row, table=True):
    """A worker that sends, and when it last said that it lives."""

    __tablename__ = "sms_worker"

    name: str = Field(primary_key=True)
    started_at: datetime
    seen_at: datetime


class SmsPace(Row, table=True):
    """How fast an operator, or `all` together, may be sent to; `hold_until` is when the gateway asked to wait for."""

    __tablename__ = "sms_pace"

    name: str = Field(primary_key=True, max_length=WORD_LETTERS)
    next_free: datetime
    hold_until: datetime | None = None
    why: str | None = None
