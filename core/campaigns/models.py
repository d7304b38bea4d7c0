"""Campaigns: what is told to many, how far it is, and who decided it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.platform.columns import Row, one_of, stamped


class CampaignKind(StrEnum):
    """What a campaign tells."""

    ANNOUNCE = "announce"
    REMINDER_3 = "reminder3"
    REMINDER_1 = "reminder1"
    MOVED = "moved"
    CANCELLED = "cancelled"
    UNCLAIMED = "unclaimed"
    FREE = "free"


class CampaignState(StrEnum):
    """draft → planned → approved → scheduled → running ⇄ paused → finished | cancelled."""

    DRAFT = "draft"
    PLANNED = "planned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Campaign(Row, table=True):
    """A campaign; `planned_by` is None for one that arose from the schedule by itself.

    `subject` is whom it is for, as it was asked. `recipients`, `parts` and `cost_xof` (None: no price is set) are those
    of its plan. The one who approves is not the one who planned, and a second approval is somebody else's again.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("approved_by <> planned_by", name="ck_campaign_four_eyes"),
        CheckConstraint(
            "second_approved_by <> planned_by AND second_approved_by <> approved_by", name="ck_campaign_six_eyes"
        ),
        Index("ix_campaign_round_id_kind", "round_id", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: CampaignKind = Field(sa_type=one_of(CampaignKind))
    title: str
    round_id: int | None = Field(default=None, foreign_key="payment_round.id")
    subject: dict[str, Any] = Field(sa_type=JSONB)
    text_fr: str | None = None
    text_bm: str | None = None
    state: CampaignState = Field(sa_type=one_of(CampaignState))
    planned_by: int | None = Field(default=None, foreign_key="agent.id")
    approved_by: int | None = Field(default=None, foreign_key="agent.id")
    second_approved_by: int | None = Field(default=None, foreign_key="agent.id")
    needs_second: bool = False
    recipients: int = Field(default=0, sa_type=Integer)
    parts: int = Field(default=0, sa_type=Integer)
    cost_xof: int | None = None
    starts_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    why: str | None = None
    """Why it is paused or was cancelled."""
    created_at: datetime = stamped()


class CampaignChange(Row, table=True):
    """A change of a campaign's state: when, by whom (None: by itself), from what to what."""

    __tablename__ = "campaign_change"

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", ondelete="CASCADE", index=True)
    at: datetime
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    from_state: CampaignState | None = Field(default=None, sa_type=one_of(CampaignState))
    to_state: CampaignState = Field(sa_type=one_of(CampaignState))
    note: str | None = None


class CampaignRuleOff(Row, table=True):
    """A kind of campaign that shall not arise by itself for a round."""

    __tablename__ = "campaign_rule_off"

    round_id: int = Field(foreign_key="payment_round.id", ondelete="CASCADE", primary_key=True)
    kind: CampaignKind = Field(sa_type=one_of(CampaignKind), primary_key=True)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    at: datetime
