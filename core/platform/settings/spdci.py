"""Other registries, by the standard of the Digital Convergence Initiative (SPDCI 1.0.0)."""

from pathlib import Path

from pydantic import Field, PositiveFloat, SecretStr
from pydantic_settings import BaseSettings

from core.platform.settings.types import Texts


class SpdciSettings(BaseSettings):
    """Who we are to other registries, and who they are. A partner has one name: that of its keys (`jigi api keys`)."""

    spdci_id: str = Field(
        default="",
        description="Our sender id, agreed with other registries: `jigi.example.ml`. Empty: SPDCI is off, both ways.",
    )
    spdci_key_file: Path | None = Field(
        default=None,
        description="File with the private Ed25519 key (PEM, PKCS#8) by which our messages are signed, read by the "
        "desk and `jigi serve --only api`; its public half is told at `/spdci/v1/jwks.json`.",
    )
    spdci_url: str = Field(
        default="",
        description="Where partners reach `jigi serve --only api`, for answers that come later: "
        "`https://api.example.ml`. Empty: nothing is asked for that is answered later.",
    )
    spdci_ids: Texts = Field(
        default={}, description="The sender id of each partner: `rsu=rsu.example.ml,gajigi=gajigi.example.ml`."
    )
    spdci_jwks: Texts = Field(
        default={},
        description="Where the public keys of each partner are (JWKS), an address or a file: "
        "`rsu=https://rsu.example.ml/jwks.json,gajigi=/etc/jigi/gajigi.json`. Without it nothing of it is believed.",
    )
    spdci_registries: Texts = Field(
        default={},
        description="Registries that we ask, before `/registry/…`: `rsu=https://rsu.example.ml/v1`. The desk asks the "
        "first.",
    )
    spdci_id_types: Texts = Field(
        default={"HOUSEHOLD_NO": "numéro du ménage", "NINA": "numéro NINA"},
        description="Numbers by which the desk may ask, as the registry calls each and as the desk does: "
        "`HOUSEHOLD_NO=numéro du ménage,NINA=numéro NINA`.",
    )
    spdci_token_urls: Texts = Field(
        default={},
        description="Where each registry gives tokens (OAuth 2, client credentials): `rsu=https://rsu.example.ml/token`"
        ". Without it, it is asked without one.",
    )
    spdci_clients: SecretStr = Field(
        default=SecretStr(""),
        description="Our name and secret at each of these: `rsu=jigi:secret`; `%2C` is a comma, `%3A` a colon.",
    )
    spdci_callbacks: Texts = Field(
        default={},
        description="Where each partner that asks us takes what is answered later, whatever address a request names: "
        "`gajigi=https://gajigi.example.ml/registry`.",
    )
    spdci_seconds: PositiveFloat = Field(
        default=8.0, description="Seconds for one question to a registry, tries and pauses together."
    )
    spdci_trigger: bool = Field(
        default=False,
        description="Whether `POST /test/trigger` sends a request of each kind for a compliance suite; never in "
        "production.",
    )
