"""What somebody on call is told: that something stands still, once, and once more when it is over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

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
    RECEIVER = "receiver"
    """Another system takes no events any more, and was switched off: its name and the receiver's number."""


called(
    AlarmKind,
    DESK,
    {
        AlarmKind.PAUSED: "campagne arrêtée",
        AlarmKind.BALANCE: "solde bas",
        AlarmKind.WORKER: "processus d'envoi disparu",
        AlarmKind.REPORTS: "plus d'accusés",
        AlarmKind.RECEIVER: "système sourd",
    },
)

TO_DO: Final[Mapping[AlarmKind, str]] = {
    AlarmKind.PAUSED: "Ouvrez la campagne, voyez pourquoi, puis faites-la reprendre ou annulez-la.",
    AlarmKind.BALANCE: "Faites recharger le compte de cette passerelle.",
    AlarmKind.WORKER: "Appelez l'exploitant : il relance ce processus. S'il n'y en a pas d'autre, rien ne part.",
    AlarmKind.REPORTS: "Appelez l'exploitant : il vérifie l'adresse où la passerelle envoie ses accusés.",
    AlarmKind.RECEIVER: "Appelez qui tient ce système ; puis l'exploitant : jigi api switch-on.",
}
"""What is to be done, as the desk says it."""


class Alarm(TableRow, table=True):
    """Something that stands still since a moment, when it was told, when it was over and when that was told.

    It is open once for each kind and what it is about. It is noted as told before it is told: never twice.
    `taken_until`: it reached nobody, and is tried again from then on.
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
