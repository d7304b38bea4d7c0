"""What the stand-in gateway took, and so what each phone received."""

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from secrets import token_hex
from typing import Final

from core.text import gsm7
from core.text.alphabet import UCS2

NONE_BEFORE: Final = -1


@dataclass(slots=True)
class Sending:
    """What one request sends, the same to all its recipients; ``at`` is UTC."""

    username: str
    sender: str
    text: str
    enqueue: bool
    at: datetime

    def __post_init__(self) -> None:
        self.text = sys.intern(self.text)

    @property
    def parts(self) -> int:
        """SMS parts: in GSM-7 when the text is of it, else in UCS-2."""
        return gsm7.segments(self.text) if gsm7.is_gsm7(self.text) else UCS2.segments(self.text)


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """One message taken, by the id that the gateway gave it."""

    message_id: str
    sending: Sending


class Taken:
    """Every message taken, in order.

    Hundreds of thousands fit in memory: a text and a number are kept once, an id is its position in the order, and a
    phone's messages are a chain of positions, each pointing to the one before.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Be as new. Ids given before are not given again."""
        self.requests = 0
        self._stem = f"ATXid_{token_hex(12)}"
        self._numbers: list[str] = []
        self._sendings: list[Sending] = []
        self._last: dict[str, int] = {}
        self._before = array("q")
        self._counted = 0
        self._counts: dict[tuple[str, str], int] = {}
        self._twice: dict[tuple[str, str], int] = {}

    def take(self, sending: Sending, numbers: Sequence[str], *, one_id: bool = False) -> list[str]:
        """Remember one message to each number (E.164), and give their ids; with `one_id` that of the first to all."""
        if not numbers:
            return []
        self.requests += 1
        first = len(self._numbers)
        for position, number in enumerate(map(sys.intern, numbers), start=first):
            self._before.append(self._last.get(number, NONE_BEFORE))
            self._last[number] = position
            self._numbers.append(number)
        self._sendings += [sending] * len(numbers)
        positions = [first] * len(numbers) if one_id else range(first, len(self._numbers))
        return [f"{self._stem}{position:08x}" for position in positions]

    @property
    def messages(self) -> int:
        """Messages taken."""
        return len(self._numbers)

    @property
    def numbers(self) -> int:
        """Different phones among their recipients."""
        return len(self._last)

    def received(self, msisdn: str) -> list[InboxMessage]:
        """The messages of one phone, the oldest first."""
        matches = []
        position = self._last.get(msisdn, NONE_BEFORE)
        while position != NONE_BEFORE:
            matches.append(InboxMessage(f"{self._stem}{position:08x}", self._sendings[position]))
            position = self._before[position]
        return matches[::-1]

    def twice(self) -> dict[tuple[str, str], int]:
        """The number and text of each message taken more than once, and how often it was."""
        for number, sending in zip(
            islice(self._numbers, self._counted, None), islice(self._sendings, self._counted, None), strict=True
        ):
            key = (number, sending.text)
            self._counts[key] = count = self._counts.get(key, 0) + 1
            if count > 1:
                self._twice[key] = count
        self._counted = len(self._numbers)
        return self._twice
