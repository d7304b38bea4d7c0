"""By which gateway SMS go: `orange=orange>africastalking,malitel=smpp,*=africastalking`.

Each operator has its way, a gateway or several of which the next is gone over to where the one before fails; `*` is the
way of every other number, and has to be there. With one gateway, SMS wait while it takes none. Each route has terms:
who SMS come from, how fast, when, and for how much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from core.numbers.msisdn import Operator
from core.platform.settings import Settings, WrongSetting
from sms.outbox.window import Window

Term = TypeVar("Term")

SETTING: Final = "JIGI_SMS_ROUTES"
OTHERS: Final = "*"
"""The operator of every number that no other route is for."""

OVER: Final = ">"
"""Stands between gateways of which the next is gone over to, and between an operator and a gateway."""

NOTICES: Final = "!"
"""Stands after the name of a pace for that of single notices, which wait for each other and for no campaign."""

TERMS: Final = ("sms_route_sender_ids", "sms_route_rates", "sms_route_windows", "sms_route_prices")
"""The settings that give routes terms of their own."""


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
                raise WrongSetting(
                    f"{SETTING}: {part.strip()!r} is no route; write operator=gateway.",
                    f"{SETTING} : {part.strip()!r} n'est pas une route ; écrivez operateur=passerelle.",
                )
            if operator != OTHERS and operator not in list(Operator):
                raise WrongSetting(
                    f"{SETTING}: there is no operator {operator}; there are {', '.join(Operator)} and *.",
                    f"{SETTING} : il n'y a pas d'opérateur {operator} ; il y a {', '.join(Operator)} et *.",
                )
            if operator in ways:
                raise WrongSetting(
                    f"{SETTING} has two routes for {operator}.", f"{SETTING} a deux routes pour {operator}."
                )
            ways[operator] = _way(operator, way)
        if OTHERS not in ways:
            raise WrongSetting(
                f"{SETTING} has no route for the other numbers: write *=gateway too.",
                f"{SETTING} n'a pas de route pour les autres numéros : écrivez aussi *=passerelle.",
            )
        others = ways.pop(OTHERS)
        return cls({Operator(operator): way for operator, way in ways.items()}, others)

    @property
    def gateways(self) -> tuple[str, ...]:
        """Every gateway that is named, once, in the order of the routes."""
        return tuple(dict.fromkeys(name for way in (*self.ways.values(), self.others) for name in way))

    def way_of(self, operator: Operator | None) -> tuple[str, ...]:
        """The gateways of a number's operator, in the order in which they are gone over to."""
        return self.ways.get(operator, self.others) if operator else self.others


@dataclass(frozen=True, slots=True)
class Route:
    """The SMS of an operator (None: of every other number) by one gateway: its turn in the way, and its terms.

    `sender_id` is who they come from, '' for the gateway's own; `price_xof` of one part, 0 where it is not known.
    """

    operator: Operator | None
    gateway: str
    turn: int
    sender_id: str
    price_xof: float
    window: Window


def every_route(settings: Settings) -> tuple[Route, ...]:
    """The routes of each operator and of the others, by turn; raises WrongSetting."""
    routes = Routes.read(settings.sms_routes)
    _check_terms(settings, routes)
    return tuple(
        route_by(settings, operator, gateway, turn)
        for operator in (*Operator, None)
        for turn, gateway in enumerate(routes.way_of(operator))
    )


def route_by(settings: Settings, operator: Operator | None, gateway: str, turn: int = 0) -> Route:
    """An operator's SMS by a gateway, on the route's own terms, else those of the gateway, else the general ones."""
    return Route(
        operator,
        gateway,
        turn,
        sender_id=_term(settings.sms_route_sender_ids, operator, gateway, settings.sms_sender_id),
        price_xof=_term(settings.sms_route_prices, operator, gateway, settings.sms_part_price_xof),
        window=Window(*_term(settings.sms_route_windows, operator, gateway, settings.sms_window)),
    )


def pace_of(gateway: str, operator: Operator | None = None) -> str:
    """The name of the pace of a gateway, or of one operator by it, as the settings write it: `*>orange`."""
    return f"{operator or OTHERS}{OVER}{gateway}"


def _term(terms: Mapping[str, Term], operator: Operator | None, gateway: str, general: Term) -> Term:
    return terms.get(pace_of(gateway, operator), terms.get(pace_of(gateway), general))


def _check_terms(settings: Settings, routes: Routes) -> None:
    """Raise WrongSetting for terms of a route that there is not."""
    for name in TERMS:
        for key in getattr(settings, name):
            operator, arrow, gateway = key.partition(OVER)
            if not arrow or gateway not in routes.gateways or operator not in (OTHERS, *Operator):
                raise WrongSetting(
                    f"JIGI_{name.upper()}: {key!r} is no route of {SETTING}; write operator>gateway=… or *>gateway=….",
                    f"JIGI_{name.upper()} : {key!r} n'est pas une route de {SETTING} ; écrivez "
                    "operateur>passerelle=… ou *>passerelle=….",
                )


def _way(operator: str, way: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in way.split(OVER))
    if not all(names):
        raise WrongSetting(
            f"{SETTING}: the route for {operator} lacks a gateway.",
            f"{SETTING} : il manque une passerelle à la route pour {operator}.",
        )
    if len(set(names)) < len(names):
        raise WrongSetting(
            f"{SETTING}: the route for {operator} goes over to a gateway that it has used before.",
            f"{SETTING} : la route pour {operator} passe à une passerelle qu'elle a déjà prise.",
        )
    return names
