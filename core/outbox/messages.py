"""The ledger of SMS: each message, the requests they leave in, and what the gateway said of them.

A message is one row per recipient; a batch is one request to the gateway, whose state tells whether it left. Reports
that came before our own row was written wait in a table of their own.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Index, Integer, Numeric, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.campaigns.models import CampaignKind
from core.numbers.msisdn import Operator
from core.outbox.notice_kinds import NoticeKind
from core.platform.columns import WORD_LETTERS, TableRow, coded, listed, one_of, stamped
from core.text.columns import LanguageCode
from core.text.languages import Language
from core.text.words import COMMAND, COUNT, DESK, PAPER, Code, Word, called


class MessageState(Word):
    """Where a message is; a later state never goes back to an earlier one, and a final one never changes.

    left out (never to be sent, with the reason) · planned → accepted → on its way → delivered or failed; planned →
    uncertain (it may have left and nobody answered) → accepted and on, or planned again when a supervisor says so;
    planned → dropped (with the reason); accepted, on its way or uncertain → silent (no report came).
    """

    LEFT_OUT = "left_out"
    PLANNED = "planned"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    ON_ITS_WAY = "on_its_way"
    SILENT = "silent"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


called(
    MessageState,
    DESK,
    {
        MessageState.LEFT_OUT: "laissé de côté",
        MessageState.PLANNED: "à envoyer",
        MessageState.UNCERTAIN: "incertain",
        MessageState.ACCEPTED: "pris par l'opérateur",
        MessageState.ON_ITS_WAY: "en route",
        MessageState.SILENT: "sans accusé",
        MessageState.DELIVERED: "reçu",
        MessageState.FAILED: "échoué",
        MessageState.DROPPED: "abandonné",
    },
)
called(
    MessageState,
    COUNT,
    {
        MessageState.LEFT_OUT: "laissés de côté",
        MessageState.PLANNED: "à envoyer",
        MessageState.UNCERTAIN: "incertains",
        MessageState.ACCEPTED: "pris par l'opérateur",
        MessageState.ON_ITS_WAY: "en route",
        MessageState.SILENT: "sans accusé",
        MessageState.DELIVERED: "reçus",
        MessageState.FAILED: "échoués",
        MessageState.DROPPED: "abandonnés",
    },
)
called(
    MessageState,
    PAPER,
    {
        MessageState.LEFT_OUT: "laissé de côté",
        MessageState.PLANNED: "pas encore envoyé",
        MessageState.UNCERTAIN: "envoi incertain",
        MessageState.ACCEPTED: "pris par l'opérateur",
        MessageState.ON_ITS_WAY: "en route",
        MessageState.SILENT: "pas d'accusé de réception",
        MessageState.DELIVERED: "reçu",
        MessageState.FAILED: "échec de l'envoi",
        MessageState.DROPPED: "abandonné",
    },
)
called(MessageState, COMMAND, {state: state.value.replace("_", " ") for state in MessageState})

FINAL: Final = frozenset({MessageState.LEFT_OUT, MessageState.DELIVERED, MessageState.FAILED, MessageState.DROPPED})
"""Nothing changes any more."""

TO_RECORD: Final = frozenset({MessageState.PLANNED, MessageState.UNCERTAIN})
"""What the gateway did with it is not written down yet."""

UNSENT: Final = frozenset({MessageState.LEFT_OUT, MessageState.PLANNED, MessageState.DROPPED})
"""The gateway was not asked."""

UNTOLD: Final = frozenset({MessageState.LEFT_OUT, MessageState.DROPPED, MessageState.FAILED})
"""Its person does not get it; every other message counts as told, because it was, may have been or will be."""

AWAITED: Final = frozenset({MessageState.ACCEPTED, MessageState.ON_ITS_WAY})
"""A report of it is still to come."""

TAKEN: Final = AWAITED | {MessageState.DELIVERED}
"""The gateway took it, and nothing bad was heard of it since."""


class BatchState(Code):
    """Where a request is: ready → claimed by a worker → left for the gateway → done → closed (no more reports)."""

    READY = "ready"
    CLAIMED = "claimed"
    LEFT = "left"
    DONE = "done"
    CLOSED = "closed"


AT_A_WORKER: Final = frozenset({BatchState.CLAIMED, BatchState.LEFT})
"""A worker has it."""

OVER: Final = frozenset({BatchState.DONE, BatchState.CLOSED})
"""Nothing of it is sent any more."""

UNFINISHED: Final = frozenset(BatchState) - OVER
"""Something of it may still be sent."""


class Reason(Word):
    """Why a message was left out, dropped, failed or is uncertain, or why the gateway takes nothing.

    Each gateway's file says which of its own codes mean which; what only one of them has stands there, with its French.
    CROWD: the number stands for so many households that it is nobody's. CHANGED: what it would have told has changed
    since it was planned. NO_ANSWER: nothing says what became of it.
    """

    NO_PHONE = "no_phone"
    NO_DAY = "no_day"
    FIXED_LINE = "fixed_line"
    CROWD = "crowd"
    DEAD_NUMBER = "dead_number"
    OPTED_OUT = "opted_out"
    ALREADY_TOLD = "already_told"
    TOLD_TOGETHER = "told_together"
    THREE_TODAY = "three_today"
    CHANGED = "changed"
    MISSED_ITS_DAY = "missed_its_day"
    CAMPAIGN_CANCELLED = "cancelled"
    CANNOT_BE_WRITTEN = "cannot_be_written"
    NOT_SENT_AGAIN = "not_sent_again"
    WORKER_DIED = "worker died"
    RESTORED = "restored"
    BLACKLISTED = "blacklisted"
    INVALID_NUMBER = "invalid_number"
    UNSUPPORTED_NUMBER = "unsupported_number"
    NO_ROUTE = "no_route"
    ABSENT = "absent"
    NO_SUCH_NUMBER = "no_such_number"
    INACTIVE = "inactive"
    EXPIRED = "expired"
    NO_BALANCE = "no_balance"
    INVALID_SENDER = "invalid_sender"
    DO_NOT_DISTURB = "do_not_disturb"
    LINE_SUSPENDED = "line_suspended"
    OTHER_NETWORK = "other_network"
    REFUSED = "refused"
    NOT_DELIVERED = "not_delivered"
    GATEWAY_FAILED = "gateway_failed"
    NO_ANSWER = "no_answer"
    TEXT_REFUSED = "text_refused"


called(
    Reason,
    DESK,
    {
        Reason.NO_PHONE: "pas de téléphone",
        Reason.NO_DAY: "jour pas encore fixé",
        Reason.FIXED_LINE: "téléphone fixe",
        Reason.DEAD_NUMBER: "numéro qui n'existe plus depuis plusieurs envois : à corriger",
        Reason.CROWD: "numéro donné pour trop de ménages",
        Reason.OPTED_OUT: "a arrêté les SMS",
        Reason.ALREADY_TOLD: "déjà prévenu de la même chose",
        Reason.TOLD_TOGETHER: "prévenu dans le même SMS qu'un paiement d'un autre tour",
        Reason.THREE_TODAY: "trop de SMS ce jour-là",
        Reason.CHANGED: "le paiement a changé",
        Reason.MISSED_ITS_DAY: "le jour est passé",
        Reason.CAMPAIGN_CANCELLED: "campagne annulée",
        Reason.CANNOT_BE_WRITTEN: "texte impossible",
        Reason.NOT_SENT_AGAIN: "envoi incertain, non renvoyé",
        Reason.WORKER_DIED: "envoi interrompu",
        Reason.RESTORED: "peut-être parti après la sauvegarde qui a été restaurée",
        Reason.BLACKLISTED: "a arrêté les SMS chez l'opérateur",
        Reason.INVALID_NUMBER: "numéro faux",
        Reason.UNSUPPORTED_NUMBER: "numéro qui ne reçoit pas de SMS",
        Reason.NO_ROUTE: "numéro injoignable",
        Reason.ABSENT: "téléphone éteint ou hors réseau",
        Reason.NO_SUCH_NUMBER: "numéro qui n'existe plus",
        Reason.INACTIVE: "numéro inactif",
        Reason.EXPIRED: "téléphone éteint trop longtemps",
        Reason.NO_BALANCE: "il n'y a plus de crédit chez la passerelle SMS",
        Reason.INVALID_SENDER: "la passerelle SMS ne connaît pas notre nom d'expéditeur",
        Reason.DO_NOT_DISTURB: "ne veut pas de SMS envoyés en nombre (liste de l'opérateur)",
        Reason.LINE_SUSPENDED: "ligne suspendue par l'opérateur",
        Reason.OTHER_NETWORK: "numéro passé chez un autre opérateur",
        Reason.REFUSED: "refusé par l'opérateur",
        Reason.NOT_DELIVERED: "non remis, l'opérateur n'a pas dit pourquoi",
        Reason.GATEWAY_FAILED: "panne chez la passerelle SMS",
        Reason.NO_ANSWER: "la passerelle SMS n'a pas dit ce qu'elle en a fait",
        Reason.TEXT_REFUSED: "la passerelle SMS refuse ce texte",
    },
)
called(
    Reason,
    COMMAND,
    {
        Reason.NO_PHONE: "no phone",
        Reason.NO_DAY: "no day yet",
        Reason.FIXED_LINE: "fixed line",
        Reason.DEAD_NUMBER: "number that was unknown again and again: to be corrected",
        Reason.CROWD: "number of too many households",
        Reason.OPTED_OUT: "stopped SMS",
        Reason.ALREADY_TOLD: "told the same before",
        Reason.TOLD_TOGETHER: "told together with another round",
        Reason.THREE_TODAY: "three today",
        Reason.CHANGED: "changed since the plan",
        Reason.MISSED_ITS_DAY: "its day passed",
        Reason.CAMPAIGN_CANCELLED: "campaign cancelled",
        Reason.CANNOT_BE_WRITTEN: "cannot be written",
        Reason.NOT_SENT_AGAIN: "uncertain, not sent again",
        Reason.WORKER_DIED: "worker died",
        Reason.RESTORED: "may have left after the back-up that was restored",
        Reason.BLACKLISTED: "stopped SMS at the operator",
        Reason.INVALID_NUMBER: "wrong number",
        Reason.UNSUPPORTED_NUMBER: "number that gets no SMS",
        Reason.NO_ROUTE: "no route to the number",
        Reason.ABSENT: "phone off or out of reach",
        Reason.NO_SUCH_NUMBER: "number that does not exist",
        Reason.INACTIVE: "inactive number",
        Reason.EXPIRED: "phone off for too long",
        Reason.NO_BALANCE: "no balance left at the gateway",
        Reason.INVALID_SENDER: "sender ID unknown to the gateway",
        Reason.DO_NOT_DISTURB: "on the operator's list of those who want no bulk SMS",
        Reason.LINE_SUSPENDED: "line suspended by the operator",
        Reason.OTHER_NETWORK: "number of another network",
        Reason.REFUSED: "refused by the operator",
        Reason.NOT_DELIVERED: "not delivered, no reason given",
        Reason.GATEWAY_FAILED: "failure at the gateway",
        Reason.NO_ANSWER: "no answer tells what became of it",
        Reason.TEXT_REFUSED: "text refused by the gateway",
    },
)


FIRST_GATEWAY: Final = "africastalking"
"""What the version before routes sent by: its rows name no gateway."""


def _gateway() -> Any:
    """The column of a gateway's name; a row of the version before gets the one there was."""
    return Field(default=None, max_length=WORD_LETTERS, sa_column_kwargs={"server_default": text(f"'{FIRST_GATEWAY}'")})


