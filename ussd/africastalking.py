"""The gateway's form on one side, the engine's answer on the other.

Facts: Africa's Talking posts a form of `sessionId`, `serviceCode`, `phoneNumber`, `networkCode`, `text` and reads
`CON …` or `END …`; at the end of a session it posts what became of it. Neither is signed: an unguessable word in the
path is what proves the sender.
"""

import hmac
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.session_end import SessionEnd
from ussd import metrics
from ussd.engine import Engine, Hop

log = structlog.get_logger(__name__)

MOST_FIELDS = 40
SESSION_ID = re.compile(r"[\x21-\x7e]{1,128}")
MSISDN = re.compile(r"\+[1-9][0-9]{6,14}")
FORM = "application/x-www-form-urlencoded"

Record = Callable[[SessionEnd], Awaitable[None]]


class Refused(Exception):
    """A call that cannot be taken: the status of the answer and why, in words."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def routes(engine: Engine, record: Record, *, tokens: Sequence[str], body_bytes: int) -> list[Route]:
    """The callback and the session events under `/ussd/africastalking/{token}`."""
    reads = _Reads(tokens, body_bytes)

    async def callback(request: Request) -> Response:
        try:
            hop = _hop(await reads.form(request))
        except Refused as refused:
            return _refusal(refused)
        reply = await engine.answer(hop)
        return PlainTextResponse(f"{'END' if reply.ends else 'CON'} {reply.text}")

    async def events(request: Request) -> Response:
        try:
            end = _session_end(await reads.form(request))
        except Refused as refused:
            return _refusal(refused)
        metrics.GATEWAY_SESSIONS.labels(end.status).inc()
        try:
            await record(end)
        except Exception as error:
            log.error("session_end_not_recorded", error=type(error).__name__)
            return PlainTextResponse("not now", status_code=503)
        return PlainTextResponse("ok")

    return [
        Route("/ussd/africastalking/{token}", callback, methods=["POST"]),
        Route("/ussd/africastalking/{token}/events", events, methods=["POST"]),
    ]


class _Reads:
    """Reads the forms of callers who know a token, up to so many octets."""

    def __init__(self, tokens: Sequence[str], body_bytes: int) -> None:
        self._tokens = [token.encode() for token in tokens]
        self._body_bytes = body_bytes

    async def form(self, request: Request) -> dict[str, str]:
        """The fields of the form, the first of each name; raises Refused."""
        given = request.path_params["token"].encode()
        if not any(hmac.compare_digest(given, token) for token in self._tokens):
            raise Refused(404, "Not Found")
        kind = request.headers.get("content-type", FORM).split(";")[0].strip().lower()
        if kind != FORM:
            raise Refused(415, f"send {FORM}")
        body = await self._body(request)
        try:
            fields = parse_qsl(
                body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS
            )
        except ValueError:
            raise Refused(400, "too many fields") from None
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
                    raise Refused(413, "too large")
        except ClientDisconnect:
            raise Refused(400, "cut off") from None
        return bytes(body)


def _decoded(value: str) -> str:
    """The octets of a field as UTF-8 or, where they are not, as Windows wrote them (CP1252)."""
    octets = value.encode("latin-1")
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "ignore")


def _hop(form: dict[str, str]) -> Hop:
    session_id, msisdn = form.get("sessionId", ""), _msisdn(form.get("phoneNumber", ""))
    if not SESSION_ID.fullmatch(session_id):
        raise Refused(400, "sessionId: 1 to 128 printable ASCII characters")
    if not MSISDN.fullmatch(msisdn):
        raise Refused(400, "phoneNumber: + and the digits of an E.164 number")
    return Hop(session_id, msisdn, form.get("text", ""))


def _msisdn(text: str) -> str:
    """The number with the `+` that a form not encoded with care turns into a space, or leaves out."""
    return f"+{text.strip().lstrip('+')}"


def _session_end(form: dict[str, str]) -> SessionEnd:
    """The end of a session without its number, nor what was typed and shown in it."""
    session_id = form.get("sessionId", "")
    if not SESSION_ID.fullmatch(session_id):
        raise Refused(400, "sessionId: 1 to 128 printable ASCII characters")
    status = form.get("status", "")
    return SessionEnd(
        session_id=session_id,
        date=_moment(form.get("date", "")),
        network=form.get("networkCode", "")[:16] or None,
        status=status if status in ("Success", "Incomplete", "Failed") else "Unknown",
        duration_ms=_count(form.get("durationInMillis", "")),
        hops=_count(form.get("hopsCount", "")),
        cost=form.get("cost", "")[:32] or None,
        error=form.get("errorMessage", "")[:200] or None,
    )


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _moment(text: str) -> datetime:
    """The moment reported, in UTC, or now when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _refusal(refused: Refused) -> Response:
    return PlainTextResponse(str(refused), status_code=refused.status)
