"""The dialogue of the bench as a class for each screen: what is shown, where a key leads; its session in Redis.

The pattern of many USSD applications in Python. No database is read: what a person is told is written here.
"""

import json
import os
from typing import ClassVar, Final
from urllib.parse import parse_qsl

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

SECONDS: Final = 600
Session = dict[str, str]


class MenuScreen:
    """What every call begins with."""

    text = "Jigisèmèjiri\n1 Date de paiement\n2 Inscription\n3 Plainte"
    keys: ClassVar = {"1": "payment"}
    ends = False

    def shown(self, session: Session) -> str:
        """The page, which notes where the call is."""
        session["screen"] = SCREENS_BY_CLASS[type(self)]
        return self.text

    def next(self, typed: str) -> str:
        """Where a key leads; the same screen again for any other."""
        return self.keys.get(typed, SCREENS_BY_CLASS[type(self)])


class PaymentScreen(MenuScreen):
    """When and where somebody is paid."""

    text = "Prochain paiement : 2 décembre, Mairie de Safo, 30 000 F CFA\n1 Autre question\n2 Fini"
    keys: ClassVar = {"2": "end"}


class EndScreen(MenuScreen):
    """The last page."""

    text = "Merci."
    ends = True


SCREENS: Final[dict[str, type[MenuScreen]]] = {"menu": MenuScreen, "payment": PaymentScreen, "end": EndScreen}
SCREENS_BY_CLASS: Final = {screen: name for name, screen in SCREENS.items()}


def build() -> Starlette:
    """The application, on the Redis that JIGI_REDIS_URL names."""
    redis = Redis.from_url(os.environ["JIGI_REDIS_URL"], max_connections=1000)

    async def callback(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        key = f"screens:{form['sessionId']}"
        stored = await redis.get(key)
        session: Session = json.loads(stored) if stored else {}
        screen = MenuScreen()
        if "screen" in session:
            screen = SCREENS[SCREENS[session["screen"]]().next(form["text"].rpartition("*")[2])]()
        page = screen.shown(session)
        if screen.ends:
            await redis.delete(key)
            return PlainTextResponse(f"END {page}")
        await redis.setex(key, SECONDS, json.dumps(session))
        return PlainTextResponse(f"CON {page}")

    return Starlette(routes=[Route("/ussd/africastalking/{token}", callback, methods=["POST"])])
