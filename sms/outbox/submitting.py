"""A message's parts, submitted one after the other over the binds, each with patience where it is told to be slower."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import smpp34

from core.platform.smpp.binds import Binds
from core.platform.smpp.link import NoResponse, NotBound
from core.platform.smpp.pdus import Pdu, SmppStatus

SLOW: Final = frozenset({SmppStatus.THROTTLED, SmppStatus.QUEUE_FULL})
FIRST_WAITS: Final = (0.5, 1.0)
LATER_WAITS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Waits of a part that was told to be slower: the first part gives its place up soon, a later one has to follow it."""


@dataclass(frozen=True, slots=True)
class PartsSent:
    """How far a message came: parts that were taken, and the last answer, or why there is none (`silence`)."""

    taken: int
    response: Pdu | None = None
    silence: NotBound | NoResponse | None = None

    @property
    def may_have_left(self) -> bool:
        """Whether a part of it may be out of the house."""
        return self.taken > 0 or isinstance(self.silence, NoResponse)


@dataclass(frozen=True, slots=True)
class Pace:
    """When the first part of a message goes (by the loop's clock), and the seconds after which each next one may.

    An answer is waited for `answer_seconds`.
    """

    turn: float
    interval: float
    answer_seconds: float


async def submitted(binds: Binds, parts: Sequence[smpp34.SubmitSm], pace: Pace) -> PartsSent:
    """Submit the parts of a message, each at its turn, up to the first that is not taken."""
    now = asyncio.get_running_loop().time
    response: Pdu | None = None
    for taken, part in enumerate(parts):
        await asyncio.sleep(pace.turn + taken * pace.interval - now())
        try:
            response = await _patiently(binds, part, LATER_WAITS if taken else FIRST_WAITS, pace.answer_seconds)
        except (NotBound, NoResponse) as silence:
            return PartsSent(taken, silence=silence)
        if response.status != SmppStatus.OK:
            return PartsSent(taken, response)
    return PartsSent(len(parts), response)


async def _patiently(binds: Binds, part: smpp34.SubmitSm, waits: Sequence[float], seconds: float) -> Pdu:
    """The answer to a part that is sent again while it is told to be slower, for as long as these waits are."""
    for wait in waits:
        response = await binds.submit(part, seconds)
        if response.status not in SLOW:
            return response
        await asyncio.sleep(wait)
    return await binds.submit(part, seconds)
