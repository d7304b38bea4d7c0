"""Optional parameters of SMPP (3.4, 5.3): those that somebody here reads or writes."""

from enum import IntEnum, unique

import smpp34


@unique
class SmppOption(IntEnum):
    """The tag of an optional parameter."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427
    USSD_SERVICE_OP = 0x0501
    ITS_SESSION_INFO = 0x1383

    def of(self, value: bytes) -> smpp34.Tlv:
        """It, with a value."""
        return smpp34.Tlv(self, value)


def options_of(message: smpp34.DeliverSm | smpp34.SubmitSm) -> dict[int, bytes]:
    """The optional parameters of a message by tag, the last of each."""
    return {option.tag: option.value for option in message.tlvs}


def octets_of(message: smpp34.DeliverSm | smpp34.SubmitSm) -> bytes:
    """What a message says, in whichever of the two places it stands."""
    return message.short_message or options_of(message).get(SmppOption.MESSAGE_PAYLOAD, b"")
