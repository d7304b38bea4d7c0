"""What somebody on call is told: that something stands still, once, and once more when it is over."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.platform.columns import TableRow, coded
from core.text.words import DESK, Word, called


class AlarmKind(Word):
    """What somebody on call is told of; `about` beside it says which."""

    PAUSED = "paused"
    """A campaign paused by itself: its number."""
    BALANCE = "balance"
    """Too little is left at a gateway: its name."""
    WORKER = "worker"
    """A worker said nothing more: its name."""
    REPORTS = "reports"
    """No delivery report comes any more: the gateway's name."""


called(
    AlarmKind,
    DESK,
    {
        AlarmKind.PAUSED: "campagne arrêtée",
        AlarmKind.BALANCE: "solde bas",
        AlarmKind.WORKER: "processus d'envoi disparu",
        AlarmKind.REPORTS: "plus d'accusés",
    },
)


class Alarm(TableRow, table=True):
    """Something that stands still since a moment, when it was told, when it was over and when that was told.

    It is open once for each kind and what it is about. `taken_until`: a process is telling it, so long at most.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        Index("uq_alarm_kind_about", "kind", "about", unique=True, postgresql_where=text("over_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: AlarmKind = Field(sa_type=coded(AlarmKind))
    about: str
    detail: dict[str, Any] = Field(sa_type=JSONB)
    since: datetime
    told_at: datetime | None = None
    over_at: datetime | None = None
    over_told_at: datetime | None = None
    taken_until: datetime | None = None
