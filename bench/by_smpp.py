"""`make bench`: hops of USSD by SMPP beside hops over HTTP, and SMS by SMPP beside SMS over HTTP.

Both stand-ins are processes of their own; the SMSC is smpp34's server. USSD is a full session (dial, menu, payment,
end) on one web process; SMS is what the gateway's file alone carries, with no ledger behind it.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Final

from bench.__main__ import AT_ONCE, HOUSEHOLDS, callers, print_round
from bench.callers import Measured, round_of
from bench.serving import running, serving
from core.platform.settings import Settings
from core.schema.ground import ground
from simulator.smsc import StandInSmsc, free_port
from simulator.smsc_phones import SmscLine, SmscPhone
from sms.inbound.webhooks import GatewayIntake
from sms.outbox.africastalking import AfricasTalking
from sms.outbox.gateway import SmsGateway
from sms.outbox.smpp import Smpp

ROUNDS: Final = 3
SECONDS: Final = 5.0
WEB_PORT, STAND_IN_PORT = 8971, 8972
IN_FLIGHT: Final = 8
BATCH: Final = 20
WINDOWS: Final = (10, 50)
TEXT: Final = "Jigisèmèjiri: l'argent arrive mercredi 2 décembre à la mairie. Montant: 30 000 F CFA."


def main() -> None:
    """Measure both, and print."""
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-smpp-"))
    with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
        msisdns = asyncio.run(callers(on, folder))
        smsc_port = free_port()
        os.environ |= {
            "JIGI_DATABASE_URL": on.database_url,
            "JIGI_REDIS_URL": on.redis_url,
            "JIGI_CALLBACK_TOKENS": "demo",
            "JIGI_USSD_GATEWAYS": "africastalking,smpp",
            "JIGI_SMPP_USSD_URL": f"smpp://bench:bench@127.0.0.1:{smsc_port}?window=100",
            "JIGI_LOG_LEVEL": "WARNING",
        }
        asyncio.run(_hops(msisdns, smsc_port))
    asyncio.run(_messages())


async def _hops(msisdns: Sequence[str], smsc_port: int) -> None:
    """Rounds in turns, over HTTP and by SMPP, on the same process."""
    over_http: list[Measured] = []
    by_smpp: list[Measured] = []
    async with StandInSmsc(smsc_port).running() as smsc, SmscLine(smsc).running() as line:
        with serving("asgi:build", WEB_PORT, "/health/live"):
            await line.phone(msisdns[0]).dial()
            for _ in range(ROUNDS):
                over_http.append(await round_of(WEB_PORT, msisdns, at_once=AT_ONCE, seconds=SECONDS, ends=True))
                by_smpp.append(await _round(line, msisdns))
    print(f"USSD, {AT_ONCE} phones at once, {HOUSEHOLDS:,} households, one web process")
    http = print_round("HTTP", over_http)
    print(f"ratio    {print_round('SMPP', by_smpp) / http:8.2f}")


async def _round(line: SmscLine, msisdns: Sequence[str]) -> Measured:
    measured = Measured()
    began = time.perf_counter()
    share = len(msisdns) // AT_ONCE
    await asyncio.gather(
        *(
            _sessions(line, msisdns[caller * share : (caller + 1) * share], began + SECONDS, measured)
            for caller in range(AT_ONCE)
        )
    )
    measured.seconds = time.perf_counter() - began
    return measured


async def _sessions(line: SmscLine, msisdns: Sequence[str], until: float, measured: Measured) -> None:
    for turn in count():
        if time.perf_counter() > until:
            return
        begun = time.perf_counter()
        phone = line.phone(msisdns[turn % len(msisdns)])
        for key in ("", "1", "2"):
            started = time.perf_counter()
            await _pressed(phone, key)
            measured.hops.append(time.perf_counter() - started)
        if phone.screen is None or not phone.screen.ends:
            raise RuntimeError(f"the session did not end: {phone.screen}")
        measured.sessions.append(time.perf_counter() - begun)


async def _pressed(phone: SmscPhone, key: str) -> None:
    await (phone.reply(key) if key else phone.dial())


async def _messages() -> None:
    """How many recipients a second each gateway carries."""
    port = free_port()
    with ExitStack() as stack:
        stand_in = f"http://127.0.0.1:{STAND_IN_PORT}"
        serving_http = ("simulator.standin", "--port", str(STAND_IN_PORT), "--no-reports")
        stack.enter_context(running(*serving_http, answers=f"{stand_in}/taken"))
        stack.enter_context(running("simulator.smsc", "--port", str(port)))
        await asyncio.sleep(2)
        http = AfricasTalking(Settings(sms_gateway_url=stand_in, sms_api_key="bench"))  # type: ignore[arg-type]
        rate = await _carried(http)
        await http.close()
        print(f"SMS      HTTP  {rate:8,.0f} recipients/s, {IN_FLIGHT} requests of {BATCH} at once")
        for window in WINDOWS:
            url = f"smpp://bench:bench@127.0.0.1:{port}?window={window}"
            settings = Settings(smpp_url=url, smpp_rate=0, smpp_receipt_ids="same")  # type: ignore[arg-type]
            smpp = Smpp(settings)
            async with smpp.running(GatewayIntake(settings)):
                by_smpp = await _carried(smpp)
            print(f"SMS      SMPP  {by_smpp:8,.0f} recipients/s, window {window}; ratio {by_smpp / rate:.2f}")


async def _carried(gateway: SmsGateway) -> float:
    numbers = count(22_370_000_000)
    sent = 0

    async def send(until: float) -> None:
        nonlocal sent
        while time.perf_counter() < until:
            await gateway.send(TEXT, [f"+{next(numbers)}" for _ in range(BATCH)])
            sent += BATCH

    began = time.perf_counter()
    await asyncio.gather(*(send(began + SECONDS) for _ in range(IN_FLIGHT)))
    return sent / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
