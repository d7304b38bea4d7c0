"""`make bench`: one campaign by each SMS gateway and by all three, from its start to the last answer written down.

The stand-ins answer at once and send no receipts: what is measured is what a message costs us by each way.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from bench.plan import planned
from bench.recipients import make
from bench.sending import SentCampaign, at_full_rate, sent
from bench.serving import running
from core.platform import database
from core.platform.settings import Settings
from core.schema.ground import ground
from simulator.smsc import free_port
from simulator.speech import Speech

WORKERS: Final = 2
RECIPIENTS: Final = 20_000
COMMUNES: Final = 10
"""So few that requests are full, as in a large campaign."""

WAYS: Final = {
    "africastalking": "*=africastalking",
    "orange": "*=orange",
    "smpp": "*=smpp",
    "all three": "orange=orange,malitel=smpp,*=africastalking",
}
FORGET: Final = """
TRUNCATE campaign, campaign_change, message, message_text, sms_batch, sms_pace, sms_worker, early_report
RESTART IDENTITY CASCADE
"""


def main() -> None:
    """Measure one way after the other, and print."""
    command = argparse.ArgumentParser(prog="python -m bench.by_gateways", description="SMS by each gateway.")
    command.add_argument("--recipients", type=int, default=RECIPIENTS)
    recipients: int = command.parse_args().recipients
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the stand-ins end with us, however we do
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-gateways-"))
    with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on, ExitStack() as stand_ins:
        own = {"JIGI_ORANGE_AUTHORIZATION": "Basic bench", "JIGI_ORANGE_RATE": "0", "JIGI_SMPP_RATE": "0"}
        os.environ |= at_full_rate(on, **own)
        os.environ |= _stand_ins(stand_ins)
        asyncio.run(_world(on.database_url, recipients))
        print(f"One campaign to {recipients:,} numbers, {WORKERS} workers, stand-ins that answer at once")
        first = 0.0
        for name, routes in WAYS.items():
            campaign = _measured(on.database_url, routes)
            first = first or campaign.per_second
            states = ", ".join(f"{count:,} {state}" for state, count in campaign.progress.states.items())
            ratio = campaign.per_second / first
            print(f"{name:15}{campaign.per_second:8,.0f} recipients/s   ratio {ratio:4.2f}   {states}", flush=True)


def _stand_ins(stack: ExitStack) -> dict[str, str]:
    """The three of them, and the settings that name them."""
    urls = {}
    for speech in Speech:
        port = free_port()
        urls[speech] = f"http://127.0.0.1:{port}"
        serving = ("simulator.standin", "--port", str(port), "--speech", speech, "--no-reports")
        stack.enter_context(running(*serving, answers=f"{urls[speech]}/taken"))
    port = free_port()
    stack.enter_context(running("simulator.smsc", "--port", str(port)))
    return {
        "JIGI_SMS_GATEWAY_URL": urls[Speech.AFRICASTALKING],
        "JIGI_ORANGE_URL": urls[Speech.ORANGE],
        "JIGI_SMPP_URL": f"smpp://bench:bench@127.0.0.1:{port}?window=50",
    }


async def _world(database_url: str, recipients: int) -> None:
    database.open_database(database_url, pool=2, statement_seconds=3600)
    await make(datetime.now(UTC).date(), recipients, COMMUNES)
    await database.close_database()


def _measured(database_url: str, routes: str) -> SentCampaign:
    """Plan it anew, and send it."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(FORGET)
    os.environ["JIGI_SMS_ROUTES"] = routes
    planned()
    return asyncio.run(sent(WORKERS))


if __name__ == "__main__":
    main()
