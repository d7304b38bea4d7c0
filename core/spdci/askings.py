"""What we asked that is answered later: each at an address with a token of its own, of which a hash is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.platform import sql
from core.spdci.models import AskingState
from core.spdci.vocabulary import SpdciAction

ENDED: Final = frozenset({AskingState.ANSWERED, AskingState.UNSUBSCRIBED, AskingState.REJECTED, AskingState.FAILED})
"""Nothing more is taken of it."""

ROOT: Final = "/spdci/v1/callback"
PATHS: Final = {
    SpdciAction.SEARCH: "on-search",
    SpdciAction.SUBSCRIBE: "on-subscribe",
    SpdciAction.UNSUBSCRIBE: "on-unsubscribe",
    SpdciAction.TXN_STATUS: "txn/on-status",
}


@dataclass(frozen=True, slots=True)
class AskingCard:
    """Something that we asked and that is answered later; `codes` are those of a subscription."""

    id: int
    partner: str
    action: SpdciAction
    transaction_id: str
    correlation_id: str | None
    state: AskingState
    fault: str | None
    codes: tuple[str, ...]
    batches: tuple[int, ...]
    asked_at: datetime
    ended_at: datetime | None


COLUMNS: Final = ", ".join(AskingCard.__dataclass_fields__)
ADD: Final = """
INSERT INTO spdci_asking (partner, action, token_digest, transaction_id, state, codes, batches, asked_at)
VALUES (%(partner)s, %(action)s, %(digest)s, %(transaction_id)s, 'sent', %(codes)s, '{}', %(now)s) RETURNING id
"""
BY_TOKEN: Final = f"SELECT {COLUMNS} FROM spdci_asking WHERE token_digest = %(digest)s"  # noqa: S608 - our own words
ONE: Final = f"SELECT {COLUMNS} FROM spdci_asking WHERE id = %(id)s"  # noqa: S608
PAGE: Final = f"SELECT {COLUMNS} FROM spdci_asking ORDER BY id DESC LIMIT %(most)s"  # noqa: S608
MOVE: Final = """
UPDATE spdci_asking SET state = %(state)s, fault = %(fault)s, ended_at = %(ended_at)s,
    correlation_id = coalesce(%(correlation_id)s, correlation_id),
    codes = coalesce(CAST(%(codes)s AS varchar[]), codes)
WHERE id = %(id)s AND state <> ALL (%(over)s) AND NOT (CAST(%(state)s AS varchar) = 'taken' AND state <> 'sent')
"""
BATCH: Final = "UPDATE spdci_asking SET batches = batches || CAST(%(batch)s AS bigint) WHERE id = %(id)s"
LEAVE: Final = """
UPDATE spdci_asking SET state = 'unsubscribed', ended_at = %(now)s
WHERE partner = %(partner)s AND action = 'subscribe' AND state = 'subscribed' AND codes && CAST(%(codes)s AS varchar[])
"""


async def begin(
    partner: str, action: SpdciAction, transaction_id: str, now: datetime, codes: Sequence[str] = ()
) -> tuple[int, str]:
    """Enter that something is asked, before it is; gives its number and the token that only its answer bears."""
    token = secrets.token_urlsafe(32)
    values = {
        "partner": partner,
        "action": action.value,
        "digest": _digest(token),
        "transaction_id": transaction_id,
        "codes": list(codes),
        "now": now,
    }
    return int(await sql.scalar(ADD, values)), token


def address(base: str, token: str, action: SpdciAction) -> str:
    """Where the answer to something is taken."""
    return f"{base.rstrip('/')}{ROOT}/{token}/registry/{PATHS[action]}"


async def by_token(token: str) -> AskingCard | None:
    """What was asked with this token."""
    return await sql.row(AskingCard, BY_TOKEN, {"digest": _digest(token)})


async def one(asking_id: int) -> AskingCard | None:
    """Something that was asked, by its number."""
    return await sql.row(AskingCard, ONE, {"id": asking_id})


async def page(most: int) -> list[AskingCard]:
    """What was asked last."""
    return await sql.rows(AskingCard, PAGE, {"most": most})


async def move(
    asking_id: int,
    state: AskingState,
    now: datetime,
    *,
    fault: str | None = None,
    correlation_id: str | None = None,
    codes: Sequence[str] | None = None,
) -> None:
    """How far it is now; what is over stays so, and an answer that came first is not taken back."""
    values: dict[str, Any] = {
        "id": asking_id,
        "state": state.value,
        "fault": fault and fault[:60],
        "ended_at": now if state in ENDED else None,
        "correlation_id": correlation_id and correlation_id[:99],
        "codes": None if codes is None else list(codes),
        "over": [each.value for each in ENDED],
    }
    await sql.execute(MOVE, values)


async def leave(partner: str, codes: Sequence[str], now: datetime) -> None:
    """End the subscriptions with these codes."""
    await sql.execute(LEAVE, {"partner": partner, "codes": list(codes), "now": now})


async def add_batch(asking_id: int, batch_id: int) -> None:
    """Note the batch that something which came became."""
    await sql.execute(BATCH, {"id": asking_id, "batch": batch_id})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
