"""The gateway's form on one side, the engine's answer on the other.

Facts: Africa's Talking posts a form of `sessionId`, `serviceCode`, `phoneNumber`, `networkCode`, `text` and reads
`CON …` or `END …`; at the end of a session it posts what became of it. Neither is signed: an unguessable word in the
path is what proves the sender.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.calls.session_end import SessionEnd, Unsaid
from core.numbers.msisdn import BadNumber, calling
from core.platform.webhooks import Forms, WebhookRefused, refusal
from ussd import metrics
from ussd.engine import Engine
from ussd.hops import Hop, call_of, on_day

log = structlog.get_logger(__name__)

NAME = "africastalking"
SESSION_ID = re.compile(r"[\x21-\x7e]{1,128}")

TIMED_OUT = "Failed"
CUT = ("Incomplete", TIMED_OUT)
"""How a session ends before its last page, in the gateway's words."""

Record = Callable[[SessionEnd, Unsaid | None], Awaitable[None]]


def routes(engine: Engine, record: Record, *, tokens: Sequence[str], body_bytes: int) -> list[Route]:
    """The callback and the session events under `/ussd/africastalking/{token}`."""
    forms = Forms(tokens, body_bytes)

    async def callback(request: Request) -> Response:
        try:
            hop = _hop(await forms.read(request))
        except WebhookRefused as refused:
            return refusal(refused)
        reply = await engine.answer(hop)
        return PlainTextResponse(f"{'END' if reply.ends else 'CON'} {reply.text}")

    async def events(request: Request) -> Response:
        try:
            form = await forms.read(request)
            msisdn = _number_or_none(form)
            end = _session_end(form, msisdn)
        except WebhookRefused as refused:
            return refusal(refused)
        metrics.GATEWAY_SESSIONS.labels(end.status).inc()
        try:
            unsaid = None
            if end.status in CUT:
                call = call_of(NAME, msisdn, form.get("sessionId", ""))
                unsaid = await engine.cut(call, msisdn, timed_out=end.status == TIMED_OUT)
            await record(end, unsaid)
        except Exception as error:
            log.error("session_end_not_recorded", error=type(error).__name__)
            return PlainTextResponse("not now", status_code=503)
        return PlainTextResponse("ok")

    return [
        Route("/ussd/africastalking/{token}", callback, methods=["POST"]),
        Route("/ussd/africastalking/{token}/events", events, methods=["POST"]),
    ]


def _hop(form: dict[str, str]) -> Hop:
    session_id = form.get("sessionId", "")
    if not SESSION_ID.fullmatch(session_id):
        raise WebhookRefused(400, "sessionId: 1 to 128 printable ASCII characters")
    try:
        msisdn = calling(form.get("phoneNumber", ""))
    except BadNumber:
        raise WebhookRefused(400, "phoneNumber: + and the digits of an E.164 number") from None
    return Hop(NAME, session_id, msisdn, form.get("text", ""))


def _number_or_none(form: dict[str, str]) -> str:
    """Whose session ended, '' where that cannot be read: the end is counted all the same."""
    try:
        return calling(form.get("phoneNumber", ""))
    except BadNumber:
        return ""


def _session_end(form: dict[str, str], msisdn: str) -> SessionEnd:
    """The end of a session without its number, nor what was typed and shown in it."""
    session_id = form.get("sessionId", "")
    if not SESSION_ID.fullmatch(session_id):
        raise WebhookRefused(400, "sessionId: 1 to 128 printable ASCII characters")
    status, date = form.get("status", ""), _moment(form.get("date", ""))
    return SessionEnd(
        session_id=on_day(call_of(NAME, msisdn, session_id), date),
        date=date,
        network=form.get("networkCode", "").replace("\0", "")[:16] or None,
        status=status if status in ("Success", "Incomplete", "Failed") else "Unknown",
        duration_ms=_count(form.get("durationInMillis", "")),
        hops=_count(form.get("hopsCount", "")),
        cost=form.get("cost", "").replace("\0", "")[:32] or None,
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
