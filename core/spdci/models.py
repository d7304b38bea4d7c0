"""The tables of SPDCI: what partners sent us, and what we asked that is answered later."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.platform.columns import TableRow, coded, one_of
from core.spdci.vocabulary import SpdciAction
from core.text.words import Code


class AskingState(Code):
    """How far something is that we asked and that is answered later.

    sent → taken → answered, or subscribed → unsubscribed; rejected or failed where it was not taken.
    """

    SENT = "sent"
    TAKEN = "taken"
    ANSWERED = "answered"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    REJECTED = "rejected"
    FAILED = "failed"


class SpdciMessage(TableRow, table=True):
    """A message of a partner, taken once; `outcomes` is what became of each request in it, without what was found.

    What is answered later (`reply`, to `reply_path` below where the partner takes it) is kept until it is delivered, or
    given up after some tries.
    """

    __tablename__ = "spdci_message"
    __table_args__ = (
        UniqueConstraint("system", "message_id"),
        Index("ix_spdci_message_transaction", "system", "transaction_id"),
        Index("ix_spdci_message_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_spdci_message_received_at", "received_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    system: str = Field(max_length=32)
    message_id: str = Field(max_length=99)
    action: SpdciAction = Field(sa_type=coded(SpdciAction))
    transaction_id: str = Field(max_length=99)
    correlation_id: str = Field(max_length=99)
    outcomes: list[dict[str, Any]] = Field(sa_type=JSONB)
    received_at: datetime
    reply: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    reply_action: SpdciAction | None = Field(default=None, sa_type=coded(SpdciAction))
    reply_path: str | None = None
    attempts: int = Field(default=0, sa_type=SmallInteger)
    next_at: datetime | None = None
    replied_at: datetime | None = None


class SpdciAsking(TableRow, table=True):
    """Something that we asked a partner and that is answered later, at an address with a token of its own.

    What was looked for is not kept. `codes` are those of the subscription, `batches` those that what arrived became.
    """

    __tablename__ = "spdci_asking"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    partner: str = Field(max_length=32)
    action: SpdciAction = Field(sa_type=coded(SpdciAction))
    token_digest: str = Field(unique=True, max_length=64)
    transaction_id: str = Field(max_length=99)
    correlation_id: str | None = Field(default=None, max_length=99)
    state: AskingState = Field(sa_type=one_of(AskingState))
    fault: str | None = Field(default=None, max_length=60)
    codes: list[str] = Field(sa_type=ARRAY(String))
    batches: list[int] = Field(sa_type=ARRAY(BigInteger))
    asked_at: datetime
    ended_at: datetime | None = None
