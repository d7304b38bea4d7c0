"""Binds are made again when they are lost; what goes out takes the one with least to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
import smpp34
from prometheus_client import REGISTRY

from core.platform.smpp import binds as held_binds
from core.platform.smpp.accounts import BindMode, SmppAccount
from core.platform.smpp.binds import Binds
from core.platform.smpp.link import TAKEN, NotBound, SmppLink, Verdict
from core.platform.smpp.pdus import SmppCommand, SmppStatus
from tests.core.platform.smpp.raw_smsc import raw_smsc
from tests.support.patience import LONGEST_SECONDS

MESSAGE = smpp34.SubmitSm("JIGISEME", "22376123456", b"Wari")
ROOM = "of a test"


async def take_all(_: SmppLink, __: smpp34.DeliverSm) -> Verdict:
    return TAKEN


@asynccontextmanager
async def held(*accounts: SmppAccount) -> AsyncIterator[Binds]:
    binds = Binds(ROOM, accounts, take_all, 2.0)
    async with binds.held():
        yield binds


def counted(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"gateway": "smpp", "room": ROOM}) or 0.0


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_binds, "FIRST_SECONDS", 0.02)


async def until(binds: Binds, standing: int) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        while binds.standing != standing:  # noqa: ASYNC110 - what is looked at has no event
            await asyncio.sleep(0.005)


async def test_several_binds_share_what_goes_out_and_all_are_given_up_in_the_end() -> None:
    async with raw_smsc(mute={SmppCommand.SUBMIT_SM}) as smsc:
        async with held(smsc.account(binds=2, window=1)) as binds:
            await until(binds, 2)
            sending = [asyncio.create_task(binds.submit(MESSAGE, 0.5)) for _ in range(2)]
            await smsc.commands(SmppCommand.SUBMIT_SM, 2)
            await asyncio.gather(*sending, return_exceptions=True)
        assert len(await smsc.commands(SmppCommand.UNBIND, 2)) == 2
    assert counted("jigi_smpp_binds") == 0


async def test_a_bind_that_refuses_everything_at_once_does_not_get_everything() -> None:
    refusing = raw_smsc(status=SmppStatus.QUEUE_FULL)
    async with refusing as full, raw_smsc() as other, held(full.account(), other.account()) as binds:
        await until(binds, 2)
        statuses = [(await binds.submit(MESSAGE, 5.0)).status for _ in range(6)]
    assert statuses.count(SmppStatus.OK) == statuses.count(SmppStatus.QUEUE_FULL) == 3
    assert all(one != next_one for one, next_one in pairwise(statuses)), "so the next try is by another bind"


async def test_a_bind_that_is_lost_is_made_again_and_counted() -> None:
    async with raw_smsc() as smsc, held(smsc.account()) as binds:
        assert await binds.stands(5.0)
        before = counted("jigi_smpp_binds_lost_total")
        for _ in range(3):
            await until(binds, 1)
            smsc.hang_up()
            await until(binds, 0)
        assert await binds.stands(5.0)
        assert (await binds.submit(MESSAGE, 2.0)).status == 0
        assert counted("jigi_smpp_binds_lost_total") == before + 3


async def test_an_smsc_that_comes_up_late_is_bound_to_then() -> None:
    async with raw_smsc() as smsc:
        account = smsc.account()
    async with held(account) as binds:
        assert not await binds.stands(0.1)
        with pytest.raises(NotBound):
            await binds.submit(MESSAGE, 2.0)


async def test_a_wrong_password_is_told_and_not_tried_again_at_once() -> None:
    async with raw_smsc(bind_status=SmppStatus.INVALID_PASSWORD) as smsc, held(smsc.account()) as binds:
        assert not await binds.stands(5.0)
        assert binds.refusal is not None
        assert binds.refusal.status == SmppStatus.INVALID_PASSWORD
        await asyncio.sleep(0.2)
        assert len(smsc.heard) == 1


async def test_another_refusal_is_tried_again() -> None:
    async with raw_smsc(bind_status=SmppStatus.SYSTEM_ERROR) as smsc, held(smsc.account()) as binds:
        await smsc.commands(SmppCommand.BIND_TRANSCEIVER, 2)
        assert binds.refusal is None
        smsc.bind_status = 0
        assert await binds.stands(5.0)


async def test_nothing_goes_out_by_a_receiver() -> None:
    async with raw_smsc() as smsc, held(smsc.account(mode=BindMode.RECEIVER)) as binds:
        await until(binds, 1)
        assert not await binds.stands(0.05)
        with pytest.raises(NotBound):
            await binds.submit(MESSAGE, 2.0)
