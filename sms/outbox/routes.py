"""By which gateway SMS go: `orange=orange>africastalking,malitel=smpp,*=africastalking`.

Each operator has its way, a gateway or several of which the next is gone over to where the one before fails; `*` is the
way of every other number, and has to be there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.numbers.msisdn import Operator
from core.platform.settings import WrongSetting

SETTING: Final = "JIGI_SMS_ROUTES"
OTHERS: Final = "*"
"""The operator of every number that no other route is for."""


@dataclass(frozen=True, slots=True)
class Routes:
    """The way of each operator, and of the others; every way names one gateway at least, each once."""

    ways: Mapping[Operator, tuple[str, ...]]
    others: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Routes":
        """Read the setting; raises WrongSetting with the part that cannot be read and why."""
        ways: dict[str, tuple[str, ...]] = {}
        for part in text.split(","):
            operator, equals, way = (each.strip() for each in part.partition("="))
            if not equals or not operator:
                raise WrongSetting(f"{SETTING}: {part.strip()!r} is no route; write operator=gateway.")
            if operator != OTHERS and operator not in list(Operator):
                raise WrongSetting(
                    f"{SETTING}: there is no operator {operator}; there are {', '.join(Operator)} and *."
                )
            if operator in ways:
                raise WrongSetting(f"{SETTING} has two routes for {operator}.")
            ways[operator] = _way(operator, way)
        if OTHERS not in ways:
            raise WrongSetting(f"{SETTING} has no route for the other numbers: write *=gateway too.")
        others = ways.pop(OTHERS)
        return cls({Operator(operator): way for operator, way in ways.items()}, others)

    @property
    def gateways(self) -> tuple[str, ...]:
        """Every gateway that is named, once, in the order of the routes."""
        return tuple(dict.fromkeys(name for way in (*self.ways.values(), self.others) for name in way))

    def check_one_way(self) -> None:
        """Raise WrongSetting for what this version does not do: it sends everything by one gateway."""
        if len(self.gateways) > 1:
            raise WrongSetting(
                f"{SETTING}: this version sends all SMS by one gateway, and goes over to no other; "
                f"{' and '.join(self.gateways)} cannot be used together yet. Write *={self.others[0]}."
            )


def _way(operator: str, way: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in way.split(">"))
    if not all(names):
        raise WrongSetting(f"{SETTING}: the route for {operator} lacks a gateway.")
    if len(set(names)) < len(names):
        raise WrongSetting(f"{SETTING}: the route for {operator} goes over to a gateway that it has used before.")
    return names
