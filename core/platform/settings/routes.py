"""By which ways SMS go, and on which terms."""

from pydantic import Field
from pydantic_settings import BaseSettings

from core.platform.settings.types import Prices, Rates, Texts, Windows


class RouteSettings(BaseSettings):
    """The routes of SMS, by operator, and the terms of each: `operator>gateway`, `*>gateway` for every operator."""

    sms_routes: str = Field(
        default="*=africastalking",
        description="By which gateways SMS go, for each operator (orange, malitel, telecel) and `*` for the others: "
        "`orange=orange>africastalking,*=africastalking` (`>`: goes over to the next while the one before is down, "
        "refuses or has no balance; with one gateway alone, SMS wait for it).",
    )
    sms_route_sender_ids: Texts = Field(
        default={},
        description="Who SMS come from by a route, where it is not JIGI_SMS_SENDER_ID: "
        "`malitel>smpp=JIGI,*>orange=JIGISEME`.",
    )
    sms_route_rates: Rates = Field(
        default={}, description="Most SMS a second by a route: `malitel>smpp=10,*>orange=5`."
    )
    sms_route_windows: Windows = Field(
        default={},
        description="When SMS may go by a route, where it is not JIGI_SMS_WINDOW: `malitel>smpp=08:00-20:00`.",
    )
    sms_route_prices: Prices = Field(
        default={},
        description="Price of one SMS part in F CFA by a route, where it is not JIGI_SMS_PART_PRICE_XOF: "
        "`*>orange=15,malitel>smpp=12.5`.",
    )
