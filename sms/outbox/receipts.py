"""Delivery receipts of SMPP: by optional parameters or by text, under an id in one spelling or another."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import smpp34
import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.outbox.messages import BatchState, MessageState
from core.platform import sql
from core.platform.database import NotOpen
from core.platform.errors import JigiError
from core.platform.smpp.options import SmppOption, options_of
from core.text.short_messages import Coding, readable

log = structlog.get_logger(__name__)

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

WAITS: Final = (0.0, 0.3, 1.5)
"""Seconds between looks for the message of a receipt that may have come before its id was written down."""

UNDER_WAY: Final = f"""
SELECT EXISTS (SELECT FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
WHERE message.msisdn = %(msisdn)s AND message.state = '{MessageState.PLANNED}'
  AND sms_batch.state = '{BatchState.LEFT}')
"""  # noqa: S608 - our own words
GIVEN: Final = """
SELECT provider_id FROM message
WHERE provider_id = ANY (CAST(%(ways)s AS text[])) AND msisdn = %(msisdn)s AND gateway = %(gateway)s
"""

RESPELL: Final = """
UPDATE early_report SET provider_id = given.id
FROM unnest(CAST(%(ids)s AS text[]), CAST(%(ways)s AS text[]), CAST(%(msisdns)s AS text[])) AS given (id, way, msisdn)
WHERE early_report.gateway = %(gateway)s AND early_report.provider_id = given.way AND early_report.msisdn = given.msisdn
  AND NOT EXISTS (SELECT FROM early_report AS other WHERE other.provider_id = given.id)
"""

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
    """An id as it is, and in the other ways in which the same number may have been given before."""
    ways = [message_id, message_id.lower(), message_id.upper()]
    if _DECIMAL.fullmatch(message_id):
        ways += _hexadecimal(int(message_id), len(message_id))
    hexadecimal = _HEXADECIMAL.fullmatch(message_id)
    if hexadecimal:
        number = int(hexadecimal[1], 16)
        ways += [f"{number}", f"{number:010}", *_hexadecimal(number, len(hexadecimal[1]))]
    return tuple(dict.fromkeys(ways))


def _hexadecimal(number: int, width: int) -> Sequence[str]:
    bare = f"{number:x}"
    return [spelt for padded in {bare, bare.zfill(8), bare.zfill(width)} for spelt in (padded, padded.upper())]


class NotYet(JigiError):
    """A receipt came before the answer to its message was written down: it has to come again."""


async def as_given(gateway: str, message_id: str, msisdn: str) -> str:
    """The id as a gateway's message to a number has it in the ledger, however it is spelt; as it came for none.

    Raises NotYet while a message to the number is under way, whose id may be this one in another spelling.
    """
    ways = spellings(message_id)
    if len(ways) == 1 or not msisdn:
        return message_id
    for wait in WAITS:
        await asyncio.sleep(wait)
        is_under_way = await sql.scalar(UNDER_WAY, {"msisdn": msisdn})  # asked first: what ends meanwhile is seen below
        given = set(await sql.scalars(GIVEN, {"ways": list(ways), "msisdn": msisdn, "gateway": gateway}))
        if message_id in given:
            return message_id
        if given:
            return next(way for way in ways if way in given)
        if not is_under_way:
            return message_id
    raise NotYet("its message is under way")


async def respell(gateway: str, given: Sequence[tuple[str, str]]) -> None:
    """Give receipts that wait under another spelling the ids that messages were given just now (id and number)."""
    if not given:
        return
    others = [(name, way, msisdn) for name, msisdn in given for way in spellings(name) if way != name]
    values = {
        "gateway": gateway,
        "ids": [name for name, _, _ in others],
        "ways": [way for _, way, _ in others],
        "msisdns": [msisdn for _, _, msisdn in others],
    }
    try:
        await sql.execute(RESPELL, values)
    except (SQLAlchemyError, OSError, NotOpen) as error:  # the messages were taken all the same
        log.warning("receipts_not_respelt", error=type(error).__name__)
