"""The envelope of a message: signature, header and message, made by the specification and taken apart again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from core.platform.errors import JigiError
from core.spdci import fields
from core.spdci.vocabulary import VERSION, HeaderFault, RequestStatus, SpdciAction, TransportFault

MOST_APART: Final = timedelta(minutes=5)
"""How far the moment of a message may lie from ours: an older one is not taken, and so none is repeated later."""

LONGEST_ID: Final = 99
NUL: Final = rb"\u0000"
DEEPEST: Final = 40


@dataclass(eq=False)
class Unacceptable(JigiError):
    """A message that is not taken, by how it is sent or by its header."""

    fault: TransportFault | HeaderFault
    why: str = ""

    def __str__(self) -> str:
        return f"{self.fault.value} {self.why}".strip()


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message with its header, and what it is signed with; `octets` is it all as it came."""

    header: Mapping[str, Any]
    message: Mapping[str, Any]
    signature: str
    octets: bytes = b""

    @property
    def action(self) -> str:
        """What the message is."""
        return fields.text(self.header, "action")

    @property
    def sender_id(self) -> str:
        """Who it says it is from."""
        return fields.text(self.header, "sender_id")

    @property
    def message_id(self) -> str:
        """By what it is known when it comes once more."""
        return fields.text(self.header, "message_id")

    @property
    def transaction_id(self) -> str:
        """By what all that belongs together is known, as whoever began it said."""
        return fields.text(self.message, "transaction_id")

    @property
    def correlation_id(self) -> str:
        """By what it is known to whom was asked."""
        return fields.text(self.message, "correlation_id")


def new_id() -> str:
    """An id that nothing else has."""
    return uuid4().hex


def stamp(now: datetime) -> str:
    """A moment as messages have it."""
    return now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def request_header(
    action: SpdciAction, sender_id: str, receiver_id: str, now: datetime, *, count: int = 1, sender_uri: str = ""
) -> dict[str, Any]:
    """The header of a request of ours."""
    header: dict[str, Any] = {
        "version": VERSION,
        "message_id": new_id(),
        "message_ts": stamp(now),
        "action": action.value,
        "sender_id": sender_id,
        "receiver_id": receiver_id,
        "total_count": count,
        "is_msg_encrypted": False,
    }
    return {**header, "sender_uri": sender_uri} if sender_uri else header


def answer_header(
    action: SpdciAction,
    sender_id: str,
    receiver_id: str,
    now: datetime,
    *,
    status: RequestStatus = RequestStatus.SUCCESS,
    fault: HeaderFault | None = None,
    count: int = 1,
    completed: int | None = None,
) -> dict[str, Any]:
    """The header of an answer of ours, at once or later."""
    header: dict[str, Any] = {
        "version": VERSION,
        "message_id": new_id(),
        "message_ts": stamp(now),
        "action": action.value,
        "status": status.value,
        "total_count": count,
        "completed_count": count if completed is None else completed,
        "sender_id": sender_id,
        "receiver_id": receiver_id,
        "is_msg_encrypted": False,
    }
    return {**header, "status_reason_code": fault.value} if fault else header


def written(header: Mapping[str, Any], message: Mapping[str, Any], signature: str) -> bytes:
    """An envelope as it is sent."""
    whole = {"signature": signature, "header": header, "message": message}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def object_in(octets: bytes) -> dict[str, Any]:
    """An object of JSON whose names stand once; raises Unacceptable for what is none."""
    try:
        whole = json.loads(octets, object_pairs_hook=_once, parse_constant=_no_number)
        if NUL in json.dumps(whole, ensure_ascii=False).encode():
            raise Unacceptable(TransportFault.BAD, "a character that no text has")
    except (ValueError, RecursionError):
        raise Unacceptable(TransportFault.BAD, "not JSON") from None
    if not isinstance(whole, dict) or _deep(whole) > DEEPEST:
        raise Unacceptable(TransportFault.BAD, "no envelope")
    return whole


def read(octets: bytes) -> Envelope:
    """An envelope that came; raises Unacceptable for what is none, and for an encrypted one."""
    whole = object_in(octets)
    header, message = whole.get("header"), whole.get("message")
    if not isinstance(header, dict):
        raise Unacceptable(TransportFault.BAD, "no header")
    if header.get("is_msg_encrypted") is True or (isinstance(message, dict) and "ciphertext" in message):
        raise Unacceptable(TransportFault.ENCRYPTION, "encrypted messages are not read")
    if not isinstance(message, dict):
        raise Unacceptable(TransportFault.BAD, "no message")
    signature = whole.get("signature")
    return Envelope(header, message, signature if isinstance(signature, str) else "", octets)


def check_header(envelope: Envelope, actions: Sequence[SpdciAction], own_id: str, now: datetime) -> SpdciAction:
    """What a message that came is; raises Unacceptable for one that is late, another's, or nothing of these."""
    version = fields.text(envelope.header, "version") or VERSION
    if version.partition(".")[0] != VERSION.partition(".")[0]:
        raise Unacceptable(HeaderFault.VERSION, version[:20])
    if not 0 < len(envelope.message_id) <= LONGEST_ID:
        raise Unacceptable(TransportFault.BAD, "message_id")
    receiver = fields.text(envelope.header, "receiver_id")
    if receiver and receiver != own_id:
        raise Unacceptable(TransportFault.RECEIVER)
    at = fields.moment(fields.field(envelope.header, "message_ts"))
    if at is None or abs(at - now) > MOST_APART:
        raise Unacceptable(HeaderFault.TIMESTAMP)
    if envelope.action not in set(SpdciAction):
        raise Unacceptable(HeaderFault.ACTION)
    action = SpdciAction(envelope.action)
    if action not in actions:
        raise Unacceptable(HeaderFault.OTHER_ACTION)
    return action


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, whose names stand once: two programs that read another one of two are told different things."""
    read_pairs = dict(pairs)
    if len(read_pairs) != len(pairs):
        raise ValueError("a name stands twice")
    return read_pairs


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")


def _deep(value: object, most: int = DEEPEST + 1) -> int:
    if not isinstance(value, dict | list) or most == 0:
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max((_deep(each, most - 1) for each in inner), default=0)
