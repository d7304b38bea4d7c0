"""Partners: other registries and programmes that speak SPDCI with us, as the settings name them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from core.platform.settings import Settings, WrongSetting

HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
ADDRESSES: Final = ("spdci_registries", "spdci_token_urls", "spdci_callbacks")


@dataclass(frozen=True, slots=True)
class Partner:
    """Another registry: `name` is that of its keys here, `sender_id` how its messages call it; '' is what is not set.

    `registry` is where we ask it, `replies` where it takes what we answer later, `jwks` where its public keys are.
    """

    name: str
    sender_id: str
    jwks: str
    registry: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    replies: str = ""


def partners(settings: Settings) -> Mapping[str, Partner]:
    """Every partner, by name; raises WrongSetting for one that cannot be spoken with safely."""
    if not settings.spdci_id:
        return {}
    clients = _clients(settings.spdci_clients.get_secret_value())
    return {name: _partner(name, settings, clients) for name in settings.spdci_ids}


def desk_registry(settings: Settings) -> Partner | None:
    """The registry that the desk asks: the first that is named."""
    name = next(iter(settings.spdci_registries), "")
    return partners(settings).get(name)


def _partner(name: str, settings: Settings, clients: Mapping[str, tuple[str, str]]) -> Partner:
    for setting in ADDRESSES:
        _check(setting, getattr(settings, setting).get(name, ""))
    if "://" in settings.spdci_jwks.get(name, ""):
        _check("spdci_jwks", settings.spdci_jwks[name])
    client_id, secret = clients.get(name, ("", ""))
    return Partner(
        name=name,
        sender_id=settings.spdci_ids[name],
        jwks=settings.spdci_jwks.get(name, ""),
        registry=settings.spdci_registries.get(name, "").rstrip("/"),
        token_url=settings.spdci_token_urls.get(name, ""),
        client_id=client_id,
        client_secret=secret,
        replies=settings.spdci_callbacks.get(name, "").rstrip("/"),
    )


def _clients(written: str) -> dict[str, tuple[str, str]]:
    pairs = (part.strip().partition("=") for part in written.split(",") if "=" in part)
    split = {name: credentials.partition(":") for name, _, credentials in pairs}
    return {name: (unquote(client), unquote(secret)) for name, (client, _, secret) in split.items()}


def _check(setting: str, url: str) -> None:
    """Raises WrongSetting for an address without TLS that is not on this machine."""
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)
    if url and not is_safe:
        raise WrongSetting(
            f"JIGI_{setting.upper()}: {url!r} is no address over TLS.",
            f"JIGI_{setting.upper()} : {url!r} n'est pas une adresse en TLS.",
        )
