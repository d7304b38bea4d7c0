"""The account at the stand-in gateway: `GET /version1/user` tells its balance, with the faults on order.

Facts: the key is in the header ``apiKey``, the user in the query; the answer is 200 and
``{"UserData": {"balance": "KES 1785.5000"}}``.
"""

import asyncio
from decimal import Decimal
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from simulator.connections import Cut
from simulator.faults import Faults
from simulator.messaging import COST, refusal

ENDLESS: Final = 1_000_000
"""Messages that a balance without an end is told to be enough for."""


class StandInAccount:
    """Tells what is left."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def show(self, request: Request) -> Response:
        """Answer `GET /version1/user`."""
        if not request.headers.get("apikey"):
            return PlainTextResponse("The supplied authentication is invalid", HTTPStatus.UNAUTHORIZED)
        fault = self._faults.draw()
        slow = fault.slow_ms if fault is not None and fault.kind == "slow" else 0
        await asyncio.sleep((self._faults.order.delay_ms + slow) / 1000)
        if fault is not None and (refused := refusal(fault)) is not None:
            return refused
        if fault is not None and fault.kind == "cut_after":
            return Cut()
        if not request.query_params.get("username"):
            return PlainTextResponse("Request is missing required query parameter 'username'", HTTPStatus.BAD_REQUEST)
        return JSONResponse({"UserData": {"balance": self._balance(0 if fault and fault.kind == "balance" else None)}})

    def _balance(self, messages: int | None) -> str:
        left = self._faults.order.balance if messages is None else messages
        currency, price = COST.split()
        return f"{currency} {Decimal(price) * (ENDLESS if left is None else left):.4f}"
