"""Delivery reports of every message that has an id, posted as a gateway posts them, over connections that stay open."""

import asyncio
import os
import time
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from bench.recipients import numbers
from core.outbox.messages import MessageState
from core.platform import database

CONNECTIONS: Final = 64


async def posted(port: int) -> None:
    """Post a report for every message to a port of 127.0.0.1, and print how many a second."""
    database.open_database(os.environ["JIGI_DATABASE_URL"], pool=2, statement_seconds=3600)
    sent = await numbers("SELECT provider_id, msisdn FROM message WHERE provider_id IS NOT NULL ORDER BY random()")
    share = -(-len(sent) // CONNECTIONS)
    began = time.perf_counter()
    await asyncio.gather(*(_posting(port, sent[place * share : (place + 1) * share]) for place in range(CONNECTIONS)))
    seconds = time.perf_counter() - began
    delivered = await numbers(f"SELECT count(*) FROM message WHERE state = '{MessageState.DELIVERED}'")  # noqa: S608
    print(
        f"reports  {len(sent):,} in {seconds:.1f} s: {len(sent) / seconds:,.0f}/s; delivered now: {delivered[0][0]:,}"
    )
    await database.close_database()


async def _posting(port: int, sent: Sequence[tuple[str, ...]]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for provider_id, msisdn in sent:
        body = urlencode(
            {"id": provider_id, "status": "Success", "phoneNumber": msisdn, "networkCode": "61001"}
        ).encode()
        head = (
            "POST /sms/africastalking/demo/delivery HTTP/1.1\r\nhost: bench\r\n"
            f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in answer.split(b"\r\n", 1)[0]:
            raise RuntimeError(answer.decode())
        await reader.readexactly(int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
    writer.close()
