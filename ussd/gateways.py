"""The USSD gateways there are, by name; those that are switched on call the line."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from starlette.routing import Route

from core.platform.gateways import named
from core.platform.settings import Settings
from core.platform.webhooks import Doors
from ussd.gateway import UssdGateway, UssdLine

ROOM: Final = "ussd"
GATEWAYS: Final = {
    "africastalking": "ussd.africastalking:AfricasTalkingCalls",
    "smpp": "ussd.smpp:SmppCalls",
    "lastinput": "ussd.lastinput:LastInputCalls",
}


def switched_on(settings: Settings) -> tuple[UssdGateway, ...]:
    """The gateways that may call, in the order of the setting; raises WrongSetting."""
    kinds: tuple[type[UssdGateway], ...] = named("JIGI_USSD_GATEWAYS", settings.ussd_gateways, GATEWAYS)
    return tuple(kind(settings) for kind in kinds)


def routes(gateways: Sequence[UssdGateway], line: UssdLine, settings: Settings) -> list[Route]:
    """`/ussd/{gateway}/{token}` and what stands behind it, of each gateway."""
    doors = Doors(settings.callback_tokens, settings.body_bytes, settings.callback_networks)
    return [
        doors.route(ROOM, gateway.name, name, take)
        for gateway in gateways
        for name, take in gateway.callbacks(line).items()
    ]


@asynccontextmanager
async def running(gateways: Sequence[UssdGateway], line: UssdLine) -> AsyncIterator[None]:
    """Hold the links of the gateways that have one."""
    async with AsyncExitStack() as links:
        for gateway in gateways:
            await links.enter_async_context(gateway.running(line))
        yield


def standing(gateways: Sequence[UssdGateway]) -> dict[str, str]:
    """Whether the links of the gateways stand that have one, by the gateway's name."""
    return {f"ussd {gateway.name}": stands for gateway in gateways if (stands := gateway.standing)}
