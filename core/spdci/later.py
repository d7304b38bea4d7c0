"""What we ask of registries that is answered later: searches, subscriptions, what became of a transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.spdci import asking, askings
from core.spdci.asking import LOCALE, SearchQuery
from core.spdci.envelope import new_id, stamp
from core.spdci.faults import RegistryFailed
from core.spdci.link import RegistryLinks
from core.spdci.models import AskingState
from core.spdci.partners import Partner
from core.spdci.vocabulary import VERSION, RegistryFault, SpdciAction


class LaterAsking:
    """Asks a registry for what is answered later, at an address of ours (`base`)."""

    def __init__(self, links: RegistryLinks, partner: Partner, base: str) -> None:
        self._links = links
        self._partner = partner
        self._base = base

    async def search(self, query: SearchQuery, now: datetime) -> int:
        """Ask for households; gives the number of what was asked. Raises RegistryFailed."""
        message = asking.search_message({new_id(): query}, now)
        return await self._sent("/registry/search", SpdciAction.SEARCH, message, now)

    async def subscribe(self, query: SearchQuery, event: str, now: datetime) -> int:
        """Ask to be told of changes of households; raises RegistryFailed."""
        criteria = {
            "version": VERSION,
            "reg_event_type": event,
            "filter_type": query.kind.value,
            "filter": query.query,
            "notify_record_type": "Group",
        }
        request = {
            "reference_id": new_id(),
            "timestamp": stamp(now),
            "subscribe_criteria": criteria,
            "locale": LOCALE,
        }
        message = {"transaction_id": new_id(), "subscribe_request": [request]}
        return await self._sent("/registry/subscribe", SpdciAction.SUBSCRIBE, message, now)

    async def unsubscribe(self, codes: Sequence[str], now: datetime) -> int:
        """Ask to be told no more; raises RegistryFailed."""
        message = {
            "transaction_id": new_id(),
            "timestamp": stamp(now),
            "subscription_codes": list(codes),
        }
        return await self._sent("/registry/unsubscribe", SpdciAction.UNSUBSCRIBE, message, now, codes)

    async def status(self, transaction_id: str, now: datetime) -> int:
        """Ask how far a transaction is; raises RegistryFailed."""
        message = asking.status_message(transaction_id)
        return await self._sent("/registry/txn/status", SpdciAction.TXN_STATUS, message, now)

    async def _sent(
        self, path: str, action: SpdciAction, message: Mapping[str, Any], now: datetime, codes: Sequence[str] = ()
    ) -> int:
        """Enter it, then send it: an answer that comes at once finds what it answers."""
        if not self._base:
            raise RegistryFailed(RegistryFault.NOT_SET_UP, "JIGI_SPDCI_URL")
        asking_id, token = await askings.begin(self._partner.name, action, str(message["transaction_id"]), now, codes)
        try:
            correlation_id = await self._links.send(
                self._partner, path, action, message, askings.address(self._base, token, action)
            )
        except RegistryFailed as failed:
            state = AskingState.REJECTED if failed.fault is RegistryFault.REJECTED else AskingState.FAILED
            await askings.move(asking_id, state, now, fault=failed.code or failed.fault.value)
            raise
        await askings.move(asking_id, AskingState.TAKEN, now, correlation_id=correlation_id)
        return asking_id
