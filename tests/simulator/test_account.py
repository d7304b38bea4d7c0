"""The stand-in tells the balance of the account, and fails as it is ordered to."""

import httpx

from tests.simulator.a_standin import a_standin, order, send

USER = {"username": "jigi"}


async def balance(gateway: httpx.AsyncClient) -> str:
    answer = await gateway.get("/version1/user", params=USER)
    assert answer.status_code == 200
    return str(answer.json()["UserData"]["balance"])


async def test_the_balance_is_what_is_left_after_what_was_sent() -> None:
    async with a_standin() as gateway:
        assert await balance(gateway) == "KES 800000.0000"
        await order(gateway, balance=10)
        await send(gateway)
        assert await balance(gateway) == "KES 7.2000"


async def test_without_key_or_user_it_tells_nothing() -> None:
    async with a_standin() as gateway:
        assert (await gateway.get("/version1/user")).status_code == 400
        assert (await gateway.get("/version1/user", params=USER, headers={"apiKey": ""})).status_code == 401


async def test_faults_are_its_too() -> None:
    async with a_standin() as gateway:
        await order(gateway, next=[{"kind": "503"}, {"kind": "balance"}])
        assert (await gateway.get("/version1/user", params=USER)).status_code == 503
        assert await balance(gateway) == "KES 0.0000"
        assert await balance(gateway) == "KES 800000.0000"
