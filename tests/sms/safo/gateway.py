"""The gateway of the case, with a record of its own, and the operators behind it, who say what became of each SMS."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

import httpx
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.inbox import Sending, Taken
from simulator.standin import build
from tests.simulator.loopback import a_sender, on_loopback
from tests.sms.safo.own_count import Asked, Copy

WELL: Final = {"kind": "codes"}
TROUBLE: Final = (
    WELL, {"kind": "429", "retry_after": 1}, {"kind": "502_after"}, WELL, {"kind": "cut_after"}, WELL,
    {"kind": "same_id"}, {"kind": "half_after"}, WELL, {"kind": "cut_before"}, {"kind": "garbage_after"}, WELL,
    {"kind": "text_codes"}, {"kind": "short"}, {"kind": "busy", "retry_after": 1}, WELL, {"kind": "503_after"},
)  # fmt: skip
"""What becomes of the first requests, one after the other; the later ones are answered number by number."""


@dataclass
class Hearing:
    """What was asked of the gateway, and what it answered, as it passed by on the wire."""

    asked: list[Asked] = field(default_factory=list)
    took: dict[str, list[Copy]] = field(default_factory=lambda: defaultdict(list))
    """The SMS that each number got, by the gateway's own record, whatever it answered."""

    def keeping(self, take: Callable[..., list[str]]) -> Callable[..., list[str]]:
        """How the gateway takes SMS, with a record."""

        def kept(taken: Taken, sending: Sending, numbers: Sequence[str], *, one_id: bool = False) -> list[str]:
            ids = take(taken, sending, numbers, one_id=one_id)
            for name, number in zip(ids, numbers, strict=True):
                self.took[number].append(Copy(name, sending.text))
            return ids

        return kept

    def by(self, app: ASGIApp) -> ASGIApp:
        """The same application, heard."""

        async def heard(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"] != "/version1/messaging":
                await app(scope, receive, send)
                return
            form, answer = bytearray(), _Answer()

            async def receiving() -> Message:
                message = await receive()
                form.extend(message.get("body", b""))
                return message

            async def sending(message: Message) -> None:
                answer.take(message)
                await send(message)

            await app(scope, receiving, sending)
            numbers = parse_qs(form.decode())["to"][0].split(",")
            self.asked.append(Asked(tuple(numbers), answer.status, answer.waits, answer.codes))

        return heard


class _Answer:
    """An answer, as far as it came."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.waits = False
        self._body = b""

    def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.waits = any(name.lower() == b"retry-after" for name, _ in message["headers"])
        self._body += message.get("body", b"")

    @property
    def codes(self) -> Mapping[str, int]:
        """The code of each number that it names."""
        try:
            rows = json.loads(self._body)["SMSMessageData"]["Recipients"]
        except (ValueError, KeyError, TypeError):
            return {}
        return {row["number"]: int(row["statusCode"]) for row in rows}


class Operators:
    """Post what became of each SMS that the gateway took, in the order that `says` gives for its number."""

    def __init__(self, http: httpx.AsyncClient, hearing: Hearing, post: Callable[..., Awaitable[httpx.Response]]):
        self.http = http
        self.hearing = hearing
        self._post = post
        self.words: dict[str, list[tuple[str, str]]] = {}
        """What was said of each number since `forget`."""

        self._reported: Counter[str] = Counter()

    async def order(self, codes: Mapping[str, int], poisoned: Sequence[str], *first: Mapping[str, object]) -> None:
        """Let the gateway fail: request after request, and then number by number."""
        faults: dict[str, Any] = {
            "next": list(first), "rates": {"codes": 1.0}, "codes": dict(codes), "poisoned": list(poisoned)
        }  # fmt: skip
        (await self.http.post("/faults", json=faults)).raise_for_status()

    def counted(self) -> Counter[str]:
        """How many SMS each number got until now."""
        return Counter({number: len(copies) for number, copies in self.hearing.took.items()})

    async def report(self, numbers: Iterable[str], says: Callable[[str], Sequence[tuple[str, str]]]) -> None:
        """Say of every SMS that was not spoken of yet what `says` gives for its number; nothing is that, too."""
        await asyncio.gather(*(self._report(number, says(number)) for number in numbers))

    async def _report(self, msisdn: str, words: Sequence[tuple[str, str]]) -> None:
        copies = self.hearing.took[msisdn]
        for copy in copies[self._reported[msisdn] :]:
            for status, reason in words:
                form = {"id": copy.id, "status": status, "phoneNumber": msisdn, "networkCode": "61001"}
                answer = await self._post("delivery", **form, **({"failureReason": reason} if reason else {}))
                assert answer.status_code == httpx.codes.OK, answer.text
                self.words.setdefault(msisdn, []).append((status, reason))
        self._reported[msisdn] = len(copies)

    def forget(self) -> None:
        """Begin a count anew; the record of what each number got stays."""
        self.hearing.asked.clear()
        self.words.clear()


@asynccontextmanager
async def standing(
    post: Callable[..., Awaitable[httpx.Response]], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[str, Operators]]:
    """The gateway on loopback, its address, and the operators behind it, who post by `post`."""
    hearing, app = Hearing(), build(reports=False)
    monkeypatch.setattr(Taken, "take", hearing.keeping(Taken.take))
    app.add_middleware(_Heard, hearing=hearing)
    async with on_loopback(app) as address, a_sender(address) as http:
        yield address, Operators(http, hearing, post)


class _Heard:
    def __init__(self, app: ASGIApp, hearing: Hearing) -> None:
        self._app = hearing.by(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
