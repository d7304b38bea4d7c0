"""What a suite stands on: PostgreSQL, Redis, the stand-in gateways and the web process, started once."""

import os
import shutil
import signal
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any, ClassVar, Final

import httpx
import psycopg
from redis import Redis

from core.platform.servers import own_redis
from core.platform.settings import Settings
from core.schema import migrations
from faults.children import Child, Nursery
from faults.patience import TooLong
from faults.postgres import Postgres
from faults.waits import SETTINGS
from simulator.speech import Speech

TOKEN: Final = "faults"  # noqa: S105 - ours, on loopback
STARTING_SECONDS: Final = 30.0


class Servers:
    """The servers of a suite and the environment of its processes."""

    by: ClassVar[str] = "http"
    """By what SMS go: the gateways over HTTP."""

    gateways: dict[Speech, Child]
    web: Child

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jigi-faults-"))
        self.postgres = Postgres(self.folder)
        self.redis = own_redis(self.folder)
        self.nursery = Nursery(self.folder)
        self._web_port, *ports = _free_ports(1 + len(Speech))
        self._ports = dict(zip(Speech, ports, strict=True))
        urls = {speech: f"http://127.0.0.1:{port}" for speech, port in self._ports.items()}
        self.environment: dict[str, str] = {
            **SETTINGS,
            "JIGI_DATABASE_URL": self.postgres.url,
            "JIGI_REDIS_URL": self.redis.url,
            "JIGI_CALLBACK_TOKENS": TOKEN,
            "JIGI_SMS_ROUTES": "orange=orange,*=africastalking",
            "JIGI_SMS_GATEWAY_URL": urls[Speech.AFRICASTALKING],
            "JIGI_SMS_API_KEY": "faults",
            "JIGI_ORANGE_URL": urls[Speech.ORANGE],
            "JIGI_ORANGE_AUTHORIZATION": "Basic faults",
            "JIGI_ORANGE_RATE": "0",
            "JIGI_SMS_WINDOW": "00:00,00:00",
            "JIGI_SMS_RATE": "0",
            "JIGI_SMS_RULES": "false",
            "JIGI_LOG_LEVEL": "INFO",
        }
        self.http = {
            speech: httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) for speech, url in urls.items()
        }
        self._begin()

    def settings(self, more: Mapping[str, str]) -> Settings:
        """The settings of the environment, with some more, in this process too."""
        os.environ |= {**self.environment, **more}
        return Settings()

    def worker(self, more: Mapping[str, str], fuses: Path) -> Child:
        """A new worker."""
        return self.nursery.born("worker", {**self.environment, **more}, folder=str(fuses))

    def standing(self) -> AbstractAsyncContextManager[None]:
        """What stands in the process of the suite itself, as long as it runs: nothing."""
        return nullcontext()

    # What the gateway is asked

    async def order(self, faults: Mapping[str, Any], at: Iterable[Speech] = Speech) -> None:
        """Order faults at the gateways."""
        for speech in at:
            (await self.http[speech].post("/faults", json=faults)).raise_for_status()

    async def begin_anew(self) -> None:
        """Let the gateways be healthy and forget what they took."""
        for http in self.http.values():
            for path in ("/faults", "/taken", "/record"):
                (await http.delete(path)).raise_for_status()

    async def record(self) -> dict[str, Any]:
        """What the gateways took, posted and drew since they were begun anew, together."""
        whole: dict[str, Any] = {"taken": [], "reports": [], "faults": Counter()}
        for http in self.http.values():
            record = (await http.get("/record")).json()
            whole["taken"] += record["taken"]
            whole["reports"] += record["reports"]
            whole["faults"].update(record["faults"])
        return whole

    async def flush_reports(self) -> None:
        """Let every delivery report be posted that still waits; raises TooLong."""
        try:
            for http in self.http.values():
                while (await http.post("/reports/flush")).json()["waiting"]:
                    pass
        except httpx.TimeoutException:
            for child in (*self.gateways.values(), self.web):
                child.tell_where()
            raise TooLong("the gateway does not get its reports posted") from None

    async def opt_out(self, msisdn: str) -> bool:
        """Let a phone opt out at the gateway that tells of it; False when we did not take it."""
        return (await self.http[Speech.AFRICASTALKING].post("/optout", json={"phone": msisdn})).is_success

    async def report(self, form: Mapping[str, str]) -> bool:
        """Post a delivery report past the gateway; False when we did not take it."""
        try:
            callbacks = self._callbacks(Speech.AFRICASTALKING)
            return (await self.http[Speech.AFRICASTALKING].post(f"{callbacks}/delivery", data=form)).is_success
        except httpx.TransportError:
            return False

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
        self.gateways = {
            speech: self.nursery.born("gateway", {}, port=port, callbacks=self._callbacks(speech), speech=speech)
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
    until = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
