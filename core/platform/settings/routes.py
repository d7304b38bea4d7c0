"""By which ways SMS go."""

from pydantic import Field
from pydantic_settings import BaseSettings


class RouteSettings(BaseSettings):
    """The routes of SMS, by operator."""

    sms_routes: str = Field(
        default="*=africastalking",
        description="By which gateway SMS go, for each operator (orange, malitel, telecel) and `*` for the others: "
        "`orange=orange>africastalking,*=africastalking` (`>`: goes over to). This version sends by one gateway.",
    )
