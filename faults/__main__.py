"""`python -m faults [--runs 200] [--seed 1]`: run after run, each from its seed; 1 when something is not right."""

import argparse
import asyncio
import shutil
import signal
import sys
from collections.abc import Iterable
from datetime import time
from pathlib import Path

from faults.night import enter
from faults.run import run
from faults.servers import ALWAYS, Servers
from faults.story import losing_power, story
from faults.tally import Tally, line
from faults.waits import Waits, shorten
from faults.ways import By


async def _suite(servers: Servers, asked: argparse.Namespace, tally: Tally) -> None:
    seeds: Iterable[int] = range(asked.seed, asked.seed + asked.runs)
    async with servers.standing():
        for seed in seeds:
            drawn = story(seed, asked.by)
            outcome = await run(servers, losing_power(drawn) if asked.power else drawn, asked.at)
            tally.add(outcome)
            print(line(outcome), flush=True)
            for violation in outcome.violations:
                print(f"    {violation}", flush=True)
            if outcome.violations:
                again = f"python -m faults --by {asked.by} --runs 1 --seed {seed}"
                print(f"    again: {again}", flush=True)
                servers.renew()


def main() -> int:
    """Run the suite; the code to exit with."""
    command = argparse.ArgumentParser(prog="python -m faults", description="Campaigns neither lose nor repeat.")
    command.add_argument("--runs", type=int, default=200)
    command.add_argument("--seed", type=int, default=1, help="of the first run; the next ones count up")
    command.add_argument("--by", type=By, choices=By, default=By.MIXED, help="by which gateways SMS go")
    command.add_argument("--logs", type=Path, help="a folder to copy the logs of the processes to")
    command.add_argument("--waits", type=Waits, choices=Waits, default=Waits.SHORT, help="production's, or short ones")
    command.add_argument("--at", type=time.fromisoformat, help="when each run begins, e.g. 23:59:57")
    command.add_argument("--window", default=ALWAYS, help="when SMS may go, e.g. 08:00,20:00")
    command.add_argument("--tally", type=Path, help="a file to enter the sum in")
    command.add_argument("--power", action="store_true", help="commit to the disk, and lose the power in each run")
    asked = command.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers end with us, however we do
    if asked.waits is Waits.SHORT:
        shorten()
    servers = Servers(asked.waits, asked.window, durable=asked.power)
    tally = Tally()
    try:
        asyncio.run(_suite(servers, asked, tally))
    finally:
        if asked.logs:
            asked.logs.mkdir(parents=True, exist_ok=True)
            for log in servers.folder.glob("*.log"):
                shutil.copy(log, asked.logs)
        servers.close()
        print(f"\n{tally}")
        if asked.tally:
            enter(
                asked.tally,
                str(asked.by),
                asked.seed,
                tally.kills,
                tally.seconds,
                [f"seed {seed}" for seed in tally.wrong],
            )
    return 1 if tally.violations else 0


if __name__ == "__main__":
    sys.exit(main())
