"""What the gateway `africastalking` must be told."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class AfricasTalkingSettings(BaseSettings):
    """The account at Africa's Talking."""

    sms_username: str = Field(default="sandbox", description="Africa's Talking's user name of the application.")
    sms_api_key: SecretStr = Field(
        default=SecretStr(""),
        description="Africa's Talking's key of the application. Empty: the gateway refuses every SMS.",
    )
    sms_bulk_endpoint: bool = Field(
        default=False,
        description="Whether the account may use Africa's Talking's newer endpoint, /version1/messaging/bulk, which "
        "asks for a sender; without one, the older is used.",
    )
    sms_gateway_url: str = Field(
        default="", description="Where the SMS gateway answers, e.g. a stand-in. Empty: Africa's Talking's own address."
    )
