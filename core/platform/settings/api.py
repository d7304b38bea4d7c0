"""The way in for other systems."""

from pydantic import Field, PositiveInt
from pydantic_settings import BaseSettings


class ApiSettings(BaseSettings):
    """What other systems may ask of `jigi serve --only api`."""

    api_requests_a_minute: PositiveInt = Field(
        default=600, description="Requests that one system may make in a minute, by all its keys together."
    )
    api_body_bytes: PositiveInt = Field(
        default=8 * 1024 * 1024, description="Largest batch that another system may push at once."
    )
