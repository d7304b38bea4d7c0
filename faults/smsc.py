"""The stand-in SMSC of a suite, on the same draws as the gateways over HTTP."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

import smpp34

from core.platform import sql
from faults.patience import LONGEST_SECONDS
from faults.standins import SHORT_CODE, Record, StandIn
from faults.ways import StandInName
from simulator.smsc import (
    ReceiptForm,
    Receipts,
    SmscFault,
    Spelling,
    StandInSmsc,
)

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
    "busy": SmscFault.QUEUE_FULL,
    "proxy": SmscFault.CUT,
    "could_not_send": SmscFault.SUBMIT_FAILED,
    "500_after": SmscFault.SILENT,
    "502_after": SmscFault.SILENT,
    "503_after": SmscFault.SILENT,
    "504_after": SmscFault.SILENT,
    "proxy_after": SmscFault.SILENT,
    "garbage_after": SmscFault.SILENT,
    "half_after": SmscFault.SILENT,
    "same_id": SmscFault.NONE,
    "text_codes": SmscFault.NONE,
}
"""What a story draws, as an SMSC fails."""

STATES: Final = {"Success": 2, "Failed": 5, "AbsentSubscriber": 1, "Rejected": 8, "Expired": 3}
WORDS: Final = {1: "Sent", 2: "Success", 3: "Expired", 5: "Failed", 8: "Rejected"}
RECEIPT: Final = 0x04
IDS: Final = "SELECT provider_id FROM message WHERE provider_id IS NOT NULL AND gateway = 'smpp'"


class SmscStandIn(StandIn):
    """The stand-in SMSC, in the process of the suite; what a story orders of HTTP statuses is said in SMPP's."""

    name = StandInName.SMPP

    def __init__(self, smsc: StandInSmsc) -> None:
        self._smsc = smsc
        self._drawn: Counter[str] = Counter()
        self._order: dict[str, Any] = {}

    async def begin_anew(self) -> None:
        """No worker is bound now."""
        await self._smsc.forget()
        self._drawn = Counter()
        self._order = {}

    async def order(self, faults: Mapping[str, Any]) -> None:
        """What comes next, and what comes by chance; switched off, it lets nobody bind."""
        self._order |= faults
        chance, smsc = Random(self._order.get("seed", 0)), self._smsc
        smsc.faults.extend(FAULTS[each["kind"]] for each in faults.get("next", ()))
        if "next" in faults:
            smsc.ids = chance.choice(list(Spelling))
        if "off" in faults:
            await (smsc.switch_off() if faults["off"] else smsc.switch_on())
        rates: dict[str, float] = self._order.get("rates", {})

        def draw(_: str) -> SmscFault:
            for kind, rate in rates.items():
                if chance.random() < rate:
                    self._drawn[FAULTS[kind]] += 1
                    return FAULTS[kind]
            return SmscFault.NONE

        smsc.draw = draw
        smsc.draw_receipts = lambda: _receipts(chance, self._order.get("reports", {}))

    async def record(self) -> Record:
        """As the gateways over HTTP have it: ids as our messages spell them."""
        smsc, ours = self._smsc, set(await sql.scalars(IDS))

        def name(number: int) -> str:
            spelt = [smsc.spelt(number, spelling) for spelling in (smsc.ids, *Spelling)]
            return next((each for each in spelt if each in ours), spelt[0])

        msisdns = {each.number: each.msisdn for each in smsc.taken}
        return Record(
            [
                {"id": name(each.number), "msisdn": each.msisdn, "at": each.at.isoformat(), "body": each.text}
                for each in smsc.taken
            ],
            [
                {
                    "id": name(each.number),
                    "msisdn": msisdns[each.number],
                    "status": WORDS[each.state],
                    "answered": 200 if each.is_taken else None,
                }
                for each in smsc.receipts_sent
            ],
            self._drawn,
        )

    async def flush(self) -> None:
        """Wait until every receipt is taken, by whoever is bound; raises TimeoutError."""
        async with asyncio.timeout(LONGEST_SECONDS):
            while self._smsc.is_telling:  # noqa: ASYNC110 - what is told has no event
                await asyncio.sleep(0.05)

    async def opt_out(self, msisdn: str) -> bool:
        """By a message to the short code."""
        return await self._smsc.give(smpp34.DeliverSm(msisdn.lstrip("+"), SHORT_CODE, b"STOP"))

    async def report(self, form: Mapping[str, str]) -> bool:
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
