"""Events that other systems are told of: queued by the database in the transaction of what they tell.

No event has words, names or numbers of telephones; none is of a sensitive grievance. Triggers write them (migration
0048), so that whatever changes a row, by whatever door, is told.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Index, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.outbox.signing import SigningScheme
from core.platform.columns import TableRow, coded, one_of
from core.staff.agents import Scope
from core.text.words import DESK, Code, Word, called


class EventKind(Word):
    """What happened."""

    GRIEVANCE_FILED = "grievance.filed"
    GRIEVANCE_DECIDED = "grievance.decided"
    GRIEVANCE_REOPENED = "grievance.reopened"
    MESSAGE_DELIVERED = "message.delivered"
    MESSAGE_FAILED = "message.failed"
    CAMPAIGN_ENDED = "campaign.ended"
    CORRECTION_MADE = "correction.made"
    PAYMENT_REPLIED = "payment.replied"
    TEST = "test"
    """Nothing happened: somebody tries whether a receiver takes events."""


EVENTS: Final = called(
    EventKind,
    DESK,
    {
        EventKind.GRIEVANCE_FILED: "plainte reçue",
        EventKind.GRIEVANCE_DECIDED: "plainte décidée",
        EventKind.GRIEVANCE_REOPENED: "plainte rouverte",
        EventKind.MESSAGE_DELIVERED: "SMS d'une campagne arrivé",
        EventKind.MESSAGE_FAILED: "SMS d'une campagne échoué",
        EventKind.CAMPAIGN_ENDED: "campagne finie",
        EventKind.CORRECTION_MADE: "correction du registre",
        EventKind.PAYMENT_REPLIED: "réponse à « avez-vous reçu ? »",
        EventKind.TEST: "essai",
    },
)
WANTED: Final = tuple(kind for kind in EventKind if kind is not EventKind.TEST)
"""What a receiver can be told of; a test is for whom it is sent to."""


class SendingState(Code):
    """Where an event is on its way to a receiver."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DROPPED = "dropped"
    """It is of a grievance that became sensitive meanwhile."""


class ReceiverFault(Word):
    """Why a receiver took nothing, the last time."""

    ANSWER = "answer"
    """It answered something else than that it took it."""
    SILENCE = "silence"
    INSIDE = "inside"
    """Its address led to a network that is not the outside."""


called(
    ReceiverFault,
    DESK,
    {
        ReceiverFault.ANSWER: "a répondu autre chose",
        ReceiverFault.SILENCE: "n'a pas répondu",
        ReceiverFault.INSIDE: "adresse d'un réseau privé : rien n'est envoyé",
    },
)


class EventReceiver(TableRow, table=True):
    """Where a system is told of events, and what they are signed with: `whsec_…` or `whsk_…`, two while it changes.

    While it is off (`off_at`) its events wait. `failing_since` is when it took none any more, `taken_at` when it last
    did, to the minute; `fault` is why it did not the last time, with the status it answered.
    """

    __tablename__ = "event_receiver"

    id: int | None = Field(default=None, primary_key=True)
    system: str = Field(max_length=32)
    url: str
    kinds: list[str] = Field(sa_type=ARRAY(String))
    scheme: SigningScheme = Field(sa_type=one_of(SigningScheme))
    secret: str
    earlier_secret: str | None = None
    scope_kind: Scope = Field(sa_type=one_of(Scope))
    scope_code: str | None = None
    made_at: datetime
    failing_since: datetime | None = None
    off_at: datetime | None = None
    withdrawn_at: datetime | None = None
    taken_at: datetime | None = None
    fault: ReceiverFault | None = Field(default=None, sa_type=one_of(ReceiverFault))
    fault_status: int | None = Field(default=None, sa_type=SmallInteger)


class OutgoingEvent(TableRow, table=True):
    """Something that happened, once for all who hear of it; `about` is what it happened to: `grievance 1234567`."""

    __tablename__ = "outgoing_event"
    __table_args__ = (Index("ix_outgoing_event_at", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    key: str = Field(unique=True)
    """By which receivers know it: never another's, also after a restore."""
    at: datetime
    kind: EventKind = Field(sa_type=coded(EventKind))
    about: str
    data: dict[str, Any] = Field(sa_type=JSONB)


_PENDING: Final = text(f"state = '{SendingState.PENDING}'")


class EventSending(TableRow, table=True):
    """An event on its way to a receiver; nothing is sent before what is pending of the same thing before it."""

    __tablename__ = "event_sending"
    __table_args__ = (
        Index("ix_event_sending_due", "next_at", postgresql_where=_PENDING),
        Index("ix_event_sending_about", "receiver_id", "about", "event_id", postgresql_where=_PENDING),
        Index("ix_event_sending_event_id", "event_id"),
    )

    receiver_id: int = Field(primary_key=True, foreign_key="event_receiver.id", ondelete="CASCADE")
    event_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="outgoing_event.id", ondelete="CASCADE")
    about: str
    state: SendingState = Field(sa_type=one_of(SendingState))
    attempts: int = Field(default=0, sa_type=SmallInteger)
    next_at: datetime
    delivered_at: datetime | None = None
    last_status: int | None = Field(default=None, sa_type=SmallInteger)
