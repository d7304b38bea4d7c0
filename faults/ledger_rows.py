"""The ledger as it stands after a run."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text

from core.outbox.messages import MessageState
from core.platform import database

MESSAGES: Final = text("""
SELECT message.id, message.campaign_id, message.msisdn, message.state, message.reason, message.provider_id,
    message.was_uncertain, message.attempts, sms_batch.state AS batch_state, sms_batch.left_at, message_text.body
FROM message LEFT JOIN sms_batch ON sms_batch.id = message.batch_id
LEFT JOIN message_text ON message_text.id = sms_batch.text_id ORDER BY message.id
""")
OPEN_BATCHES: Final = text(
    "SELECT id, state, worker FROM sms_batch WHERE state IN ('ready', 'claimed', 'left') ORDER BY id"
)
EARLY: Final = text("SELECT provider_id FROM early_report JOIN message USING (provider_id) ORDER BY provider_id")
STRANGE: Final = text("SELECT provider_id FROM early_report ORDER BY provider_id")
CAMPAIGN: Final = text("SELECT state, recipients FROM campaign")


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message, the state of its request and the text that it sent."""

    id: int
    campaign_id: int | None
    msisdn: str | None
    state: MessageState
    reason: str | None
    provider_id: str | None
    was_uncertain: bool
    attempts: int
    batch_state: str | None
    left_at: datetime | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """All messages; requests that are not over; ids of early reports that are a message's, and of all; the campaign."""

    messages: tuple[MessageRow, ...]
    open_batches: tuple[str, ...]
    early_of_ours: tuple[str, ...]
    early: frozenset[str]
    campaign_state: str
    planned_recipients: int


async def ledger() -> Ledger:
    """Read it."""
    async with database.reading() as connection:
        messages = (await connection.execute(MESSAGES)).all()
        batches = (await connection.execute(OPEN_BATCHES)).all()
        ours = await connection.scalars(EARLY)
        early = await connection.scalars(STRANGE)
        campaign = (await connection.execute(CAMPAIGN)).one()
    return Ledger(
        messages=tuple(MessageRow(row[0], row[1], row[2], MessageState(row[3]), *row[4:]) for row in messages),
        open_batches=tuple(f"request {row.id} is {row.state} (worker {row.worker})" for row in batches),
        early_of_ours=tuple(ours),
        early=frozenset(early),
        campaign_state=campaign.state,
        planned_recipients=campaign.recipients,
    )
