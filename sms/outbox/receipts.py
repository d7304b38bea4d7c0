"""Delivery receipts of SMPP: by optional parameters or by text, under an id in one spelling or another."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import smpp34

from core.outbox.messages import MessageState, Reason
from core.platform.smpp.options import SmppOption, options_of
from core.text.short_messages import Coding, readable

RECEIPT, MESSAGE_TYPE = 0x04, 0x3C
"""What esm_class says of a receipt, and where."""

WORDS: Final = {
    "ENROUTE": 1,
    "DELIVRD": 2,
    "EXPIRED": 3,
    "DELETED": 4,
    "UNDELIV": 5,
    "ACCEPTD": 6,
    "UNKNOWN": 7,
    "REJECTD": 8,
}
"""message_state (SMPP 3.4, 5.2.28) by its word in the text of a receipt (appendix B)."""

STATES: Final = {
    1: MessageState.ON_ITS_WAY,
    2: MessageState.DELIVERED,
    3: MessageState.FAILED,
    4: MessageState.FAILED,
    5: MessageState.FAILED,
    6: MessageState.ON_ITS_WAY,
    8: MessageState.FAILED,
}
"""message_state of a receipt (SMPP 3.4, 5.2.28); 7, unknown, says nothing."""

FAILURES: Final = {
    3: Reason.EXPIRED,
    4: Reason.NOT_DELIVERED,
    5: Reason.NOT_DELIVERED,
    8: Reason.REFUSED,
}

_ID: Final = re.compile(r"\bid:\s*([\x21-\x7e]{1,64})", re.IGNORECASE)
_STATE: Final = re.compile(r"\bstat:\s*([A-Z]{3,10})", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"[0-9]{1,20}")
_HEXADECIMAL: Final = re.compile(r"(?:0[xX])?([0-9a-fA-F]{1,16})")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says: the message's id as it stands there, and its message_state (0 for none that is known)."""

    message_id: str
    state: int


def read_receipt(message: smpp34.DeliverSm, octets: bytes) -> Receipt | None:
    """The receipt in a message that says these octets, None where it is none: the optional parameters, else the text.

    The text is ASCII whatever the alphabet of the SMSC: in GSM-7 an id would lose its `_` and `@`.
    """
    text = readable(octets, Coding.UCS2 if message.data_coding == Coding.UCS2 else Coding.LATIN1)
    options = options_of(message)
    by_option = options.get(SmppOption.RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0].decode("latin-1")
    by_text, word = _ID.search(text), _STATE.search(text)
    is_receipt = message.esm_class & MESSAGE_TYPE == RECEIPT
    if not is_receipt and not by_option and not (by_text and word):
        return None
    code = options.get(SmppOption.MESSAGE_STATE, b"")
    number = code[0] if code else WORDS.get(word[1].upper(), 0) if word else 0
    return Receipt(by_option or (by_text[1] if by_text else ""), number)


def spellings(message_id: str) -> tuple[str, ...]:
    """The other ways in which an id may be written elsewhere: in the other case, in hexadecimal, in decimal."""
    ways = [message_id.lower(), message_id.upper()]
    if _DECIMAL.fullmatch(message_id):
        ways += [*_decimal(int(message_id)), *_hexadecimal(int(message_id), len(message_id))]
    hexadecimal = _HEXADECIMAL.fullmatch(message_id)
    if hexadecimal:
        number = int(hexadecimal[1], 16)
        ways += [*_decimal(number), *_hexadecimal(number, len(hexadecimal[1]))]
    return tuple(way for way in dict.fromkeys(ways) if way != message_id)


def _decimal(number: int) -> Sequence[str]:
    return [f"{number}", f"{number:010}"]


def _hexadecimal(number: int, width: int) -> Sequence[str]:
    bare = f"{number:x}"
    return [spelt for padded in {bare, bare.zfill(8), bare.zfill(width)} for spelt in (padded, padded.upper())]
