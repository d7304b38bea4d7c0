"""The binds of some accounts, each made again when it is lost, with longer and longer waits while it cannot be."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import smpp34
import structlog
from prometheus_client import Counter, Gauge

from core.platform.background import come_to_pass
from core.platform.smpp.accounts import SmppAccount
from core.platform.smpp.link import BindRefused, NotBound, SmppLink, Take, bound
from core.platform.smpp.pdus import Pdu, SmppStatus

log = structlog.get_logger(__name__)

GATEWAY: Final = "smpp"
"""The name that the gateways of both rooms have."""

BOUND: Final = Gauge("jigi_smpp_binds", "SMPP binds that stand.", ["gateway", "room"], multiprocess_mode="livesum")
LOST: Final = Counter("jigi_smpp_binds_lost_total", "SMPP binds that ended, not by us.", ["gateway", "room"])
REFUSED: Final = Counter(
    "jigi_smpp_binds_refused_total", "SMPP binds that the other side refused.", ["gateway", "room"]
)

FIRST_SECONDS: Final = 0.5
LONGEST_SECONDS: Final = 60.0
REFUSED_SECONDS: Final = 300.0
"""Who was let in with no name or password of ours asks no more often: accounts are shut for that."""

FOR_GOOD: Final = frozenset(
    {SmppStatus.BIND_FAILED, SmppStatus.INVALID_PASSWORD, SmppStatus.INVALID_SYSTEM_ID, SmppStatus.INVALID_SOURCE}
)
"""Refusals that are our own settings: nothing changes until somebody has looked."""


class Binds:
    """The binds of a room (`sms`, `ussd`); what comes over any of them is given to `take`."""

    def __init__(self, room: str, accounts: Sequence[SmppAccount], take: Take, connect_seconds: float) -> None:
        self._room = room
        self._accounts = [account for account in accounts for _ in range(account.binds)]
        self._take = take
        self._connect_seconds = connect_seconds
        self._links: list[SmppLink] = []
        self._changed = asyncio.Condition()
        self._stopping = asyncio.Event()
        self.refusal: BindRefused | None = None
        """Why we are not let in, where that is our own settings."""

    @property
    def standing(self) -> int:
        """How many stand."""
        return len(self._links)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold them; at the end each is given up in order."""
        self._stopping.clear()
        keeping = [asyncio.create_task(self._keep(account)) for account in self._accounts]
        try:
            yield
        finally:
            self._stopping.set()
            await asyncio.gather(*keeping, return_exceptions=True)

    async def stands(self, seconds: float) -> bool:
        """Wait for a bind that messages go out by, for so long at the most; whether there is one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: bool(self._out) or self.refusal is not None)
        return bool(self._out)

    async def submit(self, message: smpp34.SubmitSm, seconds: float) -> Pdu:
        """Send a message by the bind with least to do, of several by each in turn; raises NotBound or NoResponse."""
        out = self._out
        if not out:
            raise NotBound(str(self.refusal or "no bind stands"))
        link = min(out, key=lambda each: each.load)
        self._links.remove(link)
        self._links.append(link)  # a bind that refuses at once has never much to do, and must not get all
        return await link.submit(message, seconds)

    @property
    def _out(self) -> list[SmppLink]:
        return [link for link in self._links if link.account.submits]

    async def _keep(self, account: SmppAccount) -> None:
        """Hold one bind until told to stop."""
        wait = FIRST_SECONDS
        while not self._stopping.is_set():
            try:
                link = await bound(account, self._take, self._connect_seconds)
            except BindRefused as refused:
                REFUSED.labels(GATEWAY, self._room).inc()
                log.error("bind_refused", room=self._room, account=account.name, status=f"0x{refused.status:02X}")
                ours = refused.status in FOR_GOOD
                self.refusal = refused if ours else self.refusal
                await self._tell()
                await self._rest(REFUSED_SECONDS if ours else wait)
            except NotBound as error:
                log.warning("not_bound", room=self._room, why=str(error))
                await self._rest(wait)
            else:
                self.refusal = None
                stood = await self._stood(link)
                wait = FIRST_SECONDS if stood > wait else wait
                await self._rest(wait)
            wait = min(wait * 2, LONGEST_SECONDS)

    async def _stood(self, link: SmppLink) -> float:
        """Have a bind as long as it stands, or until told to stop; how many seconds that was."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._links.append(link)
        BOUND.labels(GATEWAY, self._room).inc()
        log.info("bound", room=self._room, account=link.account.name)
        await self._tell()
        waits = {asyncio.create_task(link.ended()), asyncio.create_task(self._stopping.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                await link.close()
            else:
                LOST.labels(GATEWAY, self._room).inc()
                log.warning("bind_lost", room=self._room, account=link.account.name, why=link.why)
        finally:
            for each in waits:
                each.cancel()
            self._links.remove(link)
            BOUND.labels(GATEWAY, self._room).dec()
        return loop.time() - began

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _rest(self, seconds: float) -> None:
        """Wait, not at the same moment as others, or until told to stop."""
        await come_to_pass(self._stopping, seconds * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
