"""What happens to the servers of a line while people call: stalls, cuts, a crash, no connection left, a full disk."""

import asyncio
import subprocess
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from typing import Final

import psycopg

from faults.patience import AWAY
from faults.postgres import Postgres
from faults.proxy import StallingProxy

DISK_BYTES: Final = 768 << 20
BLOCK: Final = bytes(1 << 20)
MOST_CONNECTIONS: Final = 400


class Disk:
    """A disk of its own, small enough to be filled; it is mounted on `folder`, which root may."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        folder.chmod(0o755)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(folder)], check=True)  # noqa: S603, S607
        self._folder, self._ballast = folder, folder / "ballast"

    def fill(self) -> None:
        """Leave no room."""
        with suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while file.write(BLOCK):
                pass

    def clear(self) -> None:
        """Leave room again."""
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount it."""
        subprocess.run(["umount", str(self._folder)], check=False)  # noqa: S603, S607


class Troubles:
    """Brings them about, one after the other, and counts them in `deeds`."""

    def __init__(self, chance: Random, postgres: Postgres, disk: Disk | None, deeds: Counter[str]) -> None:
        self._chance, self._postgres, self._disk, self._deeds = chance, postgres, disk, deeds

    async def one(self, postgres: StallingProxy, redis: StallingProxy) -> None:
        """In one case out of three something is wrong, for some seconds; then all is there again."""
        kinds = ["PostgreSQL stalls", "PostgreSQL cut", "Redis stalls", "Redis cut", "crash", "no connection left"]
        if self._disk is not None:
            kinds.append("disk full")
        deed = self._chance.choice([*kinds, *[""] * (2 * len(kinds))])
        if not deed:
            return
        self._deeds[deed] += 1
        seconds = self._chance.uniform(0.1, 4)
        match deed:
            case "PostgreSQL stalls":
                await postgres.stall(seconds)
            case "Redis stalls":
                await redis.stall(seconds)
            case "PostgreSQL cut":
                postgres.cut()
            case "Redis cut":
                redis.cut()
            case "no connection left":
                await self._without_connections(seconds, postgres)
            case "disk full":
                await self._without_room(seconds)
            case _:
                await asyncio.to_thread(self._postgres.crash)
                await asyncio.to_thread(self._postgres.start)

    async def _without_connections(self, seconds: float, proxy: StallingProxy) -> None:
        """Take all that PostgreSQL has; whoever is cut off meanwhile gets none."""
        with ExitStack() as held:
            await asyncio.to_thread(self._take_all, held)
            proxy.cut()
            await asyncio.to_thread(self._take_all, held)
            await asyncio.sleep(seconds)

    def _take_all(self, held: ExitStack) -> None:
        with suppress(*AWAY):
            for _ in range(MOST_CONNECTIONS):
                held.enter_context(psycopg.connect(self._postgres.url))

    async def _without_room(self, seconds: float) -> None:
        assert self._disk is not None  # noqa: S101 - it is drawn only where there is one
        await asyncio.to_thread(self._disk.fill)
        try:
            await asyncio.sleep(seconds)
        finally:
            await asyncio.to_thread(self._disk.clear)
            await asyncio.to_thread(self._postgres.start)  # it may have ended for want of room
