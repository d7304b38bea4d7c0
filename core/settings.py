"""Everything an operator can set, read once from the environment (`JIGI_…`)."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(value: object) -> object:
    """Comma-separated text as the environment gives it, or a value that is a list already."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Days = Annotated[tuple[int, int], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """The settings of one Jigi process; each is documented in `docs/operators.md` from its description here."""

    model_config = SettingsConfigDict(env_prefix="JIGI_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(default="", description="PostgreSQL, as a libpq URL. Empty: Jigi starts its own.")
    redis_url: str = Field(default="", description="Redis, as a redis:// or unix:// URL. Empty: Jigi starts its own.")
    data_dir: Path = Field(default=Path(".jigi"), description="Folder of Jigi's own PostgreSQL and Redis.")
    database_pool: PositiveInt = Field(
        default=10, description="PostgreSQL connections of one web process for reading; half as many more for writing."
    )

    callback_tokens: Words = Field(
        default=(),
        description="Unguessable words in the callback paths, comma-separated; any one is accepted, so they can be "
        "rotated. None: every callback answers 404.",
    )
    service_code: str = Field(
        default="*384*1234#", description="The code people dial, as shown to them, e.g. *384*1234#."
    )
    simulator: bool = Field(
        default=False, description="Whether /simulator, the telephone to try the line with, is there."
    )
    step_seconds: PositiveFloat = Field(
        default=3.0, description="Deadline of one USSD step; past it the call ends in words."
    )
    body_bytes: PositiveInt = Field(
        default=16 * 1024, description="Largest callback body taken; a larger one gets 413."
    )
    alphabet: Literal["gsm7", "ucs2"] = Field(default="gsm7", description="What the operator carries: gsm7 or ucs2.")
    session_seconds: PositiveInt = Field(
        default=600, description="How long a dropped call can be continued, in seconds."
    )
    typed_inputs: PositiveInt = Field(default=120, description="Most inputs of one call; more end it in words.")

    contact_phones: Words = Field(
        default=("+223 20 22 16 15", "+223 20 22 16 17"), description="Telephones of the programme, comma-separated."
    )
    contact_address: str = Field(
        default="Bamako, Hamdallaye ACI 2000, Rue 329, Porte 120", description="Address of the programme."
    )

    grievance_ordinary: Days = Field(
        default=(2, 5), description="Ordinary grievances: working days to the first answer, to the decision."
    )
    grievance_special: Days = Field(
        default=(2, 10), description="Exclusion and inclusion: working days to the first answer, to the decision."
    )
    grievance_conduct: Days = Field(
        default=(1, 3), description="Conduct: working days to the first answer, to the decision."
    )
    grievance_abuse: Days = Field(
        default=(1, 2), description="Abuse: working days to the first answer, to the decision."
    )

    keep_journal_days: PositiveInt = Field(default=1, description="Days a call's journal (for replays) is kept.")
    keep_tries_days: PositiveInt = Field(default=30, description="Days identification tries are kept.")
    keep_gateway_sessions_days: PositiveInt = Field(
        default=400, description="Days the gateway's session statistics are kept."
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="Least level logged.")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read on first use."""
    return Settings()
