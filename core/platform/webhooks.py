"""Forms that a gateway posts to us: only with a word of ours in the path, only so large, read whatever they hold.

Africa's Talking signs none of its callbacks: an unguessable word in the path is what proves the sender.
"""

import hmac
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from core.platform.errors import JigiError

MOST_FIELDS: Final = 40
FORM: Final = "application/x-www-form-urlencoded"


class WebhookRefused(JigiError):
    """A call that cannot be taken: the status of the answer and why, in words."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Forms:
    """Reads the forms of callers who know a token, up to so many octets."""

    def __init__(self, tokens: Sequence[str], body_bytes: int) -> None:
        self._tokens = [token.encode() for token in tokens]
        self._body_bytes = body_bytes

    async def read(self, request: Request) -> dict[str, str]:
        """The fields of the form, the first of each name; raises WebhookRefused."""
        given = request.path_params["token"].encode()
        if not any(hmac.compare_digest(given, token) for token in self._tokens):
            raise WebhookRefused(404, "Not Found")
        kind = request.headers.get("content-type", FORM).split(";")[0].strip().lower()
        if kind != FORM:
            raise WebhookRefused(415, f"send {FORM}")
        body = await self._body(request)
        try:
            fields = parse_qsl(
                body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS
            )
        except ValueError:
            raise WebhookRefused(400, "too many fields") from None
        form: dict[str, str] = {}
        for name, value in fields:
            form.setdefault(name, _decoded(value))
        return form

    async def _body(self, request: Request) -> bytes:
        """The body, refused as soon as it is too large."""
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > self._body_bytes:
                    raise WebhookRefused(413, "too large")
        except ClientDisconnect:
            raise WebhookRefused(400, "cut off") from None
        return bytes(body)


def _decoded(value: str) -> str:
    """The octets of a field as UTF-8 or, where they are not, as Windows wrote them (CP1252)."""
    octets = value.encode("latin-1")
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "ignore")


def refusal(refused: WebhookRefused) -> Response:
    """The answer to a call that cannot be taken."""
    return PlainTextResponse(str(refused), status_code=refused.status)
