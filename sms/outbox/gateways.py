"""The SMS gateways there are, by name, and those that are switched on: the ones that the routes name."""

from typing import Final

from core.platform.gateways import named
from core.platform.settings import Settings
from sms.outbox.gateway import Callback, SmsGateway
from sms.outbox.routes import SETTING, Routes, every_route

ROOM: Final = "sms"
GATEWAYS: Final = {
    "africastalking": "sms.outbox.africastalking:AfricasTalking",
    "orange": "sms.outbox.orange:Orange",
    "smpp": "sms.outbox.smpp:Smpp",
}


def switched_on(settings: Settings) -> tuple[SmsGateway, ...]:
    """The gateways that SMS may go by, in the order of the routes; raises WrongSetting."""
    kinds: tuple[type[SmsGateway], ...] = named(SETTING, Routes.read(settings.sms_routes).gateways, GATEWAYS)
    return tuple(kind(settings) for kind in kinds)


def callbacks(gateway: type[SmsGateway] | SmsGateway, settings: Settings) -> tuple[Callback, ...]:
    """What a gateway may post to us: incoming messages only where there is a short code to write to."""
    return tuple(
        name
        for name in Callback
        if name in gateway.callback_names and (name is not Callback.INBOUND or settings.sms_short_code)
    )


def ways_out(settings: Settings) -> dict[str, SmsGateway]:
    """The gateways that SMS go by, by name; raises WrongSetting for routes, or terms of them, that cannot be gone."""
    every_route(settings)
    return {gateway.name: gateway for gateway in switched_on(settings)}
