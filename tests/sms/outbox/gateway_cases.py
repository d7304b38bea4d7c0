"""The table of cases that every SMS gateway over HTTP has to hold: the author of one fills in a sample.

The runner (`test_gateway_cases.py`) makes of it the cases that are the same for all: what each answer and each silence
means, numbers in any writing, bad tokens, bodies that are too large, accents.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx
import respx
from starlette.applications import Starlette

from core.platform.settings import Settings
from core.platform.webhooks import FORM, JSON
from sms.inbound import webhooks
from sms.outbox.gateway import Callback, GatewayTrouble, Policy, SmsGateway

AWA = "+22376123456"
TOKEN = "an-unguessable-word"


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What the gateway answers to one SMS for `AWA`, and what it means: a policy and its reason, or a trouble."""

    label: str
    answer: httpx.Response
    policy: Policy | None = None
    reason: str = ""
    trouble: type[GatewayTrouble] | None = None
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class PostingRow:
    """What the gateway posts to a callback, and the status that it is answered; the reading of it is its own test's."""

    label: str
    name: Callback
    body: bytes
    status: int = 200


@dataclass(frozen=True, slots=True)
class SmsSample:
    """What the author of a gateway fills in.

    `url` is where it is asked; `written` are postings to each callback with a number, escaped for the body, in it.
    """

    kind: type[SmsGateway]
    url: str
    answers: Sequence[AnswerRow]
    postings: Sequence[PostingRow]
    written: dict[Callback, Callable[[str], bytes]]
    settings: dict[str, object] = field(default_factory=dict)
    media: str = FORM
    other_media: str = JSON
    before: dict[str, httpx.Response] = field(default_factory=dict)
    """What it asks first, e.g. for a token, and the answer."""
    refusal: httpx.Response = field(default_factory=lambda: httpx.Response(403, text="Awa Traoré has no account"))
    """How it refuses everything, in words that name somebody."""

    def gateway(self) -> SmsGateway:
        """The gateway, with settings that it can work with."""
        return self.kind(Settings.model_validate(self.settings))

    def asked(self, router: respx.MockRouter) -> respx.Route:
        """Where it is asked to send, with what it asks before that answered."""
        for url, answer in self.before.items():
            router.post(url).return_value = answer
        return router.post(self.url)


class Callbacks:
    """The callbacks of the gateways that are switched on."""

    def __init__(self, sample: SmsSample) -> None:
        self._sample = sample
        settings = Settings(
            callback_tokens=(TOKEN,), sms_routes=f"*={sample.kind.name}", sms_short_code="36000", body_bytes=4096
        )
        transport = httpx.ASGITransport(app=Starlette(routes=webhooks.routes(settings)))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://sms")

    async def post(self, name: Callback, body: bytes, *, token: str = TOKEN, media: str = "") -> httpx.Response:
        return await self.client.post(
            f"/sms/{self._sample.kind.name}/{token}/{name}",
            content=body,
            headers={"content-type": media or self._sample.media},
        )
