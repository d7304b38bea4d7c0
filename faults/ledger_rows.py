"""The ledger as it stands after a run."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import col, select

from core.campaigns.models import Campaign, CampaignState
from core.numbers.msisdn import Operator
from core.outbox.messages import UNFINISHED, BatchState, MessageState, SmsBatch
from core.platform import sql
from core.platform.database import reading
from sms.outbox.delivery import id_of

MESSAGES: Final = """
SELECT message.id, message.campaign_id, message.msisdn, message.state, message.reason, message.provider_id,
    message.gateway, message.operator, message.was_uncertain, message.attempts, sms_batch.state AS batch_state,
    sms_batch.left_at, message_text.body
FROM message LEFT JOIN sms_batch ON sms_batch.id = message.batch_id
LEFT JOIN message_text ON message_text.id = sms_batch.text_id
WHERE message.key IS NULL OR message.key NOT LIKE 'answer %%' ORDER BY message.id
"""
"""Without what answers a phone that wrote: its own reports and ends are no business of a campaign."""

EARLY: Final = f"SELECT gateway, {id_of('early_report')} AS name FROM early_report"  # noqa: S608
EARLY_OF_OURS: Final = f"""
SELECT message.provider_id FROM early_report
JOIN message ON message.gateway = early_report.gateway AND message.provider_id = {id_of("early_report")}
WHERE early_report.msisdn IN ('', message.msisdn) ORDER BY 1
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message, the state of its request and the text that it sent."""

    id: int
    campaign_id: int | None
    msisdn: str | None
    state: MessageState
    reason: str | None
    provider_id: str | None
    gateway: str
    operator: Operator | None
    was_uncertain: bool
    attempts: int
    batch_state: BatchState | None
    left_at: datetime | None
    body: str | None

    @property
    def given_id(self) -> tuple[str, str] | None:
        """The gateway and the id that it gave, None where it gave none."""
        return None if self.provider_id is None else (self.gateway, self.provider_id)


@dataclass(frozen=True, slots=True)
class _Early:
    """A report that waits: its gateway, and that one's name for the message."""

    gateway: str
    name: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """All messages; requests that are not over; ids of early reports that are a message's, and of all; the campaign."""

    messages: tuple[MessageRow, ...]
    open_batches: tuple[str, ...]
    early_of_ours: tuple[str, ...]
    early: frozenset[tuple[str, str]]
    campaign_state: CampaignState
    planned_recipients: int


async def ledger() -> Ledger:
    """Read it."""
    unfinished = select(SmsBatch).where(col(SmsBatch.state).in_(UNFINISHED)).order_by(col(SmsBatch.id))
    async with reading() as session:
        batches = (await session.exec(unfinished)).all()
        campaign = (await session.exec(select(Campaign))).one()
        return Ledger(
            messages=tuple(await sql.rows(MessageRow, MESSAGES)),
            open_batches=tuple(f"request {each.id} is {each.state} (worker {each.worker})" for each in batches),
            early_of_ours=tuple(await sql.scalars(EARLY_OF_OURS)),
            early=frozenset((each.gateway, each.name) for each in await sql.rows(_Early, EARLY)),
            campaign_state=campaign.state,
            planned_recipients=campaign.recipients,
        )
