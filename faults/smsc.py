"""The servers of a suite whose SMS go by SMPP: the stand-in SMSC, on the same draws as the gateway over HTTP.

The SMSC lives in the process of the suite; what a story orders of HTTP statuses is said in SMPP's.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, ClassVar, Final

import smpp34

from core.platform import sql
from core.platform.settings import Settings
from faults.children import Child
from faults.patience import LONGEST_SECONDS, TooLong
from faults.servers import Servers
from simulator.smsc import (
    ReceiptForm,
    Receipts,
    SmscFault,
    Spelling,
    StandInSmsc,
    free_port,
)
from simulator.speech import Speech

FAULTS: Final = {
    "429": SmscFault.THROTTLED,
    "500": SmscFault.SYSTEM_ERROR,
    "502": SmscFault.SUBMIT_FAILED,
    "503": SmscFault.QUEUE_FULL,
    "504": SmscFault.SILENT,
    "cut_before": SmscFault.CUT,
    "cut_after": SmscFault.CUT,
    "slow": SmscFault.SILENT,
    "html": SmscFault.SILENT,
    "empty": SmscFault.INVALID_SOURCE,
    "balance": SmscFault.INVALID_SOURCE,
    "codes": SmscFault.INVALID_DESTINATION,
    "no_ids": SmscFault.SILENT,
    "short": SmscFault.SUBMIT_FAILED,
}
"""What a story draws, as an SMSC fails."""

STATES: Final = {"Success": 2, "Failed": 5, "AbsentSubscriber": 5, "Rejected": 8, "Expired": 3}
WORDS: Final = {1: "Sent", 2: "Success", 3: "Expired", 5: "Failed", 8: "Rejected"}
ROUTES: Final = {"JIGI_SMS_ROUTES": "*=smpp"}
RECEIPT: Final = 0x04
OF_ANSWERS: Final = """
SELECT DISTINCT body FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
JOIN message_text ON message_text.id = sms_batch.text_id WHERE message.key LIKE 'answer %%'
"""
IDS: Final = "SELECT provider_id FROM message WHERE provider_id IS NOT NULL"


class SmscServers(Servers):
    """The servers of a suite, and an SMSC in place of the gateway over HTTP."""

    by: ClassVar[str] = "smpp"

    def __init__(self) -> None:
        super().__init__()
        self._port = free_port()
        self.environment |= {
            "JIGI_SMPP_URL": f"smpp://jigi:secret@127.0.0.1:{self._port}?binds=2&window=5",
            "JIGI_SMPP_RATE": "0",
        }

    def settings(self, more: Mapping[str, str]) -> Settings:
        """The settings of the environment; all goes by SMPP whatever a story says."""
        return super().settings({**more, **ROUTES})

    def worker(self, more: Mapping[str, str], fuses: Path) -> Child:
        """A new worker, that sends by SMPP."""
        return super().worker({**more, **ROUTES}, fuses)

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[None]:
        """Be the SMSC."""
        self._smsc = StandInSmsc(self._port)
        async with self._smsc.running():
            yield

    async def begin_anew(self) -> None:
        """Let it be healthy, and forget what it took; no worker is bound now."""
        smsc = self._smsc
        smsc.draw = smsc.draw_receipts = None
        smsc.faults.clear()
        smsc.taken.clear()
        smsc.receipts_sent.clear()
        self._drawn: Counter[str] = Counter()
        self._order: dict[str, Any] = {}

    async def order(self, faults: Mapping[str, Any], at: Iterable[Speech] = Speech) -> None:
        """Let it fail as a story has it of the first gateway: what comes next, and what comes by chance."""
        if Speech.AFRICASTALKING not in at:
            return
        self._order |= faults
        chance, smsc = Random(self._order.get("seed", 0)), self._smsc
        smsc.faults.extend(FAULTS[each["kind"]] for each in faults.get("next", ()))
        if "next" in faults:
            smsc.ids = chance.choice(list(Spelling))
        if faults.get("off"):
            await smsc.hang_up()
        rates: dict[str, float] = self._order.get("rates", {})

        def draw(msisdn: str) -> SmscFault:
            for kind, rate in rates.items():
                if chance.random() < rate:
                    self._drawn[FAULTS[kind]] += 1
                    return FAULTS[kind]
            return SmscFault.NONE

        smsc.draw = draw
        smsc.draw_receipts = lambda: _receipts(chance, self._order.get("reports", {}))

    async def record(self) -> dict[str, Any]:
        """What it took, told and drew, as the gateway over HTTP has it: ids as our messages spell them."""
        smsc, ours = self._smsc, set(await sql.scalars(IDS))
        answers = set(await sql.scalars(OF_ANSWERS))

        def name(number: int) -> str:
            spelt = [smsc.spelt(number, spelling) for spelling in (smsc.ids, *Spelling)]
            return next((each for each in spelt if each in ours), spelt[0])

        return {
            "taken": [
                {"id": name(each.number), "msisdn": each.msisdn, "at": each.at.isoformat(), "body": each.text}
                for each in smsc.taken
                if each.text not in answers
            ],
            "reports": [
                {"id": name(each.number), "status": WORDS[each.state], "answered": 200 if each.is_taken else None}
                for each in smsc.receipts_sent
            ],
            "faults": self._drawn,
            "requests": smsc.asked,
        }

    async def flush_reports(self) -> None:
        """Let every receipt be taken that still waits, by a worker that does nothing else; raises TooLong."""
        fuses = self.folder / "no fuses"
        fuses.mkdir(exist_ok=True)
        (fuses / "burnt").touch()
        worker = self.worker({}, fuses)
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                while self._smsc.is_telling:  # noqa: ASYNC110 - what is told has no event
                    await asyncio.sleep(0.05)
        except TimeoutError:
            worker.tell_where()
            raise TooLong("the SMSC does not get its receipts taken") from None
        finally:
            await asyncio.to_thread(worker.end)

    async def opt_out(self, msisdn: str) -> bool:
        """Let a phone write STOP; False when it was not taken."""
        return await self._smsc.give(smpp34.DeliverSm(msisdn.lstrip("+"), "36000", b"STOP"))

    async def report(self, form: Mapping[str, str]) -> bool:
        """Send a receipt; False when it was not taken."""
        text = f"id:{form['id']} stat:DELIVRD".encode()
        return await self._smsc.give(
            smpp34.DeliverSm(form["phoneNumber"].lstrip("+"), "JIGISEME", text, esm_class=RECEIPT)
        )


def _receipts(chance: Random, order: Mapping[str, Any]) -> Sequence[Receipts]:
    """The receipts of one message, as an order has them: on its way, and what became of it; some are lost."""
    statuses: dict[str, float] = order.get("statuses", {"Success": 1})
    state = STATES[chance.choices(list(statuses), list(statuses.values()))[0]]
    words = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 5: "UNDELIV", 8: "REJECTD"}
    form = chance.choice((ReceiptForm.OPTIONS, ReceiptForm.TEXT, ReceiptForm.BOTH))
    spelling = chance.choice(list(Spelling))
    late = (order.get("after_ms", 0) + chance.random() * order.get("spread_ms", 0)) / 1000
    states = [1, state] if order.get("steps") else [state]
    times = 2 if chance.random() < order.get("twice", 0) else 1
    return [
        Receipts(
            ReceiptForm.NONE if chance.random() < order.get("lost", 0) else form,
            spelling,
            late,
            times,
            each,
            words[each],
        )
        for each in states
    ]
