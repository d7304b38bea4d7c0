"""The table of cases that every USSD gateway over HTTP has to hold: the author of one fills in a sample.

The runner (`test_gateway_cases.py`) makes of it the cases that are the same for all: numbers in any writing, ids that
come again, repeats, ends from the other side, bad tokens, bodies that are too large, accents, `*` and `#`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette

from core.calls.session_end import SessionOutcome
from core.platform.settings import Settings
from core.platform.webhooks import FORM
from ussd import gateways
from ussd.gateway import SessionEnding, UssdGateway
from ussd.hops import Hop, LastInput, Reply
from ussd.silences import SilenceBook

TOKEN = "an-unguessable-word"
PHONE = "+22376123456"


@dataclass(frozen=True, slots=True)
class HopRow:
    """A posting to the gateway's bare path, the status of the answer, and the hop it makes, if it makes one."""

    label: str
    body: bytes
    status: int
    typed: str | LastInput | None = None


@dataclass(frozen=True, slots=True)
class EndRow:
    """A posting that ends a session, where it comes, and how the session ended."""

    label: str
    name: str
    body: bytes
    outcome: SessionOutcome
    msisdn: str = PHONE


@dataclass(frozen=True, slots=True)
class UssdSample:
    """What the author of a gateway fills in.

    `hop` writes a posting as the gateway does: session id, number (already escaped for the body), what was typed.
    `page` writes what it reads for a text, and whether the call ends.
    """

    kind: type[UssdGateway]
    hop: Callable[[str, str, str], bytes]
    page: Callable[[str, bool], str]
    hops: Sequence[HopRow]
    ends: Sequence[EndRow]
    settings: Mapping[str, object] = field(default_factory=dict)
    media: str = FORM
    other_media: str = "application/json"


@dataclass
class HeardLine:
    """A line that remembers what a gateway's file makes of postings; it ends a call that typed `9`."""

    hops: list[Hop] = field(default_factory=list)
    endings: list[SessionEnding] = field(default_factory=list)

    async def answer(self, hop: Hop) -> Reply:
        self.hops.append(hop)
        typed = hop.typed if isinstance(hop.typed, str) else hop.typed.text
        return Reply("Wari dòn sòròla", ends=typed == "9")

    async def ended(self, ending: SessionEnding) -> None:
        self.endings.append(ending)

    def silences(self, gateway: str) -> SilenceBook:
        return SilenceBook(gateway)


class Desk:
    """One gateway's callbacks, and the line behind them."""

    def __init__(self, sample: UssdSample) -> None:
        settings = Settings.model_validate({"callback_tokens": (TOKEN,), "body_bytes": 4096, **sample.settings})
        self.line = HeardLine()
        self.sample = sample
        routes = gateways.routes([sample.kind(settings)], self.line, settings)
        transport = httpx.ASGITransport(app=Starlette(routes=routes))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://line")

    async def post(self, body: bytes, *, name: str = "", token: str = TOKEN, media: str = "") -> httpx.Response:
        path = "/".join(filter(None, (f"/ussd/{self.sample.kind.name}/{token}", name)))
        return await self.client.post(path, content=body, headers={"content-type": media or self.sample.media})
