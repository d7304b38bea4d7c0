"""Many phones that call at once, over plain HTTP/1.1 on connections that stay open."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

PATH = "/ussd/africastalking/demo"
LAST = "1*2"
"""What is typed in all: the payment, and that one has read it."""

_SESSIONS = count(1)


@dataclass
class Measured:
    """What a round took: the seconds of every hop and of every whole session, and the processor's of the server."""

    hops: list[float] = field(default_factory=list)
    sessions: list[float] = field(default_factory=list)
    seconds: float = 0.0
    processor_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.hops) / self.seconds


class Phone:
    """One connection that plays session after session."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def post(self, form: dict[str, str]) -> str:
        body = urlencode(form).encode()
        head = (
            f"POST {PATH} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/x-www-form-urlencoded\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in answer.split(b"\r\n", 1)[0]:
            raise RuntimeError(answer.decode())
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return (await self._reader.readexactly(length)).decode()


async def round_of(port: int, msisdns: Sequence[str], *, at_once: int, seconds: float, ends: bool) -> Measured:
    """Let `at_once` phones dial, see the menu, the payment and the end, over and over, for `seconds`."""
    measured = Measured()
    phones = [Phone(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(at_once)]
    began = time.perf_counter()
    share = len(msisdns) // at_once
    await asyncio.gather(
        *(
            _sessions(phone, msisdns[place * share : (place + 1) * share], began + seconds, measured, ends)
            for place, phone in enumerate(phones)
        )
    )
    measured.seconds = time.perf_counter() - began
    return measured


async def _sessions(phone: Phone, msisdns: Sequence[str], until: float, measured: Measured, ends: bool) -> None:
    for turn in count():
        if time.perf_counter() > until:
            return
        begun = time.perf_counter()
        form = {
            "sessionId": f"bench-{next(_SESSIONS)}",
            "serviceCode": "*384*1234#",
            "phoneNumber": msisdns[turn % len(msisdns)],
            "networkCode": "61001",
            "text": "",
        }
        for typed in ("", "1", LAST):
            form["text"] = typed
            started = time.perf_counter()
            answer = await phone.post(form)
            measured.hops.append(time.perf_counter() - started)
            if ends and typed != LAST and not answer.startswith("CON "):
                raise RuntimeError(f"the session ended before its time: {answer!r}")
        if ends and not answer.startswith("END "):
            raise RuntimeError(f"the session did not end: {answer!r}")
        measured.sessions.append(time.perf_counter() - begun)
