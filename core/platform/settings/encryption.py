"""For whom what is secret is encrypted."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from core.platform.settings.types import Words


class EncryptionSettings(BaseSettings):
    """Keys of age, public and own."""

    encryption_recipients: Words = Field(
        default=(),
        description="Public keys of age (`age1…`), comma-separated, for which the words of sensitive complaints and "
        "the secrets of second factors are encrypted; every process has them. Empty (a demonstration's alone): they "
        "are not.",
    )
    desk_identities: SecretStr = Field(
        default=SecretStr(""),
        description="Keys of age (`AGE-SECRET-KEY-1…`), comma-separated, that decrypt them: the desk's processes have "
        "them, no other.",
    )
    dump_recipients: Words = Field(
        default=(),
        description="Public keys of age for which `jigi db dump` encrypts; their own keys are on no server. "
        "Empty: JIGI_ENCRYPTION_RECIPIENTS.",
    )
