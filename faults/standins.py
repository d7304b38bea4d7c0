"""The stand-in gateways over HTTP, as a run sees them; the SMSC (`faults.smsc`) has the same form."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import httpx

from faults.patience import LONGEST_SECONDS
from faults.ways import StandInName
from simulator.delivery import Posted, as_form
from simulator.orange import as_json
from simulator.speech import Speech

SHORT_CODE: Final = "36000"
WRITTEN: Final[dict[Speech, Posted]] = {Speech.AFRICASTALKING: as_form, Speech.ORANGE: as_json}
"""How each writes what it posts."""


@dataclass
class Record:
    """What a stand-in took, reported and drew since it was begun anew, each as it wrote it down."""

    taken: list[dict[str, str]] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


class StandIn(Protocol):
    """A stand-in gateway."""

    name: StandInName

    async def begin_anew(self) -> None:
        """Be healthy, and forget what was taken."""
        ...

    async def order(self, faults: Mapping[str, Any]) -> None:
        """Fail as ordered; what is not named stays as it was ordered."""
        ...

    async def record(self) -> Record:
        """What it took, reported and drew."""
        ...

    async def opt_out(self, msisdn: str) -> bool:
        """Let a phone want no more SMS; False when we did not take it."""
        ...

    async def report(self, form: Mapping[str, str]) -> bool:
        """Report of a message past all that it took; False when we did not take it."""
        ...


class HttpStandIn(StandIn):
    """One over HTTP, in a process of its own; it posts to `callbacks`."""

    def __init__(self, speech: Speech, url: str, callbacks: str) -> None:
        self.name = StandInName(speech.value)
        self.http = httpx.AsyncClient(base_url=url, trust_env=False, timeout=LONGEST_SECONDS)
        self._speech = speech
        self._callbacks = callbacks

    async def begin_anew(self) -> None:
        for path in ("/faults", "/taken", "/record"):
            (await self.http.delete(path)).raise_for_status()

    async def order(self, faults: Mapping[str, Any]) -> None:
        (await self.http.post("/faults", json=faults)).raise_for_status()

    async def record(self) -> Record:
        record = (await self.http.get("/record")).json()
        return Record(record["taken"], record["reports"], Counter(record["faults"]))

    async def flush(self) -> None:
        """Post every report that still waits; raises httpx.TimeoutException."""
        while (await self.http.post("/reports/flush")).json()["waiting"]:
            pass

    async def opt_out(self, msisdn: str) -> bool:
        """By the gateway's own list where it has one, else by a message to the short code."""
        if self._speech is Speech.AFRICASTALKING:
            return (await self.http.post("/optout", json={"phone": msisdn})).is_success
        words = {"from": msisdn, "to": SHORT_CODE, "text": "STOP"}
        return (await self.http.post("/write", json=words)).is_success

    async def report(self, form: Mapping[str, str]) -> bool:
        content = WRITTEN[self._speech]("delivery", dict(form))
        try:
            return (await self.http.post(f"{self._callbacks}/delivery", **content)).is_success
        except httpx.TransportError:
            return False
