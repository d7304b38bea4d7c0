"""`python -m faults [--runs 200] [--seed 1]`: run after run, each from its seed; 1 when something is not right."""

import argparse
import asyncio
import shutil
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from faults.run import run
from faults.servers import Servers
from faults.story import story
from faults.tally import Tally, line
from faults.waits import shorten
from faults.ways import By


async def _suite(servers: Servers, by: By, seeds: Iterable[int]) -> Tally:
    tally = Tally()
    async with servers.standing():
        for seed in seeds:
            outcome = await run(servers, story(seed, by))
            tally.add(outcome)
            print(line(outcome), flush=True)
            for violation in outcome.violations:
                print(f"    {violation}", flush=True)
            if outcome.violations:
                again = f"python -m faults --by {by} --runs 1 --seed {seed}"
                print(f"    again: {again}", flush=True)
                servers.renew()
    return tally


def main() -> int:
    """Run the suite; the code to exit with."""
    command = argparse.ArgumentParser(prog="python -m faults", description="Campaigns neither lose nor repeat.")
    command.add_argument("--runs", type=int, default=200)
    command.add_argument("--seed", type=int, default=1, help="of the first run; the next ones count up")
    command.add_argument("--by", type=By, choices=By, default=By.MIXED, help="by which gateways SMS go")
    command.add_argument("--logs", type=Path, help="a folder to copy the logs of the processes to")
    asked = command.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers end with us, however we do
    shorten()
    servers = Servers()
    try:
        tally = asyncio.run(_suite(servers, asked.by, range(asked.seed, asked.seed + asked.runs)))
    finally:
        if asked.logs:
            asked.logs.mkdir(parents=True, exist_ok=True)
            for log in servers.folder.glob("*.log"):
                shutil.copy(log, asked.logs)
        servers.close()
    print(f"\n{tally}")
    return 1 if tally.violations else 0


if __name__ == "__main__":
    sys.exit(main())
