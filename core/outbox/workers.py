"""Tables of those who send: the workers that live, and how fast each way out may be used."""

from datetime import datetime

from sqlmodel import Field

from core.platform.columns import WORD_LETTERS, TableRow


class SmsWorker(TableRow, table=True):
    """A worker that sends, and when it last said that it lives."""

    __tablename__ = "sms_worker"

    name: str = Field(primary_key=True)
    started_at: datetime
    seen_at: datetime


class SmsPace(TableRow, table=True):
    """How fast an operator, `all` together, or a route (`*>orange`, `malitel>smpp`) may be sent to; notices with `!`.

    `hold_until` is when a gateway is tried again that asked to wait, is down or refuses. `balance` is what it said
    `balance_at` that is left, in its words; `messages_left` is its number where it counts SMS.
    """

    __tablename__ = "sms_pace"

    name: str = Field(primary_key=True, max_length=2 * WORD_LETTERS + 1)
    next_free: datetime
    hold_until: datetime | None = None
    why: str | None = None
    balance: str | None = None
    messages_left: int | None = None
    balance_until: datetime | None = None
    balance_at: datetime | None = None
