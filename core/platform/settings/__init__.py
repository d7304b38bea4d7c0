"""Everything an operator can set, read once from the environment (`JIGI_…`); each subject has its file."""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, Literal

from dotenv import dotenv_values
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from core.platform.errors import OperatorError
from core.platform.settings.africastalking import AfricasTalkingSettings
from core.platform.settings.alarms import AlarmSettings
from core.platform.settings.api import ApiSettings
from core.platform.settings.desk import DeskSettings
from core.platform.settings.encryption import EncryptionSettings
from core.platform.settings.ground import GroundSettings
from core.platform.settings.lastinput import LastInputSettings
from core.platform.settings.line import LineSettings
from core.platform.settings.oidc import OidcSettings
from core.platform.settings.orange import OrangeSettings
from core.platform.settings.programme import ProgrammeSettings
from core.platform.settings.retention import RetentionSettings
from core.platform.settings.routes import RouteSettings
from core.platform.settings.smpp import SmppSettings
from core.platform.settings.sms import SmsSettings
from core.platform.settings.spdci import SpdciSettings


# The subjects stand in the order of the documents from the last to the first, which is how pydantic reads them.
class Settings(
    RetentionSettings,
    AlarmSettings,
    SmsSettings,
    SmppSettings,
    OrangeSettings,
    AfricasTalkingSettings,
    RouteSettings,
    ProgrammeSettings,
    EncryptionSettings,
    SpdciSettings,
    ApiSettings,
    OidcSettings,
    DeskSettings,
    LastInputSettings,
    LineSettings,
    GroundSettings,
):
    """The settings of one Jigi process; each is documented in `docs/operators.md` from its description."""

    model_config = SettingsConfigDict(env_prefix="JIGI_", env_file=".env", extra="ignore", frozen=True)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="Least level logged.")

    @property
    def sms_to_a_sandbox(self) -> bool:
        """Whether a route of SMS ends at the account that everybody tries with, which no phone hears of."""
        return "africastalking" in self.sms_routes and self.sms_username == "sandbox"


class WrongSetting(OperatorError, ValueError):
    """A setting that Jigi cannot start with; the message names it and says why, for the operator."""


class UnknownSetting(WrongSetting):
    """A `JIGI_` name is set that nothing reads; the message names it and the nearest that is."""


ENV_FILE: Final = "JIGI_ENV_FILE"
"""Names the file that settings are read from where the environment has none: `.env`; set and empty, no file is read."""

NOT_SETTINGS: Final = frozenset({"JIGI_LOGIN", "JIGI_SHOTS", ENV_FILE})
"""Names that a command or a tool reads for itself."""


def unknown_names(given: Iterable[str]) -> tuple[str, ...]:
    """The `JIGI_` names among those given that are no setting, sorted."""
    prefix = Settings.model_config["env_prefix"]
    names = {f"{prefix}{name}".upper() for name in Settings.model_fields} | NOT_SETTINGS
    return tuple(sorted({name.upper() for name in given if name.upper().startswith(prefix)} - names))


def _refuse_unknown(given: Iterable[str]) -> None:
    prefix = Settings.model_config["env_prefix"]
    names = [f"{prefix}{name}".upper() for name in Settings.model_fields]
    for name in unknown_names(given):
        nearest = get_close_matches(name, names, 1, 0.6)
        if nearest:
            hint, indice = f": did you mean {nearest[0]}?", f" : vouliez-vous dire {nearest[0]} ?"
        else:
            hint, indice = "; docs/operators.md lists those that are.", " ; docs/operators.md dit lesquels le sont."
        raise UnknownSetting(f"{name} is no setting{hint}", f"{name} n'est pas un réglage{indice}")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read on first use; raises UnknownSetting for a `JIGI_` name that nothing reads."""
    file = os.environ.get(ENV_FILE, ".env")
    _refuse_unknown([*os.environ, *(dotenv_values(file) if file else ())])
    return Settings(_env_file=file or None)  # type: ignore[call-arg]  # pydantic-settings takes it, unknown to mypy
