"""What the gateway `lastinput` must be told."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class LastInputSettings(BaseSettings):
    """How a gateway over HTTP writes that posts the last input alone."""

    lastinput_file: Path | None = Field(
        default=None,
        description="A JSON file that says what the USSD gateway `lastinput` calls its fields (docs/operators.md). "
        "Needed where JIGI_USSD_GATEWAYS names it.",
    )
