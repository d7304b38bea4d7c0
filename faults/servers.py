"""What a suite stands on: PostgreSQL, Redis, the stand-in gateways and the web process, started once."""

import asyncio
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
from redis import Redis

from core.platform.servers import own_redis
from core.platform.settings import Settings
from core.schema import migrations
from faults import clock
from faults.children import Child, Nursery
from faults.patience import LONGEST_SECONDS, TooLong
from faults.postgres import Postgres
from faults.smsc import SmscStandIn
from faults.standins import SHORT_CODE, HttpStandIn, StandIn
from faults.waits import SETTINGS, Waits
from faults.ways import StandInName
from simulator.smsc import StandInSmsc
from simulator.speech import Speech

ALWAYS: Final = "00:00,00:00"
"""A window that never closes."""

TOKEN: Final = "faults"  # noqa: S105 - ours, on loopback


class Servers:
    """The servers of a suite and the environment of its processes."""

    gateways: dict[Speech, Child]
    web: Child

    def __init__(self, waits: Waits = Waits.SHORT, window: str = ALWAYS, *, durable: bool = False) -> None:
        self.waits = waits
        self.folder = Path(tempfile.mkdtemp(prefix="jigi-faults-"))
        clock.begin(self.folder / "clock")
        clock.follow()
        self.postgres = Postgres(self.folder, durable=durable)
        self.redis = own_redis(self.folder)
        self.nursery = Nursery(self.folder)
        self._web_port, smsc_port, *ports = _free_ports(2 + len(Speech))
        self._ports = dict(zip(Speech, ports, strict=True))
        urls = {speech: f"http://127.0.0.1:{port}" for speech, port in self._ports.items()}
        self.environment: dict[str, str] = {
            **SETTINGS[waits],
            clock.FILE: os.environ[clock.FILE],
            "JIGI_DATABASE_URL": self.postgres.url,
            "JIGI_REDIS_URL": self.redis.url,
            "JIGI_CALLBACK_TOKENS": TOKEN,
            "JIGI_SMS_ROUTES": "orange=orange,malitel=smpp,*=africastalking",
            "JIGI_SMS_SHORT_CODE": SHORT_CODE,
            "JIGI_SMS_GATEWAY_URL": urls[Speech.AFRICASTALKING],
            "JIGI_SMS_API_KEY": "faults",
            "JIGI_ORANGE_URL": urls[Speech.ORANGE],
            "JIGI_ORANGE_AUTHORIZATION": "Basic faults",
            "JIGI_ORANGE_RATE": "0",
            "JIGI_SMPP_URL": f"smpp://jigi:secret@127.0.0.1:{smsc_port}?binds=2&window=5",
            "JIGI_SMPP_RATE": "0",
            "JIGI_DATA_DIR": str(self.folder / "data"),
            "JIGI_SMS_WINDOW": window,
            "JIGI_SMS_RATE": "0",
            "JIGI_SMS_RULES": "false",
            "JIGI_LOG_LEVEL": "INFO",
        }
        self._smsc = StandInSmsc(smsc_port)
        self._by_http = [HttpStandIn(speech, url, self._callbacks(speech)) for speech, url in urls.items()]
        self._by_smpp = SmscStandIn(self._smsc)
        self.standins: dict[StandInName, StandIn] = {each.name: each for each in (*self._by_http, self._by_smpp)}
        self._begin()

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[None]:
        """Be the SMSC, which lives in the process of the suite."""
        async with self._smsc.running():
            yield

    def settings(self, more: Mapping[str, str]) -> Settings:
        """The settings of the environment, with some more, in this process too."""
        os.environ |= {**self.environment, **more}
        return Settings()

    def worker(self, more: Mapping[str, str], fuses: Path) -> Child:
        """A new worker."""
        return self.nursery.born(
            "worker", {**self.environment, **more}, folder=str(fuses), short=self.waits is Waits.SHORT
        )

    # What the gateways are asked

    async def order(self, faults: Mapping[str, Any]) -> None:
        """Order faults at all gateways."""
        for standin in self.standins.values():
            await standin.order(faults)

    async def begin_anew(self) -> None:
        """Let the gateways be healthy and forget what they took; no worker is at work now."""
        for standin in self.standins.values():
            await standin.begin_anew()

    async def flush_reports(self, more: Mapping[str, str], at: Collection[StandInName]) -> None:
        """Let every delivery report come that these gateways still have; raises TooLong.

        What waits at the SMSC is taken by a worker, with these settings, that has nothing else to do.
        """
        try:
            for standin in self._by_http:
                await standin.flush()
        except httpx.TimeoutException:
            for child in (*self.gateways.values(), self.web):
                child.tell_where()
            raise TooLong("the gateway does not get its reports posted") from None
        if StandInName.SMPP in at:
            await self._flush_receipts(more)

    async def _flush_receipts(self, more: Mapping[str, str]) -> None:
        fuses = self.folder / "no fuses"
        fuses.mkdir(exist_ok=True)
        (fuses / "burnt").touch()
        worker = self.worker(more, fuses)
        try:
            await self._by_smpp.flush()
        except TimeoutError:
            worker.tell_where()
            raise TooLong("the SMSC does not get its receipts taken") from None
        finally:
            await asyncio.to_thread(worker.end)

    # What is done to them

    def renew(self) -> None:
        """New processes after a run that went wrong, so that the next one inherits nothing."""
        for child in (self.web, *self.gateways.values()):
            child.end()
        self._begin()

    def kill_web(self) -> None:
        """Kill the web process."""
        self.web.end()

    def restart_web(self) -> None:
        """Start a web process where it was."""
        if not self.web.lives:
            self.web = self._new_web()

    def await_web(self) -> None:
        """Wait until the web process answers."""
        _await(f"http://127.0.0.1:{self._web_port}/health/live")

    def kill_redis(self) -> None:
        """Kill Redis, and all it held with it."""
        with Redis.from_url(self.redis.url) as client:
            pid: int = client.info("server")["process_id"]
        os.kill(pid, signal.SIGKILL)

    def restart_redis(self) -> None:
        """Start Redis where it was, empty."""
        self.redis.stop()
        self.redis.start()

    def empty_redis(self) -> None:
        """Let Redis forget everything."""
        with Redis.from_url(self.redis.url) as client:
            client.flushall()

    def empty_tables(self) -> None:
        """Empty every table but those that the migrations fill; nothing may be at work on them."""
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s)",
                [list(migrations.FILLED)],
            ).fetchall()
            names = ", ".join(f'"{name}"' for (name,) in rows)
            connection.execute("SET session_replication_role = replica")  # the audit trail forbids it
            connection.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE".encode())

    def close(self) -> None:
        """End everything and remove its folder."""
        for child in (self.web, *self.gateways.values()):
            child.end()
        self.nursery.close()
        self.redis.close()
        self.postgres.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _begin(self) -> None:
        clocked = {clock.FILE: os.environ[clock.FILE]}
        self.gateways = {
            speech: self.nursery.born("gateway", clocked, port=port, callbacks=self._callbacks(speech), speech=speech)
            for speech, port in self._ports.items()
        }
        self.web = self._new_web()
        for port in self._ports.values():
            _await(f"http://127.0.0.1:{port}/taken")
        self.await_web()

    def _callbacks(self, speech: Speech) -> str:
        return f"http://127.0.0.1:{self._web_port}/sms/{speech}/{TOKEN}"

    def _new_web(self) -> Child:
        return self.nursery.born("web", self.environment, port=self._web_port)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _await(url: str) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
