"""A hop: one request of a gateway and its answer, and what names the call it belongs to."""

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a gateway: `text` is all that was typed since the call began, joined by `*`."""

    gateway: str
    session_id: str
    msisdn: str
    text: str

    @property
    def call(self) -> str:
        """What names the call, as `call_of` makes it."""
        return call_of(self.gateway, self.msisdn, self.session_id)


@dataclass(frozen=True, slots=True)
class Reply:
    """One page for the gateway; `ends` closes the call."""

    text: str
    ends: bool


def call_of(gateway: str, msisdn: str, session_id: str) -> str:
    """The name of a call: gateway, phone and the gateway's session id, of which no number can be read.

    Ids come again, for another phone or through another gateway: only the three together are one call.
    """
    whole = f"{gateway}\0{msisdn}\0{session_id}"
    return hashlib.blake2b(whole.encode(), digest_size=12).hexdigest()


def on_day(call: str, began: datetime) -> str:
    """The name under which a call is kept: ids come again on another day too."""
    return f"{call}:{began:%Y%m%d}"


def is_of(kept: str, call: str) -> bool:
    """Whether what is kept under a name is of this call, whatever the day it began on."""
    return kept.rpartition(":")[0] == call
