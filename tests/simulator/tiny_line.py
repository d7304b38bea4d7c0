"""A line of four screens, standing where the real callback stands, that remembers what the gateway told it."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route

TOKEN = "demo"
CALLBACK = f"/ussd/africastalking/{TOKEN}"
HOME = "Bienvenue sur Jigisèmèjiri\n1. Mon paiement\n2. Mon nom\n3. Rester muet"


@dataclass
class TinyLine:
    """The forms and events received, in order; ``forgetful`` makes it answer a repeated hop differently."""

    hops: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, str]] = field(default_factory=list)
    forgetful: bool = False

    def app(self, *more: BaseRoute) -> Starlette:
        return Starlette(
            routes=[
                Route("/ussd/africastalking/{token}", self._hop, methods=["POST"]),
                Route("/ussd/africastalking/{token}/events", self._event, methods=["POST"]),
                *more,
            ]
        )

    async def _hop(self, request: Request) -> PlainTextResponse:
        if request.path_params["token"] != TOKEN:
            return PlainTextResponse("no such page", status_code=404)
        form = await _form(request)
        again = form in self.hops
        self.hops.append(form)
        if self.forgetful and again:
            return PlainTextResponse("CON Qui etes-vous ?")
        return self._answer(form["text"])

    async def _event(self, request: Request) -> PlainTextResponse:
        self.events.append(await _form(request))
        return PlainTextResponse("")

    def _answer(self, text: str) -> PlainTextResponse:
        match text.split("*"):
            case [""]:
                return PlainTextResponse(f"CON {HOME}")
            case ["1"]:
                return PlainTextResponse("END 30 000 F CFA, lundi 23 novembre, Safo")
            case ["2"]:
                return PlainTextResponse("CON Entrez votre nom")
            case ["2", *name]:
                return PlainTextResponse(f"END Merci {'*'.join(name)}")
            case _:
                return PlainTextResponse("", status_code=500)


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
