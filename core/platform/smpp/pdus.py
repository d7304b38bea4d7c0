"""SMPP 3.4 on the wire: the header of a PDU, and those that a link needs for itself.

What carries messages (`submit_sm`, `deliver_sm`) is written and read by the library smpp34; binding, asking whether the
other side lives, answering and parting are a header and a few fields (SMPP 3.4, chapters 3 and 4).
"""

import struct
from asyncio import StreamReader
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from core.platform.errors import JigiError

HEADER: Final = struct.Struct(">IIII")
LENGTH: Final = struct.Struct(">I")
LARGEST: Final = 70_000
"""Octets of a PDU: a message_payload has 64 K at the most."""

VERSION: Final = 0x34
RESPONSE: Final = 0x8000_0000
"""The bit of a command that answers another."""


@unique
class SmppCommand(IntEnum):
    """What a PDU is."""

    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15
    GENERIC_NACK = 0x8000_0000


@unique
class SmppStatus(IntEnum):
    """What an answer says; only those that something is done about (SMPP 3.4, 5.1.3)."""

    OK = 0x00
    INVALID_COMMAND = 0x03
    ALREADY_BOUND = 0x05
    SYSTEM_ERROR = 0x08
    INVALID_SOURCE = 0x0A
    INVALID_DESTINATION = 0x0B
    BIND_FAILED = 0x0D
    INVALID_PASSWORD = 0x0E
    INVALID_SYSTEM_ID = 0x0F
    QUEUE_FULL = 0x14
    SUBMIT_FAILED = 0x45
    THROTTLED = 0x58
    NOT_NOW = 0x64
    """ESME_RX_T_APPN: we could not take it, and it is to be sent again."""
    REJECTED = 0x66
    """ESME_RX_R_APPN: we cannot read it, however often it is sent."""


class BadPdu(JigiError, ValueError):
    """What came is no PDU: the link is of no use any more."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One PDU: its header, and the whole of it as it came."""

    command: int
    status: int
    sequence: int
    whole: bytes

    @property
    def text(self) -> str:
        """The first field of its body, a C string: the message's id in the answer to a submit; '' for none."""
        return self.whole[HEADER.size :].partition(b"\0")[0].decode("latin-1")


async def read_pdu(reader: StreamReader) -> Pdu:
    """The next PDU; raises BadPdu, and what asyncio raises where the connection ended."""
    head = await reader.readexactly(HEADER.size)
    length, command, status, sequence = HEADER.unpack(head)
    if not HEADER.size <= length <= LARGEST:
        raise BadPdu(f"a PDU of {length} octets")
    return Pdu(command, status, sequence, head + await reader.readexactly(length - HEADER.size))


def pdu(command: int, sequence: int, body: bytes = b"", status: int = SmppStatus.OK) -> bytes:
    """A PDU as it goes out."""
    return HEADER.pack(HEADER.size + len(body), command, status, sequence) + body


def numbered(whole: bytes, sequence: int) -> bytes:
    """A PDU under another sequence number."""
    return whole[:12] + LENGTH.pack(sequence) + whole[16:]


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """The fields of a bind; raises ValueError for a name or a password that SMPP does not carry."""
    return b"".join(
        (
            c_string(system_id, 15),
            c_string(password, 8),
            c_string(system_type, 12),
            bytes((VERSION, 0, 0)),
            c_string("", 40),
        )
    )


def c_string(text: str, most: int) -> bytes:
    """A text and the octet that ends it; raises ValueError for one of more than `most` octets, or none of Latin-1."""
    octets = text.encode("latin-1")
    if len(octets) > most or 0 in octets:
        raise ValueError(f"at most {most} characters of Latin-1")
    return octets + b"\0"
