"""The other side of a link, PDU by PDU: a test says what it answers, and when it hangs up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import smpp34

from core.platform.smpp.accounts import SmppAccount
from core.platform.smpp.pdus import RESPONSE, Pdu, SmppCommand, pdu, read_pdu
from tests.support.patience import LONGEST_SECONDS


@dataclass
class RawSmsc:
    """Lets everybody in with `bind_status` and answers each PDU with `status`; `mute` commands get no answer."""

    bind_status: int = 0
    status: int = 0
    mute: set[int] = field(default_factory=set)
    heard: list[Pdu] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    port: int = 0

    def account(self, **options: object) -> SmppAccount:
        whole = {"host": "127.0.0.1", "port": self.port, "system_id": "jigi", "password": "secret", **options}
        return SmppAccount(**whole)  # type: ignore[arg-type]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while True:
                met = await read_pdu(reader)
                self.heard.append(met)
                if met.command in self.mute or met.command & RESPONSE:
                    continue
                binding = met.command in (1, 2, 9)
                status = self.bind_status if binding else self.status if met.command == SmppCommand.SUBMIT_SM else 0
                writer.write(pdu(met.command | RESPONSE, met.sequence, b"id-%d\0" % met.sequence, status))
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    def say(self, command: int, sequence: int, body: bytes = b"") -> None:
        """Write a PDU to whoever is bound last."""
        self.writers[-1].write(pdu(command, sequence, body))

    def deliver(self, text: bytes, sequence: int = 1, **fields: object) -> None:
        """Give a message."""
        message = smpp34.DeliverSm("22376123456", "36000", text, sequence_number=sequence, **fields)  # type: ignore[arg-type]
        self.writers[-1].write(message.encode())

    def hang_up(self) -> None:
        """Cut every connection."""
        for writer in self.writers:
            writer.close()
        self.writers.clear()

    async def commands(self, command: int, count: int = 1) -> list[Pdu]:
        """Wait until so many PDUs of a kind came, and give them."""
        async with asyncio.timeout(LONGEST_SECONDS):
            while len(came := [each for each in self.heard if each.command == command]) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return came


@asynccontextmanager
async def raw_smsc(**answers: object) -> AsyncIterator[RawSmsc]:
    """One on a free port of loopback."""
    smsc = RawSmsc(**answers)  # type: ignore[arg-type]
    server = await asyncio.start_server(smsc.serve, "127.0.0.1", 0)
    smsc.port = server.sockets[0].getsockname()[1]
    try:
        yield smsc
    finally:
        smsc.hang_up()
        server.close()
