"""What a setting can be besides a text, a number or a switch, and how each is written in the environment."""

from datetime import time
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, NonNegativeFloat, PositiveFloat
from pydantic_settings import NoDecode


def _split(value: object) -> object:
    """Comma-separated text as the environment gives it, or a value that is a list already."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _forwards(window: tuple[time, time]) -> tuple[time, time]:
    """The hours, refused when they would never open."""
    opens, closes = window
    if opens > closes:
        raise ValueError(f"from {opens:%H:%M} to {closes:%H:%M} never opens: write the earlier hour first")
    return window


def _hours(value: tuple[time, ...]) -> tuple[time, ...]:
    """From when to when, or nothing; refused when it is neither, or would never open."""
    if not value:
        return value
    if len(value) != 2:
        raise ValueError("two hours, from,to, or nothing")
    return _forwards((value[0], value[1]))


def _pairs(value: object) -> object:
    """`name=number` pairs as the environment gives them, or a mapping already."""
    if not isinstance(value, str):
        return value
    return dict(part.split("=", 1) for part in value.replace(" ", "").split(",") if "=" in part)


def _texts(value: object) -> object:
    """`name=text` pairs as the environment gives them, spaces in the texts kept, or a mapping already."""
    if not isinstance(value, str):
        return value
    parts = (part.partition("=") for part in value.split(",") if "=" in part)
    return {name.strip(): text.strip() for name, _, text in parts}


def _windows(value: object) -> object:
    """`name=08:00-19:00` pairs as the environment gives them, or a mapping already."""
    pairs = _pairs(value)
    if not isinstance(value, str) or not isinstance(pairs, dict):
        return pairs
    return {name: tuple(hours.split("-")) for name, hours in pairs.items()}


def _origins(value: tuple[str, ...]) -> tuple[str, ...]:
    """Servers by scheme, name and port, refused where anybody on the way could read what is asked of them."""
    for each in value:
        parts = urlsplit(each)
        is_near = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
        if not (parts.scheme == "https" or is_near) or not parts.hostname or parts.path.strip("/") or parts.username:
            raise ValueError(f"{each}: https:// and the name of a server")
    return value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_origins)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_split)]
Days = Annotated[tuple[int, int], NoDecode, BeforeValidator(_split)]
Window = Annotated[tuple[time, time], NoDecode, BeforeValidator(_split), AfterValidator(_forwards)]
Hours = Annotated[tuple[time, ...], NoDecode, BeforeValidator(_split), AfterValidator(_hours)]
Rates = Annotated[dict[str, PositiveFloat], NoDecode, BeforeValidator(_pairs)]
Prices = Annotated[dict[str, NonNegativeFloat], NoDecode, BeforeValidator(_pairs)]
Texts = Annotated[dict[str, str], NoDecode, BeforeValidator(_texts)]
Windows = Annotated[
    dict[str, Annotated[tuple[time, time], AfterValidator(_forwards)]], NoDecode, BeforeValidator(_windows)
]


class Part(Enum):
    """What a web process can serve."""

    LINE = "line"
    SMS = "sms"
    DESK = "desk"
    API = "api"


USUAL: Final = (Part.LINE, Part.SMS, Part.DESK)
"""What a process serves that was told nothing else: other systems have a way in only where it is opened for them."""

Parts = Annotated[tuple[Part, ...], NoDecode, BeforeValidator(_split)]
