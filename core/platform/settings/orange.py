"""What the gateway `orange` must be told."""

from pydantic import Field, NonNegativeFloat, SecretStr
from pydantic_settings import BaseSettings


class OrangeSettings(BaseSettings):
    """The application at Orange's SMS API, and what was agreed for it."""

    orange_authorization: SecretStr = Field(
        default=SecretStr(""),
        description="The header that the portal of Orange's SMS API shows for the application, `Basic …`. Empty: the "
        "gateway `orange` sends nothing.",
    )
    orange_sender_address: str = Field(
        default="tel:+2230000",
        description="The sender address that was agreed, `tel:` and a number: the country's own, or a short code.",
    )
    orange_rate: NonNegativeFloat = Field(
        default=5.0, description="SMS a second agreed with Orange, all workers together; 0: no rate of its own."
    )
    orange_country: str = Field(
        default="", description="Country of the bundles whose SMS count as left, as the API writes it. Empty: of all."
    )
    orange_url: str = Field(
        default="", description="Where Orange's SMS API answers, e.g. a stand-in. Empty: https://api.orange.com."
    )
