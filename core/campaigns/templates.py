"""Templates: what a programme says in its own words of each kind of campaign, version by version."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.campaigns.models import CampaignKind
from core.platform.columns import TableRow, coded, one_of, stamped
from core.text.words import COMMAND, DESK, Word, called


class TemplateState(Word):
    """proposed → approved | dismissed. The version of a kind that was approved last is the one that is used."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DISMISSED = "dismissed"


called(
    TemplateState,
    DESK,
    {
        TemplateState.PROPOSED: "proposé, à approuver",
        TemplateState.APPROVED: "approuvé",
        TemplateState.DISMISSED: "pas retenu",
    },
)
called(TemplateState, COMMAND, {state: state.value for state in TemplateState})


class CampaignTemplate(TableRow, table=True):
    """A version of the words of a kind; `texts` are its words by language code, None for the proven ones.

    The one who approves is not the one who wrote; to go back to the proven words needs no second person. `of_id` is the
    version that this one brings back.
    """

    __tablename__ = "campaign_template"
    __table_args__ = (
        CheckConstraint(
            "texts IS NULL OR state <> 'approved' OR (decided_by IS NOT NULL AND decided_by <> written_by)",
            name="ck_campaign_template_four_eyes",
        ),
        Index("uq_campaign_template_proposed", "kind", unique=True, postgresql_where=text("state = 'proposed'")),
        Index("ix_campaign_template_kind_decided_at", "kind", "decided_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: CampaignKind = Field(sa_type=coded(CampaignKind))
    texts: dict[str, str] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    state: TemplateState = Field(sa_type=one_of(TemplateState))
    of_id: int | None = Field(default=None, foreign_key="campaign_template.id")
    written_by: int = Field(foreign_key="agent.id")
    written_at: datetime = stamped()
    decided_by: int | None = Field(default=None, foreign_key="agent.id")
    decided_at: datetime | None = None
