"""The stand-in gateways on the page of the telephone: what each took, and a switch to turn one off."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.platform.settings import Settings
from simulator.connections import loopback_client
from simulator.speech import Speech

PATIENCE: Final = httpx.Timeout(2)
NO_STORE: Final = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class ShownGateway:
    """A stand-in: whether it was reached, whether it is switched on, and how many SMS it took."""

    name: str
    reached: bool
    on: bool
    taken: int


class Switch(BaseModel):
    """Which gateway is turned on or off."""

    model_config = ConfigDict(extra="forbid")

    name: str
    on: bool


def standins(settings: Settings) -> dict[str, str]:
    """The addresses of the stand-ins that these settings send by, by name."""
    addresses = {Speech.AFRICASTALKING: settings.sms_gateway_url, Speech.ORANGE: settings.orange_url}
    return {speech.value: url for speech, url in addresses.items() if url}


def routes(gateways: Mapping[str, str]) -> list[Route]:
    """Build `GET` and `POST /simulator/gateways` for stand-ins by their addresses."""

    async def shown(_: Request) -> Response:
        return JSONResponse([asdict(await _shown(*each)) for each in gateways.items()], headers=NO_STORE)

    async def switched(request: Request) -> Response:
        try:
            switch = Switch.model_validate_json(await request.body())
        except ValidationError:
            return JSONResponse({"error": '{"name": "orange", "on": false}'}, HTTPStatus.BAD_REQUEST)
        if switch.name not in gateways:
            return JSONResponse({"error": "no such gateway"}, HTTPStatus.NOT_FOUND)
        done = await _switched(gateways[switch.name], on=switch.on)
        return JSONResponse({"done": done}, HTTPStatus.OK if done else HTTPStatus.BAD_GATEWAY)

    return [
        Route("/simulator/gateways", shown, name="simulator-gateways"),
        Route("/simulator/gateways", switched, methods=["POST"], name="simulator-switch"),
    ]


async def _shown(name: str, url: str) -> ShownGateway:
    try:
        async with loopback_client(url, timeout=PATIENCE) as gateway:
            faults = (await gateway.get("/faults")).raise_for_status().json()
            taken = (await gateway.get("/taken")).raise_for_status().json()
        return ShownGateway(name, True, not faults["off"], int(taken["messages"]))
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return ShownGateway(name, False, False, 0)


async def _switched(url: str, *, on: bool) -> bool:
    try:
        async with loopback_client(url, timeout=PATIENCE) as gateway:
            return (await gateway.post("/faults", json={"off": not on})).is_success
    except httpx.HTTPError:
        return False
