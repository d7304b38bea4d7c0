"""What the gateway `smpp` must be told, of SMS and of USSD."""

from typing import Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, SecretStr
from pydantic_settings import BaseSettings


class SmppSettings(BaseSettings):
    """Accounts at SMSCs, and what is agreed with each."""

    smpp_url: SecretStr = Field(
        default=SecretStr(""),
        description="Where SMS go by SMPP: `smpp://name:password@host:2775`, `smpps://` for TLS; several, joined by "
        "commas, are all held by each worker. Behind `?`: `binds=2` (1), `window=20` (10 without an answer), "
        "`mode=transmitter` or `receiver` (transceiver), `enquire=60` (30 s), `system_type=…`, `ca=file`. In a name or "
        "password, `@ : / , ?` are written `%40 %3A %2F %2C %3F`.",
    )
    smpp_rate: NonNegativeFloat = Field(
        default=10.0,
        description="Messages (submit_sm) a second agreed with the SMSC of JIGI_SMPP_URL, all workers together: each "
        "part of a long SMS is one; 0: no rate of its own.",
    )
    smpp_long: Literal["udh", "sar", "payload"] = Field(
        default="udh",
        description="How an SMPP message longer than one part goes: in parts that a header in the text joins (udh), in "
        "parts that optional parameters join (sar), or whole in message_payload (payload).",
    )
    smpp_alphabet: Literal["gsm7", "latin1"] = Field(
        default="gsm7",
        description="The default alphabet (data_coding 0) of the SMSC of JIGI_SMPP_URL, in which SMS go out and come "
        "in: GSM-7, a septet an octet, or Latin-1.",
    )
    smpp_receipt_ids: Literal["any", "same"] = Field(
        default="any",
        description="Whether receipts bear a message's id as it was given (same), or perhaps in decimal what was given "
        "in hexadecimal, or the other way round (any; a receipt is then a message's of the same number alone).",
    )
    smpp_source_ton: NonNegativeInt | None = Field(
        default=None, le=6, description="TON of the sender. Empty: 5 for a name, 3 for a short code, 1 for a number."
    )
    smpp_source_npi: NonNegativeInt | None = Field(
        default=None, le=18, description="NPI of the sender. Empty: 1 for a number, 0 for others."
    )
    smpp_ussd_url: SecretStr = Field(
        default=SecretStr(""),
        description="Where USSD comes from by SMPP, written as JIGI_SMPP_URL; an account of its own, since an SMSC "
        "gives what comes for an account to any of its binds.",
    )
    smpp_ussd_convention: str = Field(
        default="pssr",
        description="How the USSD gateway speaks: `pssr` (the last page is a PSSR response, the session stands in "
        "its_session_info) or `ussr` (every page is a USSR request, a bit of its_session_info ends the session), and "
        "what is otherwise there: `pssr,session=user_message_reference,numbered=no` (docs/operators.md).",
    )
    smpp_ussd_silent_seconds: PositiveInt = Field(
        default=180,
        description="Seconds after a page in which nothing is heard of a USSD session by SMPP until it is counted as "
        "timed out, and its answer sent by SMS.",
    )
