"""What the demonstration stands on, whatever the environment says.

A demonstration is tried on machines that have a programme's settings in their environment or in a `.env`. It reads no
file of settings and takes from the environment numbers and choices only: no address, no key, no token, no name.
"""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, get_origin

from dotenv import dotenv_values

from core.platform import encryption
from core.platform.settings import ENV_FILE, NOT_SETTINGS, Settings, settings

FOLDER: Final = "demo"
"""The folder of the demonstration's own servers, in the folder of data."""

KEYS: Final = "keys.env"

SETTINGS: Final = {
    "JIGI_SIMULATOR": "true",
    "JIGI_CALLBACK_TOKENS": "demo",
    "JIGI_DESK_TOTP": "false",
    "JIGI_SMS_API_KEY": "demo",
    "JIGI_SMS_ROUTES": "orange=orange>africastalking,*=africastalking",
    "JIGI_ORANGE_AUTHORIZATION": "Basic demo",
    "JIGI_ORANGE_RATE": "20",
    "JIGI_SMS_SHORT_CODE": "1234",
    "JIGI_SMS_WINDOW": "00:00,00:00",
    "JIGI_SMS_RULE_WAIT_MINUTES": "2",
    "JIGI_USSD_GATEWAYS": "africastalking,smpp,lastinput",
    "JIGI_LASTINPUT_FILE": str(Path(__file__).parent.parent / "simulator/lastinput.json"),
}
"""What the demonstration sets: nobody sleeps in it, so SMS go at any hour; nobody has a telephone for a second code."""

HARMLESS: Final = (bool, int, float)


def enter(port: int) -> Settings:
    """Make this process and those it starts the demonstration's, whose web application listens on `port`."""
    chosen = environment(os.environ, port)
    for name in [name for name in os.environ if name.upper().startswith("JIGI_")]:
        del os.environ[name]
    os.environ |= chosen | {"JIGI_SMPP_USSD_URL": f"smpp://demo:demo@127.0.0.1:{_free_port()}"}
    os.environ |= _keys(Path(chosen["JIGI_DATA_DIR"]))
    settings.cache_clear()
    return settings()


def environment(given: Mapping[str, str], port: int) -> dict[str, str]:
    """The `JIGI_` names of a demonstration in this environment, with their values."""
    data = Path(given.get("JIGI_DATA_DIR", "") or ".jigi")
    return {
        **{name.upper(): value for name, value in given.items() if _is_kept(name.upper())},
        **SETTINGS,
        ENV_FILE: "",
        "JIGI_DATA_DIR": str(data if data.name == FOLDER else data / FOLDER),
        "JIGI_SMS_GATEWAY_URL": f"http://127.0.0.1:{port + 1}",
        "JIGI_ORANGE_URL": f"http://127.0.0.1:{port + 2}",
    }


def _free_port() -> int:
    """A port for the stand-in SMSC that USSD comes from."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port


def _keys(folder: Path) -> dict[str, str]:
    """Keys of the demonstration's own for what is encrypted, beside its database, and the same at each start."""
    file = folder / KEYS
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        identity, recipient = encryption.new_identity()
        file.write_text(f"{encryption.RECIPIENTS}={recipient}\n{encryption.IDENTITIES}={identity}\n", "utf-8")
    return {name: value or "" for name, value in dotenv_values(file).items()}


def _is_kept(name: str) -> bool:
    field = Settings.model_fields.get(name.removeprefix("JIGI_").lower())
    return name in NOT_SETTINGS or (field is not None and _is_harmless(field.annotation))


def _is_harmless(annotation: Any) -> bool:
    """Whether a value of this type is a number or a choice."""
    return annotation in HARMLESS or get_origin(annotation) is Literal
