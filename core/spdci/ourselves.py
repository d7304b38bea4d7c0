"""Who we are to other registries: our id, and the key that we sign by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.platform.settings import Settings, WrongSetting
from core.spdci import envelope, signature
from core.spdci.signature import SigningKey


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """Our id and our key."""

    sender_id: str
    key: SigningKey

    def written(self, header: Mapping[str, Any], message: Mapping[str, Any], now: datetime) -> bytes:
        """A message of ours, signed."""
        return envelope.written(header, message, signature.sign(self.key, self.sender_id, header, message, now))


def own_identity(settings: Settings) -> OwnIdentity | None:
    """Who we are; None where SPDCI is off. Raises WrongSetting where it is on and there is no key."""
    if not settings.spdci_id:
        return None
    if settings.spdci_key_file is None:
        raise WrongSetting(
            "JIGI_SPDCI_ID needs JIGI_SPDCI_KEY_FILE: nobody believes what is not signed.",
            "Il faut à JIGI_SPDCI_ID JIGI_SPDCI_KEY_FILE : personne ne croit ce qui n'est pas signé.",
        )
    return OwnIdentity(settings.spdci_id, signature.read_key(settings.spdci_key_file))
