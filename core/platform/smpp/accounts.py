"""What is bound to: an account at an SMSC, as an operator writes it in a setting.

`smpps://name:password@smsc.example:3550?binds=2&window=20`; several, joined by commas, are all held.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from core.platform.settings import WrongSetting
from core.platform.smpp.pdus import SmppCommand, bind_body

PORT: Final = 2775
SCHEMES: Final = {"smpp": False, "smpps": True}
"""How an address begins, and whether it is TLS."""


class BindMode(Enum):
    """What a bind may do, by its name in an address."""

    TRANSCEIVER = "transceiver"
    TRANSMITTER = "transmitter"
    RECEIVER = "receiver"

    @property
    def command(self) -> SmppCommand:
        """The PDU that asks for it."""
        return COMMANDS[self]


COMMANDS: Final = {
    BindMode.TRANSCEIVER: SmppCommand.BIND_TRANSCEIVER,
    BindMode.TRANSMITTER: SmppCommand.BIND_TRANSMITTER,
    BindMode.RECEIVER: SmppCommand.BIND_RECEIVER,
}


@dataclass(frozen=True, slots=True)
class SmppAccount:
    """Where and as whom to bind.

    `binds` are held at a time, each with up to `window` messages without an answer; after `enquire` seconds of silence
    the other side is asked whether it lives. `ca` is a file of certificates in place of the system's.
    """

    host: str
    port: int
    system_id: str
    password: str
    is_tls: bool = False
    mode: BindMode = BindMode.TRANSCEIVER
    binds: int = 1
    window: int = 10
    enquire: float = 30.0
    system_type: str = ""
    ca: str = ""

    @property
    def submits(self) -> bool:
        """Whether messages go out by it."""
        return self.mode is not BindMode.RECEIVER

    @property
    def name(self) -> str:
        """It, without its password."""
        return f"{self.system_id}@{self.host}:{self.port}"

    def tls(self) -> ssl.SSLContext | None:
        """What TLS is checked by, None for none; raises OSError for a file that cannot be read."""
        return ssl.create_default_context(cafile=self.ca or None) if self.is_tls else None


def read_accounts(setting: str, text: str) -> tuple[SmppAccount, ...]:
    """The accounts in a setting, '' for none; raises WrongSetting, which never repeats a password."""
    return tuple(_account(setting, part.strip()) for part in text.split(",") if part.strip())


def _account(setting: str, text: str) -> SmppAccount:
    try:
        address = urlsplit(text)
        options = dict(parse_qsl(address.query, keep_blank_values=True, strict_parsing=bool(address.query)))
        account = _read(address, options)
        bind_body(account.system_id, account.password, account.system_type)
    except (ValueError, KeyError) as error:
        why = f"{error}" if isinstance(error, ValueError) else f"there is no {error}"
        raise WrongSetting(
            f"{setting} has an address that cannot be read ({why}); write smpp://name:password@host:port, "
            "smpps:// for TLS.",
            f"{setting} a une adresse qui ne se lit pas ({why}) ; écrivez smpp://nom:motdepasse@machine:port, "
            "smpps:// pour TLS.",
        ) from None
    return account


def _read(address: SplitResult, options: Mapping[str, str]) -> SmppAccount:
    if not address.hostname or not address.username:
        raise ValueError("a host and a name have to be there")
    known = {"mode", "binds", "window", "enquire", "system_type", "ca"}
    if set(options) - known:
        raise ValueError(f"behind ? only {', '.join(sorted(known))}")
    binds, window, enquire = (_positive(options, name, usual) for name, usual in USUAL.items())
    return SmppAccount(
        address.hostname,
        address.port or PORT,
        unquote(address.username),
        unquote(address.password or ""),
        SCHEMES[address.scheme],
        BindMode(options.get("mode", BindMode.TRANSCEIVER.value)),
        binds,
        window,
        float(enquire),
        options.get("system_type", ""),
        options.get("ca", ""),
    )


USUAL: Final = {"binds": 1, "window": 10, "enquire": 30}


def _positive(options: Mapping[str, str], name: str, usual: int) -> int:
    number = int(options.get(name, usual))
    if not 0 < number <= 1000:
        raise ValueError(f"{name}: from 1 to 1000")
    return number
