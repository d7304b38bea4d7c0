"""What gateways tell us about SMS: delivery reports, incoming messages, and people who opted out at their side.

When something was told is the database's time, as when a message left is: whose report it is hangs on the order of the
two, which no machine's own clock may turn round.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.platform.clock import DatabaseClock
from core.platform.settings import Settings
from core.platform.webhooks import Doors, Posting, Take
from core.registry.callers import stop_sms
from sms.inbound import answering
from sms.outbox import metrics
from sms.outbox.delivery import DeliveryReport, Inbox
from sms.outbox.gateway import Callback, Incoming, SmsGateway
from sms.outbox.gateways import ROOM, callbacks, switched_on

Clock = Callable[[], datetime]


class GatewayIntake:
    """Takes what gateways tell, whatever way it came, at the database's time unless another clock is given."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self._inbox = Inbox()
        self._clock = clock
        self._by_the_database = DatabaseClock()
        self._answers_a_day = settings.sms_answers_a_day

    async def now(self) -> datetime:
        """What time it is; raises what the database raises."""
        return await self._by_the_database.fresh() if self._clock is None else self._clock()

    async def reported(self, report: DeliveryReport) -> None:
        """Write a delivery report down, as one that came now."""
        metrics.REPORTS.labels(report.gateway, report.state.value).inc()
        await self._inbox.take(replace(report, at=await self.now()))

    async def written(self, incoming: Incoming) -> None:
        """Do and answer what somebody wrote."""
        await answering.take(incoming, await self.now(), most_a_day=self._answers_a_day)

    async def opted_out(self, msisdn: str) -> None:
        """Send no more to a number."""
        await stop_sms(msisdn)


def routes(settings: Settings, clock: Clock | None = None) -> list[Route]:
    """`/sms/{gateway}/{token}/delivery`, `…/inbound` (where there is a short code) and `…/optout`, of each gateway.

    What comes, comes at the time of `clock`, by default the database's. Raises WrongSetting for routes that cannot be
    read.
    """
    doors = Doors(settings.callback_tokens, settings.body_bytes, settings.callback_networks)
    intake = GatewayIntake(settings, clock)
    return [
        doors.route(ROOM, gateway.name, name, _taking(gateway, name, intake))
        for gateway in switched_on(settings)
        for name in callbacks(gateway, settings)
    ]


def _taking(gateway: SmsGateway, name: Callback, intake: GatewayIntake) -> Take:
    """Reads a posting as this gateway writes it, and takes it; 200 once it stands in the database."""

    async def take(posting: Posting) -> Response:
        match name:
            case Callback.DELIVERY:
                report = gateway.delivery(posting, datetime.now(UTC))  # told at the database's time once it is read
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
