"""The stand-in gateway on loopback, and the requests that tests make of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from simulator.standin import build
from tests.simulator.loopback import a_sender, on_loopback

AWA, BINTA, CHEICK, DJENEBA = "+22376000001", "+22376000002", "+22376000003", "+22376000004"
KEY = {"apiKey": "any"}


@asynccontextmanager
async def a_standin() -> AsyncIterator[httpx.AsyncClient]:
    async with (
        on_loopback(build()) as address,
        a_sender(address) as client,
    ):
        yield client


async def send(gateway: httpx.AsyncClient, *to: str, text: str = "Bonjour", **fields: str) -> httpx.Response:
    form = {"username": "jigi", "to": ",".join(to or [AWA]), "message": text, "bulkSMSMode": "1", **fields}
    return await gateway.post("/version1/messaging", data=form)


def codes(answer: httpx.Response) -> dict[str, int]:
    return {row["number"]: row["statusCode"] for row in answer.json()["SMSMessageData"]["Recipients"]}


async def texts(gateway: httpx.AsyncClient, msisdn: str = AWA) -> list[str]:
    return [message["text"] for message in (await gateway.get(f"/inbox/{msisdn}")).json()]


async def order(gateway: httpx.AsyncClient, **what: object) -> None:
    answer = await gateway.post("/faults", json=what)
    assert answer.status_code == 200, answer.text
