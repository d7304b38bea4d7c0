"""The line: who may call, and how a call is answered."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings

from core.platform.settings.types import Networks, Parts, Words


class LineSettings(BaseSettings):
    """What a web process serves, to whom, and the bounds of a call."""

    callback_tokens: Words = Field(
        default=(),
        description="Unguessable words in the callback paths, comma-separated; any one is accepted, so they can be "
        "rotated. None: every callback answers 404.",
    )
    callback_networks: Networks = Field(
        default=(),
        description="Where gateways call from, networks or addresses, comma-separated (`203.0.113.0/24,2001:db8::1`); "
        "any other gets 404. Behind a proxy it has to tell the caller's address. Empty: from anywhere.",
    )
    ussd_gateways: Words = Field(
        default=("africastalking",),
        description="The USSD gateways that may call, comma-separated: africastalking, smpp, lastinput.",
    )
    service_code: str = Field(
        default="*384*1234#", description="The code people dial, as shown to them, e.g. *384*1234#."
    )
    only: Parts = Field(
        default=(), description="What this process serves: line, sms, desk, separated by commas. Empty: all three."
    )
    hosts: Words = Field(
        default=(),
        description="Names by which this server is asked for, separated by commas; `*.name` is all below one. "
        "Empty: any.",
    )
    simulator: bool = Field(
        default=False, description="Whether /simulator, the telephone to try the line with, is there."
    )
    step_seconds: PositiveFloat = Field(
        default=3.0, description="Deadline of one USSD step; past it the call ends in words."
    )
    most_hops: PositiveInt = Field(
        default=500,
        description="USSD hops a process answers at a time; who dials beyond them is told to call again, calls under "
        "way go on.",
    )
    body_bytes: PositiveInt = Field(
        default=16 * 1024, description="Largest callback body taken; a larger one gets 413."
    )
    alphabet: Literal["gsm7", "ucs2"] = Field(default="gsm7", description="What the operator carries: gsm7 or ucs2.")
    session_seconds: PositiveInt = Field(
        default=600, description="How long a dropped call can be continued, in seconds."
    )
    count_seconds: NonNegativeInt = Field(
        default=15,
        description="How often what callers do at screens is written down, in seconds; 0: it is not counted.",
    )
    typed_inputs: PositiveInt = Field(default=120, description="Most inputs of one call; more end it in words.")
