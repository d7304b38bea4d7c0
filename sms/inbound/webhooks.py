"""What gateways tell us about SMS: delivery reports, incoming messages, and people who opted out at their side."""

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.platform.settings import Settings
from core.platform.webhooks import Doors, Posting, Take
from core.registry.callers import stop_sms
from sms.inbound import answering
from sms.outbox import metrics
from sms.outbox.delivery import DeliveryReport, Inbox
from sms.outbox.gateway import Callback, Incoming, SmsGateway
from sms.outbox.gateways import ROOM, callbacks, switched_on

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class GatewayIntake:
    """Takes what gateways tell, whatever way it came."""

    def __init__(self, settings: Settings, clock: Clock = _now) -> None:
        self._inbox = Inbox()
        self._clock = clock
        self._answers_a_day = settings.sms_answers_a_day

    async def reported(self, report: DeliveryReport) -> None:
        """Write a delivery report down."""
        metrics.REPORTS.labels(report.gateway, report.state.value).inc()
        await self._inbox.take(report)

    async def written(self, incoming: Incoming) -> None:
        """Do and answer what somebody wrote."""
        await answering.take(incoming, self._clock(), most_a_day=self._answers_a_day)

    async def opted_out(self, msisdn: str) -> None:
        """Send no more to a number."""
        await stop_sms(msisdn)


def routes(settings: Settings, clock: Clock = _now) -> list[Route]:
    """`/sms/{gateway}/{token}/delivery`, `…/inbound` (where there is a short code) and `…/optout`, of each gateway.

    Raises WrongSetting for routes that cannot be read.
    """
    doors = Doors(settings.callback_tokens, settings.body_bytes, settings.callback_networks)
    intake = GatewayIntake(settings, clock)
    return [
        doors.route(ROOM, gateway.name, name, _taking(gateway, name, intake, clock))
        for gateway in switched_on(settings)
        for name in callbacks(gateway, settings)
    ]


def _taking(gateway: SmsGateway, name: Callback, intake: GatewayIntake, clock: Clock) -> Take:
    """Reads a posting as this gateway writes it, and takes it; 200 once it stands in the database."""

    async def take(posting: Posting) -> Response:
        match name:
            case Callback.DELIVERY:
                report = gateway.delivery(posting, clock())
                if report is None:
                    metrics.REPORTS.labels(gateway.name, "unknown").inc()
                else:
                    await intake.reported(report)
            case Callback.INBOUND:
                incoming = gateway.inbound(posting)
                if incoming is not None:
                    await intake.written(incoming)
            case Callback.OPTOUT:
                msisdn = gateway.optout(posting)
                if msisdn is not None:
                    await intake.opted_out(msisdn)
        return PlainTextResponse("ok")

    return take
