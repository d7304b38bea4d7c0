"""What the gateway posts to us about SMS: delivery reports, incoming messages, and people who opted out at its side."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.numbers.msisdn import BadNumber, calling
from core.outbox.messages import MessageState
from core.platform.settings import Settings
from core.platform.webhooks import Forms, WebhookRefused, refusal
from core.registry.callers import stop_sms
from sms.inbound import answering
from sms.inbound.answering import Incoming
from sms.outbox import metrics
from sms.outbox.delivery import DeliveryReport, Inbox

log = structlog.get_logger(__name__)

STATES: Final = {
    "Sent": MessageState.ON_ITS_WAY,
    "Submitted": MessageState.ON_ITS_WAY,
    "Buffered": MessageState.ON_ITS_WAY,
    "Success": MessageState.DELIVERED,
    "Rejected": MessageState.FAILED,
    "Failed": MessageState.FAILED,
    "AbsentSubscriber": MessageState.FAILED,
    "Expired": MessageState.FAILED,
}
"""Africa's Talking's statuses of a delivery report."""

_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
_REASON: Final = re.compile(r"[A-Za-z]{1,40}")

Take = Callable[[Request], Awaitable[None]]


def routes(settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> list[Route]:
    """`/sms/africastalking/{token}/delivery`, `…/inbound` (where there is a short code) and `…/optout`."""
    forms = Forms(settings.callback_tokens, settings.body_bytes)
    inbox = Inbox()

    async def delivery(request: Request) -> None:
        report = _report(await forms.read(request), clock())
        if report is not None:
            await inbox.take(report)

    async def inbound(request: Request) -> None:
        form = await forms.read(request)
        if not settings.sms_short_code:
            raise WebhookRefused(404, "Not Found")
        await answering.take(_incoming(form), clock(), most_a_day=settings.sms_answers_a_day)

    async def optout(request: Request) -> None:
        try:
            msisdn = calling((await forms.read(request)).get("phoneNumber", ""))
        except BadNumber:
            raise WebhookRefused(400, "phoneNumber: + and the digits of an E.164 number") from None
        await stop_sms(msisdn)

    taken = {"delivery": delivery, "inbound": inbound, "optout": optout}
    return [
        Route(f"/sms/africastalking/{{token}}/{name}", _answered(name, take), methods=["POST"])
        for name, take in taken.items()
    ]


def _answered(name: str, take: Take) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint: 200 once it stands in the database, 4xx for what cannot be read, 503 when it may be sent again."""

    async def endpoint(request: Request) -> Response:
        try:
            await take(request)
        except WebhookRefused as refused:
            return refusal(refused)
        except Exception as error:
            log.error("webhook_not_taken", webhook=name, error=type(error).__name__)
            return PlainTextResponse("not now", status_code=503)
        return PlainTextResponse("ok")

    return endpoint


def _report(form: dict[str, str], now: datetime) -> DeliveryReport | None:
    """The report in a form; None for a status that we do not know. Raises WebhookRefused without an id."""
    provider_id, status = form.get("id", ""), form.get("status", "")
    if not _ID.fullmatch(provider_id):
        raise WebhookRefused(400, "id: 1 to 128 printable ASCII characters")
    state = STATES.get(status)
    metrics.REPORTS.labels(status if state else "unknown").inc()
    if state is None:
        return None
    reason = form.get("failureReason", "") if state is MessageState.FAILED else ""
    return DeliveryReport(
        provider_id=provider_id,
        msisdn=_number_or_none(form),
        state=state,
        reason=(reason if _REASON.fullmatch(reason) else status) if state is MessageState.FAILED else "",
        at=now,
    )


def _number_or_none(form: dict[str, str]) -> str:
    """Whose message a report is of, '' where that cannot be read: its id finds it."""
    try:
        return calling(form.get("phoneNumber", ""))
    except BadNumber:
        return ""


def _incoming(form: dict[str, str]) -> Incoming:
    """The message in a form; raises WebhookRefused without an id."""
    gateway_id = form.get("id", "")
    if not _ID.fullmatch(gateway_id):
        raise WebhookRefused(400, "id: 1 to 128 printable ASCII characters")
    return Incoming(gateway_id, form.get("from", "")[:40], form.get("text", ""))
