"""The way in for other systems."""

from pydantic import Field, PositiveInt, SecretStr
from pydantic_settings import BaseSettings

from core.platform.settings.types import Networks, Origins


class ApiSettings(BaseSettings):
    """What other systems may ask of `jigi serve --only api`."""

    api_requests_a_minute: PositiveInt = Field(
        default=600, description="Requests that one system may make in a minute, by all its keys together."
    )
    api_body_bytes: PositiveInt = Field(
        default=8 * 1024 * 1024, description="Largest batch that another system may push at once."
    )
    api_receiver_networks: Networks = Field(
        default=(),
        description="Networks of your own where systems may be told of events, comma-separated (`10.20.0.0/16`). Any "
        "other private, loopback or link-local address is refused, when it is entered and at each sending.",
    )
    form_servers: Origins = Field(
        default=(),
        description="Servers of field forms from which files of submissions are fetched, comma-separated "
        "(https://kf.example). Empty: no file is fetched.",
    )
    form_server_token: SecretStr = Field(
        default=SecretStr(""),
        description="What is sent there as `Authorization`, e.g. `Token …` of KoBoToolbox.",
    )