MessageKind = CampaignKind | NoticeKind
"""What a message tells: one of many, of its campaign, or a single notice."""


class MessageText(TableRow, table=True):
    """A text as it is sent, once for all who get it; `content` is what it says, the same in each language."""

    __tablename__ = "message_text"

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", ondelete="CASCADE", index=True)
    language: Language = Field(sa_type=LanguageCode)
    content: str
    body: str
    parts: int = Field(sa_type=SmallInteger)
    size: int = Field(sa_type=SmallInteger)
    not_after: datetime | None = None


class SmsBatch(TableRow, table=True):
    """One request to the gateway: messages with one text, and whether it left."""

    __tablename__ = "sms_batch"
    __table_args__ = (
        Index("ix_sms_batch_ready", "priority", "id", postgresql_where=text(f"state = '{BatchState.READY}'")),
        Index("ix_sms_batch_out", "worker", postgresql_where=text(f"state IN {listed(AT_A_WORKER)}")),
        Index("ix_sms_batch_done", "answered_at", postgresql_where=text(f"state = '{BatchState.DONE}'")),
        Index("ix_sms_batch_unfinished", "campaign_id", postgresql_where=text(f"state IN {listed(UNFINISHED)}")),
        Index("ix_sms_batch_over", "answered_at", postgresql_where=text(f"state IN {listed(OVER)}")),
        Index("ix_sms_batch_left_at", "left_at", postgresql_where=text("NOT prompt")),
        Index("ix_sms_batch_departure", "departure", postgresql_where=text("NOT prompt")),
        Index("ix_sms_batch_unnumbered", "left_at", postgresql_where=text("NOT prompt AND departure IS NULL")),
        Index("ix_sms_batch_uncertain", "answered_at", postgresql_where=text("uncertain")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", ondelete="CASCADE", index=True)
    text_id: int | None = Field(default=None, foreign_key="message_text.id", ondelete="CASCADE", index=True)
    operator: Operator | None = Field(default=None, sa_type=coded(Operator))
    priority: int = Field(sa_type=SmallInteger)
    prompt: bool
    """Whether it answers somebody who is there now, so that it goes at any hour."""
    not_before: datetime
    not_after: datetime | None = None
    state: BatchState = Field(sa_type=one_of(BatchState))
    worker: str | None = None
    claimed_at: datetime | None = None
    left_at: datetime | None = None
    departure: int | None = Field(default=None, sa_type=BigInteger)
    """The how manieth departure it was, of all; nothing where it left by the version before."""
    answered_at: datetime | None = None
    uncertain: bool = False
    gateway: str | None = _gateway()
    """Which gateway it was last claimed for."""


class Message(TableRow, table=True):
    """What one number gets once; without a campaign it is a single notice, written from `filling` when it is sent.

    `household_ids` are those it speaks of; `content_hashes`, beside them, are of their payments as
    they were when it was planned. `other_payments` are those of other rounds that it tells too, with their hashes in
    `other_told`; where it speaks of other households for them, only the first `own_households` of `household_ids` are
    of its own round (None: all are). `told_with` is the campaign whose message told this number the same beside its
    own round, so that this one was left out or dropped. What is uncertain `was_uncertain` too. `attempts` are those
    that the gateway refused for this number and that may be tried again. `cost` is in `currency`, as the gateway gave
    it.

    No index is of `state` or `final_at`: a report that says no more than that a message arrived writes its row, beside
    the one before on the same page, and no index (HOT).
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_campaign_id_id", "campaign_id", "id"),
        Index("uq_message_msisdn_campaign_id", "msisdn", "campaign_id", unique=True),
        Index("uq_message_key", "key", unique=True, postgresql_where=text("key IS NOT NULL")),
        Index("ix_message_household_ids", "household_ids", postgresql_using="gin"),
        Index("ix_message_provider_id", "provider_id", postgresql_where=text("provider_id IS NOT NULL")),
        Index(
            "ix_message_no_such_number",
            "msisdn",
            postgresql_where=text(f"reason = '{Reason.NO_SUCH_NUMBER}'"),
        ),
        Index("ix_message_uncertain", "campaign_id", postgresql_where=text("was_uncertain")),
        Index("ix_message_other_payments", "msisdn", postgresql_where=text("other_payments IS NOT NULL")),
        Index(
            "ix_message_untold",
            "reason",
            postgresql_where=text("other_payments IS NOT NULL AND reason IS NOT NULL"),
        ),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    campaign_id: int | None = None
    """Of a campaign there is, with which it goes: looked up once for a statement (migration 0045)."""
    batch_id: int | None = Field(default=None, index=True, sa_type=BigInteger)
    """Of a request there is, or nothing once that went: as with the campaign."""
    kind: MessageKind = Field(sa_type=coded(CampaignKind, NoticeKind))
    key: str | None = None
    msisdn: str | None = None
    operator: Operator | None = Field(default=None, sa_type=coded(Operator))
    household_ids: list[int] = Field(sa_type=ARRAY(Integer))
    content_hashes: list[int] | None = Field(default=None, sa_type=ARRAY(Integer), sa_column_kwargs={"name": "told"})
    other_payments: list[int] | None = Field(default=None, sa_type=ARRAY(Integer))
    other_told: list[int] | None = Field(default=None, sa_type=ARRAY(Integer))
    own_households: int | None = Field(default=None, sa_type=SmallInteger)
    told_with: int | None = None
    commune_pcode: str | None = None
    language: Language | None = Field(default=None, sa_type=LanguageCode)
    filling: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    state: MessageState = Field(sa_type=one_of(MessageState))
    reason: str | None = None
    provider_id: str | None = None
    attempts: int = Field(default=0, sa_type=SmallInteger)
    was_uncertain: bool = False
    cost: Decimal | None = Field(default=None, sa_type=Numeric(12, 4))
    currency: str | None = Field(default=None, max_length=3)
    gateway: str | None = _gateway()
    """Which gateway was asked last, whose name for it `provider_id` is; it says nothing before any was."""
    planned_at: datetime = stamped()
    final_at: datetime | None = None
    again_at: datetime | None = None
    """When it was decided to send it once more, because the phone had been off."""


class EarlyReport(TableRow, table=True):
    """The furthest report of an id that no message of ours has: it came before our own row, or is not ours.

    `provider_id` is the id, behind the gateway's name but for the first gateway (`sms.outbox.delivery.key_of`).
    """

    __tablename__ = "early_report"

    provider_id: str = Field(primary_key=True)
    msisdn: str = Field(index=True)
    state: MessageState = Field(sa_type=one_of(MessageState))
    reason: str | None = None
    received_at: datetime = Field(index=True)
    gateway: str = Field(max_length=WORD_LETTERS, sa_column_kwargs={"server_default": text(f"'{FIRST_GATEWAY}'")})


class Intent(Code):
    """What a message that somebody sent us asks for."""

    PAYMENT = "payment"
    STATUS = "status"
    MISTYPED = "mistyped"
    """STATUS, of a number with an error in it: to write it right is another question."""
    HELP = "help"
    STOP = "stop"
    MAY_STOP = "may_stop"
    """Perhaps STOP: who means it is told how."""
    START = "start"
    UNKNOWN = "unknown"
    MACHINE = "machine"


class InboundSms(TableRow, table=True):
    """A message somebody sent us, by the gateway's id: what was understood, never the words."""

    __tablename__ = "inbound_sms"
    __table_args__ = (Index("ix_inbound_sms_msisdn_at", "msisdn", "at"),)

    gateway_id: str = Field(primary_key=True)
    msisdn: str
    intent: Intent = Field(sa_type=coded(Intent))
    at: datetime
    answered: bool
