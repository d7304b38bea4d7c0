"""An SMS as the PDUs of its parts, and the words of one that came in parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import smpp34

from core.platform.smpp.options import SmppOption, octets_of, options_of
from core.text.short_messages import Octets

UDHI: Final = 0x40
"""The bit of esm_class that says that a header joins the parts."""

CONCATENATED: Final = (0x00, 0x08)
"""The elements of such a header that join parts (3GPP TS 23.040, 9.2.3.24); the last octet is the part's number."""

NAMED, NUMBERED, SHORT = (5, 0), (1, 1), (3, 0)
"""TON and NPI of a sender that is a name, a number, or a short code."""

SHORT_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Joint:
    """What makes a text one part of several: octets before it, esm_class, optional parameters."""

    header: bytes = b""
    esm_class: int = 0
    options: Sequence[smpp34.Tlv] = ()


@dataclass(frozen=True, slots=True)
class Addressed:
    """From whom (with TON and NPI) and to which number, E.164, a message goes."""

    sender: str
    ton: int
    npi: int
    msisdn: str

    @classmethod
    def by(cls, sender: str, msisdn: str, ton: int | None, npi: int | None) -> "Addressed":
        """TON and NPI as they are asked for, else as the sender looks."""
        kind = sender_kind(sender)
        return cls(sender, kind[0] if ton is None else ton, kind[1] if npi is None else npi, msisdn)

    def message(self, text: bytes, coding: int, joint: Joint, *, is_last: bool) -> smpp34.SubmitSm:
        """A PDU; a receipt is asked for of the last part alone."""
        return smpp34.SubmitSm(
            self.sender.lstrip("+"),
            self.msisdn.lstrip("+"),
            joint.header + text,
            source_addr_ton=self.ton,
            source_addr_npi=self.npi,
            dest_addr_ton=NUMBERED[0],
            dest_addr_npi=NUMBERED[1],
            esm_class=joint.esm_class,
            registered_delivery=int(is_last),
            data_coding=coding,
            tlvs=list(joint.options),
        )


def messages(
    octets: Octets, addressed: Addressed, long: Literal["udh", "sar", "payload"], reference: int
) -> Iterator[smpp34.SubmitSm]:
    """A text as the PDUs of its parts under one reference (0 to 255), or as one with the whole of it."""
    parts = octets.parts
    if len(parts) == 1:
        yield addressed.message(parts[0], octets.coding, Joint(), is_last=True)
    elif long == "payload":
        whole = Joint(options=[SmppOption.MESSAGE_PAYLOAD.of(octets.whole)])
        yield addressed.message(b"", octets.coding, whole, is_last=True)
    else:
        for number, part in enumerate(parts, 1):
            joint = (_by_header if long == "udh" else _by_options)(reference, len(parts), number)
            yield addressed.message(part, octets.coding, joint, is_last=number == len(parts))


def _by_header(reference: int, parts: int, number: int) -> Joint:
    return Joint(bytes((5, CONCATENATED[0], 3, reference, parts, number)), UDHI)


def _by_options(reference: int, parts: int, number: int) -> Joint:
    return Joint(
        options=[
            SmppOption.SAR_MSG_REF_NUM.of(reference.to_bytes(2, "big")),
            SmppOption.SAR_TOTAL_SEGMENTS.of(bytes((parts,))),
            SmppOption.SAR_SEGMENT_SEQNUM.of(bytes((number,))),
        ]
    )


def sender_kind(sender: str) -> tuple[int, int]:
    """TON and NPI of a sender, as it looks."""
    digits = sender.removeprefix("+")
    if not digits:
        return (0, 0)
    if not digits.isdigit():
        return NAMED
    return SHORT if len(digits) <= SHORT_DIGITS else NUMBERED


def first_words(message: smpp34.DeliverSm) -> bytes | None:
    """What was written, without what joins parts; None for a part behind the first, by whose words it is understood."""
    octets = octets_of(message)
    number = int.from_bytes(options_of(message).get(SmppOption.SAR_SEGMENT_SEQNUM, b"\1"), "big")
    if message.esm_class & UDHI and octets:
        header, octets = octets[1 : octets[0] + 1], octets[octets[0] + 1 :]
        if header and header[0] in CONCATENATED:
            number = header[-1]
    return octets if number == 1 else None
