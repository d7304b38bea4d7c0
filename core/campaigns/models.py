"""Campaigns: what is told to many, how far it is, and who decided it."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.campaigns.notes import Note, NoteCode
from core.platform.columns import TableRow, coded, one_of, stamped
from core.text.words import COMMAND, DESK, Word, called


class CampaignKind(Word):
    """What a campaign tells."""

    ANNOUNCE = "announce"
    REMINDER_3 = "reminder3"
    REMINDER_1 = "reminder1"
    MOVED = "moved"
    CANCELLED = "cancelled"
    UNCLAIMED = "unclaimed"
    FREE = "free"
    PERSONAL = "personal"
    """Words with the columns of a spreadsheet, each number's own."""


called(
    CampaignKind,
    DESK,
    {
        CampaignKind.ANNOUNCE: "Annonce du jour",
        CampaignKind.REMINDER_3: "Rappel trois jours avant",
        CampaignKind.REMINDER_1: "Rappel la veille",
        CampaignKind.MOVED: "Jour déplacé",
        CampaignKind.CANCELLED: "Jour annulé",
        CampaignKind.UNCLAIMED: "Argent qui attend",
        CampaignKind.FREE: "Texte libre",
        CampaignKind.PERSONAL: "Message personnel",
    },
)
called(CampaignKind, COMMAND, {kind: kind.value for kind in CampaignKind})

OWN_WORDS: Final = frozenset({CampaignKind.FREE, CampaignKind.PERSONAL})
"""Kinds that say what somebody wrote, and nothing of a round or an event."""


class CampaignState(Word):
    """draft → planned → approved → scheduled → running ⇄ paused → finished | cancelled."""

    DRAFT = "draft"
    PLANNED = "planned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


called(
    CampaignState,
    DESK,
    {
        CampaignState.DRAFT: "brouillon",
        CampaignState.PLANNED: "planifiée, à approuver",
        CampaignState.APPROVED: "approuvée",
        CampaignState.SCHEDULED: "programmée",
        CampaignState.RUNNING: "en cours d'envoi",
        CampaignState.PAUSED: "en pause",
        CampaignState.FINISHED: "terminée",
        CampaignState.CANCELLED: "annulée",
    },
)
called(CampaignState, COMMAND, {state: state.value for state in CampaignState})


class Campaign(TableRow, table=True):
    """A campaign; `planned_by` is None for one that arose from the schedule by itself.

    `audience` is whom it is for, as it was asked. `recipients`, `parts` and `cost_xof` (None: no price is set) are
    those of its plan. The one who approves is not the one who planned, and a second approval is somebody else's again.
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
    audience: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"name": "subject"})
    texts: dict[str, str] | None = Field(default=None, sa_type=JSONB)
    """Free words in each language, by its code."""
    template_id: int | None = Field(default=None, foreign_key="campaign_template.id")
    """The version of the programme's own words that its plan was made with; None for the proven ones."""
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
    """Why it is paused or was cancelled, in the words of a person; else `why_code` and its `why_data` tell."""
    why_code: NoteCode | None = Field(default=None, sa_type=one_of(NoteCode))
    why_data: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    created_at: datetime = stamped()

    @property
    def reason(self) -> Note:
        """Why it is paused or was cancelled."""
        return Note(self.why_code, self.why_data, self.why)

    @reason.setter
    def reason(self, note: Note) -> None:
        self.why, self.why_code = note.words, note.code
        self.why_data = dict(note.data) if note.data else None


class CampaignChange(TableRow, table=True):
    """A change of a campaign's state: when, by whom (None: by itself), from what to what.

    `note` is the words of a person; what we note ourselves is `note_code` and its `note_data`.
    """

    __tablename__ = "campaign_change"

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", ondelete="CASCADE", index=True)
    at: datetime
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    from_state: CampaignState | None = Field(default=None, sa_type=one_of(CampaignState))
    to_state: CampaignState = Field(sa_type=one_of(CampaignState))
    note: str | None = None
    note_code: NoteCode | None = Field(default=None, sa_type=one_of(NoteCode))
    note_data: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))

    @property
    def remark(self) -> Note:
        """What was noted with it."""
        return Note(self.note_code, self.note_data, self.note)


class CampaignTally(TableRow, table=True):
    """The messages of a great campaign as they were counted last, so that who looks does not wait for the count.

    It is good as long as `change_id` is the last change of the campaign. `rows` are those of `sms.campaigns.tally`,
    `communes` those of `sms.campaigns.communes` with the moment at which they were counted (None: never).
    """

    __tablename__ = "campaign_tally"

    campaign_id: int = Field(foreign_key="campaign.id", ondelete="CASCADE", primary_key=True)
    change_id: int
    counted_at: datetime
    put_off: int
    rows: list[dict[str, Any]] = Field(sa_type=JSONB)
    communes: dict[str, Any] | None = Field(default=None, sa_type=JSONB)


class CampaignRuleLook(TableRow, table=True):
    """When a rule of a round was looked at last and had nobody to tell; `day` is the one that a reminder speaks of.

    It holds no round in place: an import that made one is undone though a rule looked at it.
    """

    __tablename__ = "campaign_rule_look"

    round_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: CampaignKind = Field(sa_type=coded(CampaignKind), primary_key=True)
    day: date | None = None
    at: datetime


class CampaignRuleOff(TableRow, table=True):
    """A kind of campaign that shall not arise by itself for a round."""

    __tablename__ = "campaign_rule_off"

    round_id: int = Field(foreign_key="payment_round.id", ondelete="CASCADE", primary_key=True)
    kind: CampaignKind = Field(sa_type=one_of(CampaignKind), primary_key=True)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    at: datetime
